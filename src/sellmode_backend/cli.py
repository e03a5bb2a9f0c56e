"""``sellmode-backend``: what an operator does at the backend.

Data goes to standard output, talk to standard error. Exit codes: 0 done; 1 refused as asked (the message says why); 2
wrong usage; 3 the database is not set up, of another version or open to others; 4 the database cannot be reached or is
busy; 70 a fault of the backend; 130 interrupted.

The commands live beside their subjects and are loaded when they are called.
"""

from __future__ import annotations

import functools
import importlib
import os
import stat
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

import click
import platformdirs

if TYPE_CHECKING:
    from sellmode_backend.store.database import Database

_Command = TypeVar("_Command", bound=Callable[..., Any])

SETTINGS_FILE = "backend.toml"
_APP = "sellmode"

REFUSED, USAGE, IN_PART, UNREACHABLE, NOT_SET_UP, FAULT, INTERRUPTED = 1, 2, 3, 4, 6, 70, 130


class Failure(click.ClickException):
    """Ends a command with a line on standard error and an exit code."""

    def __init__(self, message: str, exit_code: int = REFUSED) -> None:
        super().__init__(message)
        vars(self)["exit_code"] = exit_code  # click declares it for the class and reads it from the instance


# ------------------------------------------------------------------ the database of a command


class Address(NamedTuple):
    """Where the database is, and PostgreSQL's password if the settings file holds one."""

    url: str
    password: str | None = None


def database_address(given: str | None) -> Address:
    """The database of ``--database``, of the settings file, or SQLite in the user's data folder. Raises Failure."""
    settings = _read_settings(platformdirs.user_config_path(_APP) / SETTINGS_FILE)
    if given:
        return Address(given, settings.get("password"))
    default = f"sqlite:///{platformdirs.user_data_path(_APP) / 'backend.db'}"
    return Address(settings.get("database", default), settings.get("password"))


def _read_settings(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise Failure(
                    f"The settings file {path} is open to others (mode {mode:04o}): chmod 600 it.", NOT_SET_UP
                )
            settings = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Failure(f"The settings file {path} cannot be read: {reason}.", NOT_SET_UP) from None
    for key, value in settings.items():
        if key not in ("database", "password") or not isinstance(value, str):
            raise Failure(
                f'The settings file {path} knows database = "URL" and password = "...", not {key}.', NOT_SET_UP
            )
    return settings


def database_option(*, migrates: bool = False) -> Callable[[_Command], _Command]:
    """Give a command ``--database URL`` and, as ``database``, the opened Database.

    With ``migrates`` the tables are made or brought up to date first, and its ``--dry-run``, if it has one, is given a
    database in which nothing stays. Without, a database that needs that is refused.
    """

    def decorate(command: _Command) -> _Command:
        @click.option(
            "--database",
            "url",
            metavar="URL",
            help="sqlite:///PATH or postgresql://USER@HOST/NAME; no password.  [default: SQLite in your data folder]",
        )
        @functools.wraps(command)
        def with_database(url: str | None, **options: Any) -> Any:
            _refuse_unstorable(options)
            with _opened(database_address(url), migrates=migrates, tries=options.get("dry_run", False)) as database:
                return command(database=database, **options)

        return with_database  # type: ignore[return-value]  # the command, plus an option

    return decorate


def _opened(address: Address, *, migrates: bool, tries: bool) -> AbstractContextManager[Database]:
    if migrates and tries:
        from sellmode_backend.store.dry_run import dry_run

        return dry_run(address.url, password=address.password)
    return closing(open_ready(address, migrates=migrates))


def _refuse_unstorable(options: dict[str, Any]) -> None:
    """An argument that is not UTF-8 comes as lone surrogates, which no database takes. Paths are the system's own."""
    from sellmode_contract import text

    for name, value in options.items():
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, str):
                try:
                    text.refuse(part, name.replace("_", " "))
                except text.UnstorableText as error:
                    raise click.UsageError(f"{error}.") from None


def open_ready(address: Address, *, migrates: bool) -> Database:
    """Open a database of this version's schema. Raises Failure and the store's own errors."""
    from sellmode_backend.store import migrations
    from sellmode_backend.store.database import open_database

    if not migrates:
        _expect_file(address.url)
    database = open_database(address.url, password=address.password)
    try:
        if migrates:
            migrations.migrate(database)
        else:
            with database.snapshot() as connection:
                current = migrations.is_current(connection)
            if not current:
                raise Failure(
                    "The database is not set up, or of an older version: `sellmode-backend init` sees to it.",
                    NOT_SET_UP,
                )
    except BaseException:
        database.close()
        raise
    return database


def _expect_file(url: str) -> None:
    """Opening a SQLite database makes its file, which a command that only looks should not."""
    path = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not path.exists():
        raise Failure(
            f"There is no database {path}: `sellmode-backend init` or `sellmode-backend import` makes it.", NOT_SET_UP
        )


# ------------------------------------------------------------------ what they print


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_answer(value: Any, rows: Iterable[Sequence[str]], *, as_json: bool, numbers: bool = False) -> None:
    """A value as JSON, or rows as a table, the first of them its headings; ``numbers`` as in ``print_table``."""
    from sellmode_contract import text

    if as_json:
        click.echo(text.escaped_json(value, indent=2))
    else:
        print_table(list(rows), numbers=numbers)


def say(words: str) -> None:
    """Talk to the operator, who may have sent the data elsewhere."""
    click.echo(words, err=True)


def print_table(rows: Sequence[Sequence[str]], *, numbers: bool = False) -> None:
    """Print rows in columns, as ``text_tables.lines`` has them."""
    from sellmode_backend import text_tables

    for line in text_tables.lines(rows, numbers=numbers):
        click.echo(line)


FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
"""The type of an argument that is a file; - is standard input or output."""


def print_file(path: Path, content: str, what: str) -> None:
    """Write a file that is not there yet and say that ``what`` is in it, or print it. Raises Failure."""
    from sellmode_contract import text

    if path == Path("-"):
        # Line by line, so that only line ends stay as they are. What cannot be printed is escaped: a file has it.
        for line in content.splitlines():
            click.echo(text.visible(line))
        return
    try:
        with path.open("x", encoding="utf-8") as output:
            output.write(content)
    except FileExistsError:
        raise Failure(f"{text.visible(str(path))} already exists.") from None
    except OSError as error:
        raise Failure(f"{text.visible(str(path))} cannot be written: {error.strerror}.") from None
    say(f"{what} in {text.visible(str(path))}.")


# ------------------------------------------------------------------ the commands


_LAZY = {
    "accounts": (
        "sellmode_backend.accounts.commands",
        "Who may sign in: list, add, code, reset, disable, enable, move.",
    ),
    "brand": ("sellmode_backend.shopper.commands", "How customers' pages look, and where their links lead."),
    "conformance": ("sellmode_backend.conformance.commands", "Hold a backend to the contract of docs/sync.md."),
    "connector": ("sellmode_backend.shopper.commands", "Which web shops customers may ask from, and the tag for them."),
    "customers": ("sellmode_backend.customers.commands", "Assign customers, and merge two who are one."),
    "export": ("sellmode_backend.exporting.commands", "Write all of the retailer as CSV files, or as SQLite."),
    "fields": (
        "sellmode_backend.own_fields.commands",
        "Your own fields of customers: list, add, edit, rename, remove, export, apply.",
    ),
    "hours": ("sellmode_backend.service.commands", "When the stores are open: show, set, remove."),
    "import": ("sellmode_backend.importers.commands", "Read a retailer's export."),
    "init": ("sellmode_backend.commands", "Set up a database for a retailer, or bring one up to date."),
    "mode": ("sellmode_backend.commands", "Show, preview or switch the retailer's mode."),
    "report": ("sellmode_backend.reports.commands", "Totals of what was imported, and weekly summaries."),
    "restored": ("sellmode_backend.commands", "Say that the database was restored from a backup."),
    "results": (
        "sellmode_backend.results.commands",
        "Facts that figures are made of: check, rebuild; and the rules of credit.",
    ),
    "rules": (
        "sellmode_backend.rules.commands",
        "The rules that make tasks: list, show, import, export, enable, disable, remove, preview, run.",
    ),
    "serve": ("sellmode_backend.commands", "Answer terminals over HTTP."),
    "service": (
        "sellmode_backend.service.commands",
        "How customers may reach the stores, and how soon they are answered: show, set.",
    ),
    "settings": ("sellmode_backend.commands", "Show or change what terminals are told: idle lock, keyring."),
    "webhooks": (
        "sellmode_backend.webhooks.commands",
        "Events of other systems: their secrets, what came, what numbers stand for.",
    ),
    "tasks": ("sellmode_backend.tasks.commands", "Corporate tasks, and handing over the tasks of who leaves."),
}
"""Where each command is (as ``NAME_command``), and what it does: enough for ``--help`` without loading any."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(_LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in _LAZY:
            return None
        found = getattr(importlib.import_module(_LAZY[cmd_name][0]), f"{cmd_name}_command")
        assert isinstance(found, click.Command)  # noqa: S101  # that is what the modules hold
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _LAZY[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sellmode")
def commands() -> None:
    """The backend of Sellmode: one database is one retailer."""


def main() -> NoReturn:
    """Run a command and exit. An operator's mistake is one clear line, never a traceback."""
    if sys.stdout is None:
        Failure("The output cannot be written: it is closed.").show()
        sys.exit(NOT_SET_UP)
    try:
        code = commands.main(prog_name="sellmode-backend", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # told apart below; what nobody expected is shown without its data
        failure = _failure(error)
        failure.show()
        sys.exit(failure.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _is_of_output(error: OSError) -> bool:
    """Whether standard output takes no more (a disk is full)."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step is not None and step.tb_frame.f_code is click.echo.__code__


def _failure(error: Exception) -> Failure:
    import sqlalchemy as sa

    from sellmode_backend import faults
    from sellmode_backend.accounts.directory import AccountError
    from sellmode_backend.rules.stored_rules import RulesRefused
    from sellmode_backend.store.database import DatabaseError, PasswordInURL
    from sellmode_backend.store.records import RecordTooLarge
    from sellmode_backend.store.settings import SettingError

    if isinstance(error, OSError) and _is_of_output(error):
        # What is still buffered is let go, so that it does not fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Failure(f"The output cannot be written: {error.strerror}.", NOT_SET_UP)
    if isinstance(error, AccountError | SettingError | RecordTooLarge | RulesRefused):
        return Failure(f"{str(error)[:1].upper()}{str(error)[1:].removesuffix('.')}.")
    if isinstance(error, DatabaseError):
        return Failure(str(error), USAGE if isinstance(error, PasswordInURL) else NOT_SET_UP)
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError):
        return Failure(f"The database cannot be reached or is busy: {_reason(error)}", UNREACHABLE)
    if type(error) is sa.exc.DatabaseError:  # not one of its kinds: the file is damaged or none of SQLite's
        return Failure(f"The database cannot be used: {_reason(error)}", NOT_SET_UP)
    click.echo(faults.traced(error), err=True)
    return Failure("This is a fault of the backend; the lines above say where it happened, without any data.", FAULT)


def _reason(error: Exception) -> str:
    """The driver's own first line: host, port and cause, no statement and no values."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else "no reason given."
