"""The operator's command that writes all of a retailer into files."""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Mapping
from pathlib import Path

import click

from sellmode_backend.cli import Failure, database_option, say
from sellmode_backend.store.database import Database
from sellmode_contract import text


@click.command("export")
@database_option()
@click.argument("path", type=click.Path(path_type=Path))
def export_command(database: Database, path: Path) -> None:
    """Export the whole retailer to PATH: a SQLite database if it ends in .db or .sqlite, else a folder of CSV files.

    The export has everything, private notes too, but no passwords. Only its owner can read it. Existing files are
    never overwritten. `import sellmode` imports the CSV files into a database that has no retailer yet.
    """
    from sellmode_backend.exporting.export import export

    counts: dict[str, int] = {}
    try:
        export(database, path, dt.datetime.now(dt.UTC), counts.__setitem__)
    except FileExistsError as error:
        raise Failure(f"{text.visible(str(error.filename))} already exists: choose another name.") from None
    except OSError as error:
        where = text.visible(str(error.filename or path))
        reason = "its folder does not exist" if error.errno == errno.ENOENT else error.strerror
        raise Failure(f"{where} cannot be written: {reason}.") from None
    say(f"Written to {text.visible(str(path))}, with private notes, so keep it private: {_counted(counts)}.")


@click.command("sellmode")
@database_option(migrates=True)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore_command(database: Database, folder: Path) -> None:
    """Import the retailer from an export's FOLDER of CSV files into a database that has none yet.

    All of it is imported or nothing. Exports have no passwords: `accounts code --all-new` creates codes, and terminals
    start over.
    """
    from sellmode_backend.exporting.restoring import UnusableExport, restore

    counts: dict[str, int] = {}
    try:
        retailer = restore(database, folder, counts.__setitem__)
    except UnusableExport as error:
        raise Failure(f"{text.visible(str(error))}. Nothing was written.") from None
    except OSError as error:
        raise Failure(f"{text.visible(str(error.filename))} cannot be read: {error.strerror}.") from None
    say(f"The database now holds {text.visible(retailer.name)}: {_counted(counts)}.")
    if counts.get("account"):
        say("No one has a password yet: `sellmode-backend accounts code --all-new` creates codes.")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count)
