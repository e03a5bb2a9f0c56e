"""``sellmode``: the app and its commands. Data goes to standard output, talk to standard error.

What a command needs is loaded when it is called; none of them loads Textual. Exit codes are in `commands.exit_codes`.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, get_args

import click

from sellmode_contract.text import spell_sequences
from sellmode_tui.account.process import harden_process
from sellmode_tui.account.settings import ThemeName
from sellmode_tui.commands.kit.exit_codes import MEANINGS, Exit, failure
from sellmode_tui.terminal.environment import COLOUR_SYSTEMS, colours, needs_ascii

if TYPE_CHECKING:
    from sellmode_contract.kinds.kind import Kind

_COMMANDS = {
    "accounts": ("sellmode_tui.commands.accounts", "List the accounts that signed in on this machine."),
    "available": ("sellmode_tui.commands.chat", "Be available for chat while the app is open."),
    "away": ("sellmode_tui.commands.chat", "Be away from chat."),
    "attention": ("sellmode_tui.commands.changes.attention", "Show and resolve what needs attention."),
    "corporate": (
        "sellmode_tui.commands.rules.corporate",
        "List, add and withdraw corporate tasks.",
    ),
    "customers": ("sellmode_tui.commands.customers.group", "List, search, show and edit customers."),
    "doctor": ("sellmode_tui.commands.doctor", "Check this machine: versions, files, keyring, terminal, clock."),
    "kpi": ("sellmode_tui.commands.results.figures", "Print figures: what was sold, who earned it, what was done."),
    "lookbooks": (
        "sellmode_tui.commands.looks.lookbooks",
        "List, show, edit and share lookbooks.",
    ),
    "people": ("sellmode_tui.commands.people.group", "Show each person's workload in the store; for managers."),
    "picks": (
        "sellmode_tui.commands.looks.picks",
        "List, show, edit and delegate the picks of storefront pages.",
    ),
    "present": ("sellmode_tui.commands.chat", "List who of the store is available for chat."),
    "products": ("sellmode_tui.commands.products.group", "List and show products, their stock and their customers."),
    "requests": ("sellmode_tui.commands.requests.group", "List, show, take and answer customers' requests."),
    "rules": ("sellmode_tui.commands.rules.group", "List, edit, enable and preview the rules that create tasks."),
    "sales": ("sellmode_tui.commands.sales", "List and show online sales with who earned them."),
    "status": ("sellmode_tui.commands.accounts", "Show the state of this machine's accounts."),
    "storefronts": ("sellmode_tui.commands.looks.storefronts", "List, show, open and close storefront pages."),
    "sync": ("sellmode_tui.commands.sync", "Send your changes and download new ones, once."),
    "targets": (
        "sellmode_tui.commands.results.targets",
        "List, set and copy the targets of figures; for who leads a store.",
    ),
    "tasks": ("sellmode_tui.commands.tasks.group", "List, show, add and complete tasks."),
    "undo": ("sellmode_tui.commands.changes.own_changes", "Undo your last change."),
    "unsent": ("sellmode_tui.commands.changes.own_changes", "List changes that are not sent yet."),
    "why": ("sellmode_tui.commands.why", "Explain who can see a record, and why."),
}
"""Where each command is (as ``NAME_command``), and what it does: enough for ``--help`` without loading any."""


def _with_commands() -> dict[str, Kind[Any]]:
    """The kinds of records that declare commands, by their names."""
    from sellmode_contract.kinds import KINDS

    return {kind.command: kind for kind in KINDS.values() if kind.command and kind.command not in _COMMANDS}


class _Commands(click.Group):
    """Those of the table, and those that kinds declare; what a command needs is loaded when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted([*_COMMANDS, *_with_commands()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name in _COMMANDS:
            found = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), f"{cmd_name}_command")
            assert isinstance(found, click.Command)  # noqa: S101  # that is what the modules hold
            return found
        if kind := _with_commands().get(cmd_name):
            from sellmode_tui.commands.kinds.group import group_of

            return group_of(kind)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        words = {name: words for name, (_, words) in _COMMANDS.items()}
        words |= {name: kind.command_help for name, kind in _with_commands().items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(words.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sellmode")
@click.option("--server", metavar="URL", help="The server to sign in to.")
@click.option("--user", metavar="NAME", help="The user name to sign in with.")
@click.option("--password-file", metavar="FILE", help="Read the password from FILE, readable by you only.")
@click.option("--theme", type=click.Choice(get_args(ThemeName)), help="The theme, for this session.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Use ASCII characters only.")
@click.pass_context
def sellmode(
    context: click.Context,
    server: str | None,
    user: str | None,
    password_file: str | None,
    theme: ThemeName | None,
    *,
    ascii_only: bool,
) -> None:
    """Clienteling in the terminal. Without a command the app opens."""
    spell_sequences(needs_ascii(os.environ))
    if context.invoked_subcommand is not None:
        if server or user or password_file or theme or ascii_only:
            raise click.UsageError(
                f"Options of the account come after the command: sellmode {context.invoked_subcommand} …"
            )
        return
    context.exit(_open_app(server, user, password_file, theme, ascii_only=ascii_only))


def _open_app(
    server: str | None, user: str | None, password_file: str | None, theme: ThemeName | None, *, ascii_only: bool
) -> int:
    """The one place that loads the app, and so Textual."""
    # What is found while typing is drawn in the frame after the key's own, so a shorter one shows it sooner.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", COLOUR_SYSTEMS[colours(os.environ)])
    from sellmode_tui.commands.kit.entering import read_password
    from sellmode_tui.shell.run import run_app

    password = read_password(password_file, user or "") if password_file else None
    return run_app(server=server, user_name=user, password=password, theme=theme, ascii_only=ascii_only)


def main() -> None:
    """Run ``sellmode`` and exit. Whatever goes wrong ends with a line for the person and a code, never a traceback."""
    harden_process()
    if sys.stdout is None:
        sys.exit(_unwritten("it is closed"))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # not a text stream of Python's own: a test's, or None
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # suppressed above
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    try:
        # Not click's own `main`, which has ends of its own for a reader that goes away and for an interrupt.
        with sellmode.make_context("sellmode", arguments) as context:
            sellmode.invoke(context)
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001  # each is told, and a report written of what nobody expected
        return _ended(error)
    except KeyboardInterrupt:
        return _interrupted()
    return Exit.OK


def _ended(error: Exception) -> int:
    match error:
        case OSError() if (code := _end_of_output(error)) is not None:
            return code
        case click.exceptions.Exit():
            return error.exit_code
        case click.Abort():
            return _interrupted()
    told = error if isinstance(error, click.ClickException) else failure(error)
    if told is None:
        from sellmode_tui.crash import write_report

        click.echo(str(write_report(error)), err=True)
        return Exit.FAULT
    try:
        sys.stdout.flush()
        told.show()
    except BrokenPipeError:
        return _reader_gone()
    return told.exit_code


def _end_of_output(error: OSError) -> int | None:
    """The exit code if nobody reads on, or standard output takes no more (a disk is full); None for another error."""
    if isinstance(error, BrokenPipeError):
        return _reader_gone()
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    # All that is written there is written by these two.
    if step is not None and step.tb_frame.f_code in (click.echo.__code__, run.__code__):
        return _unwritten(os.strerror(error.errno or 0))
    return None


def _unwritten(reason: str) -> int:
    """The output goes nowhere. What is still buffered is let go, so that it does not fail once more at the end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    click.echo(f"The output cannot be written: {reason}.", err=True)
    return Exit.DAMAGED


def _interrupted() -> int:
    click.echo("Interrupted.", err=True)
    return Exit.INTERRUPTED


def _reader_gone() -> int:
    """Nobody reads on (``| head``): what is still buffered goes nowhere, without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.PIPE
