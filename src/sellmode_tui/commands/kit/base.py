"""What commands on an account are made of: their options, the open account, and printing the answer."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import click

from sellmode_contract.roles import Capability
from sellmode_contract.visibility import may
from sellmode_tui.commands.kit.choosing import Choice, account_options
from sellmode_tui.commands.kit.entering import opened
from sellmode_tui.commands.kit.exit_codes import Exit, Failure, Nothing
from sellmode_tui.commands.kit.output import Table, is_terminal, json_option, plain, print_json, say
from sellmode_tui.commands.kit.report import report_written
from sellmode_tui.records import RecordStore, Written
from sellmode_tui.workspace import Workspace

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)

Parameter = Callable[[Callable[..., None]], Callable[..., None]]
"""``click.option(...)`` or ``click.argument(...)``."""
Columns = Mapping[str, Callable[[_T], str]]
"""A table's headings, each with what stands below it."""

ON_A_SCREEN: Final = 50
"""Rows that a long list prints to a terminal unless more are asked for; elsewhere it prints all."""
PAGE: Final = 500
"""Rows that are read at a time."""

limit_option: Parameter = click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Print N at most.  [default: {ON_A_SCREEN} to a terminal, else all]",
)


class Pages(Protocol[_T_co]):
    """A long list, read a page at a time."""

    def rows(self, start: int, stop: int, /) -> Sequence[_T_co]:
        """Some of its rows."""


class Opened(NamedTuple):
    """The account that a command works on, and the form of its answer."""

    workspace: Workspace
    as_json: bool

    @property
    def records(self) -> RecordStore:
        """Its records."""
        return self.workspace.records

    def print_list(
        self, found: Sequence[_T], columns: Columns[_T], as_object: Callable[[_T], Any] = plain, *, empty: str
    ) -> None:
        """A short list. Raises Nothing, which says ``empty``, if it is."""
        self._print([found] if found else [], columns, as_object)
        if not found:
            raise Nothing(empty)

    def print_pages(
        self,
        found: Pages[_T],
        total: int,
        limit: int | None,
        columns: Columns[_T],
        as_object: Callable[[_T], Any] = plain,
        *,
        noun: str,
        empty: str,
        right: Iterable[str] = (),
    ) -> None:
        """The beginning of a long list of so many, and how many are left out. Raises Nothing, as ``print_list``."""
        if not total:
            raise Nothing(empty)
        if limit is None and is_terminal() and not self.as_json:
            limit = ON_A_SCREEN
        stop = total if limit is None else min(total, limit)
        pages = (found.rows(start, min(start + PAGE, stop)) for start in range(0, stop, PAGE))
        self._print(pages, columns, as_object, right)
        if stop < total:
            say(f"{stop:,} of {total:,} {noun}; {total - stop:,} more with a larger --limit.")

    def print_one(self, value: Any, lines: Iterable[str]) -> None:
        """One object as JSON, or as lines."""
        if self.as_json:
            print_json(value)
        else:
            for line in lines:
                click.echo(line)

    def check_may(self, capability: Capability) -> None:
        """Raise Failure, naming what it takes, for an account without a capability."""
        account = self.records.account()
        if account is None or not may(account, capability):
            raise Failure(f"Your role does not allow this: you need the {capability} permission.", Exit.AGAINST_RULES)

    def report(self, *changes: Written, **more: Any) -> None:
        """What was written; as JSON with ``more`` that there is to know of it."""
        report_written(self.records, changes, as_json=self.as_json, more=more)

    def _print(
        self,
        pages: Iterable[Sequence[_T]],
        columns: Columns[_T],
        as_object: Callable[[_T], Any],
        right: Iterable[str] = (),
    ) -> None:
        table = Table(list(columns), right=right)
        for page in pages:
            if self.as_json:
                for row in page:
                    print_json(as_object(row))
            else:
                table.print([cell(row) for cell in columns.values()] for row in page)


def command(
    name: str, *parameters: Parameter, of: click.Group | None = None, json: bool = True
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function that takes ``Opened`` and its parameters.

    The account is opened before the function runs, without the network. Its docstring is the help.
    """

    def decorate(body: Callable[..., None]) -> click.Command:
        @functools.wraps(body)
        def run(choice: Choice, *, as_json: bool = False, **given: Any) -> None:
            with opened(choice) as workspace:
                body(Opened(workspace, as_json), **given)

        options: list[Parameter] = [*parameters, *([json_option] if json else []), account_options]
        built = click_command(name, run, options)
        if of is not None:
            of.add_command(built)
        return built

    return decorate


def click_command(name: str, body: Callable[..., None], options: Sequence[Parameter]) -> click.Command:
    """A command whose help is a docstring; the command lines at its end, which are examples, keep their lines."""
    text, *examples = re.split(r"\n(?=sellmode )", inspect.getdoc(body) or "")
    help = "\n".join([text, "\b", *(f"  {example}" for example in examples)]) if examples else text
    for option in reversed(options):
        body = option(body)
    return click.command(name, help=help)(body)
