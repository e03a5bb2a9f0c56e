"""The operator's commands on what comes from elsewhere."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import click

from sellmode_backend.cli import IN_PART, Failure, database_option, say
from sellmode_backend.exporting.commands import restore_command
from sellmode_backend.importers import run, templates
from sellmode_backend.importers.context import ImportRefused, Progress
from sellmode_backend.importers.rejects import Rejected, Rejects
from sellmode_backend.importers.sources.plain import PLAIN
from sellmode_backend.importers.sources.shopify import SHOPIFY
from sellmode_backend.importers.sources.source import Source
from sellmode_backend.importers.sources.woocommerce import WOOCOMMERCE
from sellmode_backend.importers.tables import Tables
from sellmode_backend.importers.values import TagPattern
from sellmode_backend.rules import stored_rules
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_contract import text


@click.group("import")
def import_command() -> None:
    """Read what another system exported. Running an import again changes nothing twice."""


def _pattern(_: click.Context, __: click.Parameter, pattern: str) -> str:
    try:
        TagPattern(pattern)
    except ValueError as error:
        raise click.BadParameter(text.visible(str(error))) from None
    return pattern


def _command_of(source: Source) -> click.Command:
    """The command that imports a source's exports."""
    options = [
        database_option(migrates=True),
        click.argument("paths", metavar="PATH...", nargs=-1, required=True,
                       type=click.Path(exists=True, path_type=Path)),
        click.option("--retailer", "name", required=True, help="The retailer's name; a database is one retailer's."),
        click.option("--mode", required=True, type=click.Choice(["associate", "team"]),
                     help="Whose customers associates see."),
        click.option("--time-zone", metavar="ZONE", help="Of the retailer and of new stores.  [default: UTC]"),
        click.option("--currency", metavar="CODE", help="The retailer's.  [default: the first order's]"),
        click.option("--owner-tag", metavar="PATTERN", default=run.OWNER_TAG, show_default=True, callback=_pattern,
                     help="The tag that names a customer's owner; * is the Employee ID."),
        click.option("--store-tag", metavar="PATTERN", default=run.STORE_TAG, show_default=True, callback=_pattern,
                     help="The tag that names a customer's store; * is its name or the last word of it."),
        click.option("--rejects", "rejects_path", metavar="FOLDER", type=click.Path(path_type=Path),
                     help="Where rows go that cannot be used.  [default: import-rejects-TIME here]"),
        click.option("--dry-run", is_flag=True, help="Tell of each fault and of what would come of it; write nothing."),
    ]  # fmt: skip
    command = partial(_import, source)
    for option in reversed(options):
        command = option(command)
    return click.command(source.name, help=_HELP.format(title=source.title))(command)


_HELP = """Read the exports of {title}: CSV files, in folders or zip archives, under any names and in any parts.

Which list a file is, its columns say: customers, products, inventory, orders, or staff. A row that cannot be used is
kept in a folder of rejects with its line, column and reason; the rest goes in. An edit made in Sellmode is not
overwritten by what has not changed in the export.

The exit code is 0 if all is in, and 3 if rows, fields or files were left out."""


def _import(
    source: Source,
    *,
    database: Database,
    paths: tuple[Path, ...],
    name: str,
    mode: str,
    time_zone: str | None,
    currency: str | None,
    owner_tag: str,
    store_tag: str,
    rejects_path: Path | None,
    dry_run: bool,
) -> None:
    now = dt.datetime.now(dt.UTC)
    folder = None if dry_run else rejects_path or Path(f"import-rejects-{now:%Y%m%dT%H%M%SZ}")
    with ExitStack() as stack:
        try:
            tables = run.open_tables(source, paths)
            first = partial(run.first_currency, source, tables)
            new = _prepare(database, first, name=name, mode=mode, time_zone=time_zone, currency=currency)
            rejects = stack.enter_context(Rejects(folder, _tell if dry_run else _keep_quiet))
            progress = stack.enter_context(_bar(tables))
            summary = run.import_tables(
                database, source, tables, rejects, now=now, owner_tag=owner_tag, store_tag=store_tag, progress=progress
            )
        except ImportRefused as error:
            raise Failure(text.visible(str(error))) from None
        except FileExistsError as error:
            raise Failure(f"{text.visible(str(error.filename))} already exists: name another with --rejects.") from None
        except OSError as error:
            raise Failure(f"{text.visible(str(error.filename))} cannot be used: {error.strerror}.") from None
        for line in summary.lines():
            say(text.visible(line))
        if new:
            with database.transaction() as connection:
                stored_rules.begin_with(connection)  # those of its own fields, which it has by now
            say(stored_rules.RULES_ARE_OFF)
        if dry_run:
            say("Nothing was written: this was a dry run.")
        elif rejects:
            say(f"What was left out is in {text.visible(str(folder))}: correct it there, and import that folder.")
    if not summary.complete:
        click.get_current_context().exit(IN_PART)


def _tell(rejected: Rejected) -> None:
    where = f"{rejected.column}: " if rejected.column else ""
    click.echo(text.visible(f"{rejected.file}, line {rejected.line}: {where}{rejected.reason}"))


def _keep_quiet(_: Rejected) -> None:
    """What was left out is in the folder of rejects."""


for _source in (SHOPIFY, WOOCOMMERCE, PLAIN):
    import_command.add_command(_command_of(_source))

import_command.add_command(restore_command)


@import_command.command("template")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def _template(folder: Path) -> None:
    """Write empty files for `import plain` into a folder, with a README that says what their columns mean."""
    try:
        written = templates.write(folder)
    except FileExistsError as error:
        raise Failure(f"{text.visible(str(error.filename))} already exists; nothing was written.") from None
    except OSError as error:
        raise Failure(f"{text.visible(str(error.filename))} cannot be written: {error.strerror}.") from None
    for path in written:
        click.echo(text.visible(str(path)))


def _prepare(
    database: Database,
    first_currency: Callable[[], str | None],
    *,
    name: str,
    mode: str,
    time_zone: str | None,
    currency: str | None,
) -> bool:
    """Make the database the retailer's, or make sure that it is; whether it has become so."""
    with database.transaction() as connection:
        retailer = settings.retailer(connection)
        if retailer is None:
            code = currency or first_currency()
            if code is None:
                raise ImportRefused("No order names a currency: give the retailer's with --currency.")
            settings.initialise(connection, name, mode, time_zone or "UTC", code)
            stored_rules.begin_with(connection)
            return True
    if retailer.name != name:
        raise ImportRefused(f"The database is that of {retailer.name!r}; another retailer needs another --database.")
    for what, given, known in (
        ("mode", mode, retailer.mode),
        ("time zone", time_zone, retailer.time_zone),
        ("currency", currency, retailer.currency),
    ):
        if given is not None and given != known:
            advice = "`sellmode-backend mode` switches it" if what == "mode" else "an import does not change it"
            raise ImportRefused(f"The retailer's {what} is {known}, not {given}: {advice}.")
    return False


@contextmanager
def _bar(tables: Tables) -> Iterator[Callable[[Progress], None]]:
    """A progress bar over the bytes of all files, on a terminal only, with the rows and the time that is left."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=sum(file.size for file in tables), file=sys.stderr, show_eta=True) as bar:

        def told(progress: Progress) -> None:
            bar.label = text.visible(f"{progress.file}, {progress.rows:,} rows")
            bar.update(progress.bytes)

        yield told
