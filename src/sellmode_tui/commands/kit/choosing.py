"""Which account a command works on: its options, and finding the account among those of this machine."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import click

from sellmode_contract.ids import user_key
from sellmode_contract.text import visible
from sellmode_tui.account.folders import AccountFolder, known_accounts
from sellmode_tui.commands.kit.exit_codes import Exit, Failure

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Choice(NamedTuple):
    """What was said about the account on the command line."""

    server: str | None
    user_name: str | None
    password_file: str | None


def _choosing(*options: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Callable[[_Command], _Command]:
    """What gives a command some of the options that choose an account, and a ``choice`` of them."""

    def decorate(command: _Command) -> _Command:
        @functools.wraps(command)
        def with_choice(server: str | None, user: str | None, password_file: str | None = None, **given: Any) -> Any:
            return command(choice=Choice(server, user, password_file), **given)

        made: Callable[..., Any] = with_choice
        for option in reversed(options):
            made = option(made)
        return made  # type: ignore[return-value]  # the command, plus options

    return decorate


_SERVER = click.option("--server", metavar="URL", help="The account's server, if you have accounts at several.")
_USER = click.option("--user", metavar="NAME", help="The account's user name, if several are known on this machine.")
_PASSWORD_FILE = click.option(
    "--password-file",
    metavar="FILE",
    help="Read the password from FILE, readable by you only; - reads standard input. Otherwise you are asked.",
)
account_options = _choosing(_SERVER, _USER, _PASSWORD_FILE)
"""For a command that opens an account."""
known_account_options = _choosing(_SERVER, _USER)
"""For a command on the accounts of this machine, which opens none."""


def matching_folders(choice: Choice) -> list[AccountFolder]:
    """The known accounts that fit. Raises BadAddress."""
    server = None
    if choice.server:
        from sellmode_tui.transport.address import server_address

        server = server_address(choice.server)
    found = [
        folder
        for folder in known_accounts()
        if folder.known
        and server in (None, folder.known.server)
        and (choice.user_name is None or user_key(choice.user_name) == user_key(folder.known.user_name))
    ]
    return [folder for folder in found if folder.profile.user_name == choice.user_name] or found


def chosen_folders(choice: Choice, *, server_may_be_new: bool = False) -> list[AccountFolder]:
    """The accounts that fit; if nothing was said all, those too that cannot be read. Raises Failure for none."""
    if choice.server is None and choice.user_name is None:
        return known_accounts()
    found = matching_folders(choice)
    if not found and not (server_may_be_new and choice.user_name is None):
        raise no_such_account()
    return found


def find_folder(choice: Choice) -> AccountFolder | None:
    """The known account that is meant; None if none fits. Raises Failure if several do, BadAddress."""
    found = matching_folders(choice)
    if len(found) > 1:
        raise Failure(f"There are several accounts on this machine; choose one:\n{_listed(found)}", Exit.USAGE)
    return found[0] if found else None


def known_folder(choice: Choice) -> AccountFolder:
    """The known account that is meant. Raises Failure if there is none, or several."""
    if folder := find_folder(choice):
        return folder
    raise no_such_account()


def no_such_account() -> Failure:
    """None of the known accounts is meant, or there are none."""
    folders = known_accounts()
    known = [folder for folder in folders if folder.known]
    if known:
        return Failure(f"No such account on this machine. There are:\n{_listed(known)}", Exit.LOCKED)
    if folders:
        return Failure("\n".join(each.problem for each in folders), Exit.DAMAGED)
    return Failure(
        "No one has signed in on this machine yet. Start `sellmode`, or `sellmode sync --server URL --user NAME`.",
        Exit.LOCKED,
    )


def _listed(folders: list[AccountFolder]) -> str:
    profiles = [folder.profile for folder in folders]
    return "\n".join(
        f"  --server {profile.server} --user {visible(profile.user_name)}  ({visible(profile.name)})"
        for profile in profiles
    )
