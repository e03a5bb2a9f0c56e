"""``sellmode-backend conformance``: hold a backend to the contract, and give this one the world for it."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
import msgspec

from sellmode_backend.cli import REFUSED, USAGE, Failure, database_option, json_option, say
from sellmode_contract import text
from sellmode_contract.kinds.retailer import Mode

if TYPE_CHECKING:
    from sellmode_backend.conformance.checking import Outcome
    from sellmode_backend.conformance.world import World
    from sellmode_backend.store.database import Database

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_world_option = click.option(
    "--world",
    "file",
    type=_FILE,
    metavar="FILE",
    help="The world that the backend was given.  [default: the standard one]",
)
_mode_option = click.option(
    "--mode", type=click.Choice(get_args(Mode)), default="associate", show_default=True, help="Of the standard world."
)


class _Group(click.Group):
    """``conformance URL`` is ``conformance check URL``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        asks = args and args[0] not in self.commands and "://" in args[0]
        return super().resolve_command(ctx, ["check", *args] if asks else args)


@click.group("conformance", cls=_Group)
def conformance_command() -> None:
    """Hold a backend to docs/sync.md: conformance URL."""


@conformance_command.command("check")
@click.argument("url", metavar="URL")
@_world_option
@_mode_option
@click.option(
    "--only", metavar="NAME", default="", help="Only the checks whose name begins so: writing, or writing/resent."
)
@click.option("--ca-file", type=_FILE, metavar="FILE", help="Certificates that are trusted, in place of the system's.")
@click.option(
    "--timeout", type=click.FloatRange(1, 600), default=30.0, show_default=True, help="Seconds to wait for an answer."
)
@json_option
def check_command(
    url: str, *, file: Path | None, mode: Mode, only: str, ca_file: Path | None, timeout: float, as_json: bool
) -> None:
    """Hold the backend at URL to every promise of docs/sync.md, after it was given the world.

    A line a check: PASS, FAIL with what was found, or SKIP. It writes into the world; what it finds there again next
    time does not matter to it. Exit code 1 if a promise is broken.
    """
    from sellmode_backend.conformance.http import Line
    from sellmode_backend.conformance.run import every_check, run

    if not any(check.name.startswith(only) for check in every_check()):
        subjects = ", ".join(dict.fromkeys(check.name.partition("/")[0] for check in every_check()))
        raise click.UsageError(f"no check's name begins with {only!r}; there are {subjects}")
    try:
        line = Line(url, seconds=timeout, context=ssl.create_default_context(cafile=ca_file) if ca_file else None)
    except (ValueError, ssl.SSLError) as error:
        raise Failure(str(error), USAGE) from None
    try:
        line.ask("GET", "/health")
    except OSError as error:
        raise Failure(f"Nobody answers at {text.visible(url)}: {error}.") from None
    except http.client.HTTPException as error:
        raise Failure(f"What answers at {text.visible(url)} does not speak HTTP: {type(error).__name__}.") from None
    outcomes = []
    for outcome in run(_world(file, mode), line, only):
        outcomes.append(outcome)
        if not as_json:
            _tell(outcome)
    if as_json:
        click.echo(text.escaped_json(msgspec.to_builtins(outcomes), indent=2))
    counts = {result: sum(each.result == result for each in outcomes) for result in ("pass", "fail", "skip")}
    say(f"{counts['pass']} kept, {counts['fail']} broken, {counts['skip']} not asked.")
    if counts["fail"]:
        raise click.exceptions.Exit(REFUSED)


@conformance_command.command("world")
@_mode_option
@click.option(
    "--customers", type=click.IntRange(10, 100_000), default=None, help="Of Ada, whose first sync is the largest."
)
def world_command(mode: Mode, customers: int | None) -> None:
    """Print the standard world as JSON, to give it to a backend by its own means."""
    from sellmode_backend.conformance.world import CUSTOMERS, standard

    click.echo(msgspec.json.format(msgspec.json.encode(standard(mode, customers or CUSTOMERS)), indent=1))


@conformance_command.command("load")
@database_option(migrates=True)
@_world_option
@_mode_option
def load_command(database: Database, file: Path | None, mode: Mode) -> None:
    """Give a world to this backend: its database has to be empty."""
    from sellmode_backend.accounts.passwords import Passwords
    from sellmode_backend.accounts.signing_in import utc_now
    from sellmode_backend.conformance.loading import load

    world = _world(file, mode)
    load(database, world, utc_now(), Passwords())
    whose = text.visible(world.retailer.name)
    say(f"The database is {whose}'s: {len(world.people)} people, {len(world.records):,} records.")


def _world(file: Path | None, mode: Mode) -> World:
    from sellmode_backend.conformance.world import read, standard

    if file is None:
        return standard(mode)
    try:
        return read(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Failure(f"{file}: {error}.") from None


def _tell(outcome: Outcome) -> None:
    click.echo(f"{outcome.result.upper()}  {outcome.name}  {outcome.promise} ({outcome.section})")
    if outcome.found:
        click.echo(f"      {'found: ' * (outcome.result == 'fail')}{text.visible(outcome.found)}")
