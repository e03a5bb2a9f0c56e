"""Every command line of the documents is one that the programs take, and every command is in the documents."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from sellmode_backend.cli import commands as sellmode_backend
from sellmode_backend.demo.__main__ import main as demo
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.service_files import read_hours, read_service, write_service
from sellmode_contract.service_rules import WAYS, ServiceRules
from sellmode_tui.account.settings import Settings
from sellmode_tui.cli import sellmode
from tests.docs.reading import DOCS, ROOT, Example, documents, examples, fences

PROGRAMS: dict[str, click.Command] = {"sellmode": sellmode, "sellmode-backend": sellmode_backend}
NAMED_FILES = (
    "fullchain.pem",
    "privkey.pem",
    "customers.txt",
    "world.json",
    "orders_export.zip",
    "customers_export.csv",
)
NAMED_FOLDERS = ("exports", "lists", "meridian")
"""What the examples' commands are given, and want to be there."""


@pytest.fixture
def where_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMED_FILES:
        (tmp_path / name).touch()
    for name in NAMED_FOLDERS:
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)


def _parse(command: click.Command, name: str, words: list[str]) -> None:
    """Read a command line as the program does, without running anything. Raises click's errors."""
    with contextlib.suppress(click.exceptions.Exit), command.make_context(name, words) as context:
        # Exit is what --help and --version raise. The context closes files that it opened.
        rest = [*context._protected_args, *context.args]
        if isinstance(command, click.Group) and rest:
            found_name, found, arguments = command.resolve_command(context, rest)
            assert found is not None
            assert found_name is not None
            _parse(found, found_name, arguments)


def _dev_verbs() -> set[str]:
    usage = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  (\w+)  ", usage, re.MULTILINE))


def _check(words: list[str]) -> None:
    program, *rest = words
    if program in PROGRAMS:
        _parse(PROGRAMS[program], program, rest)
    elif program == "./dev" and rest:
        assert rest[0] in _dev_verbs()
        if rest[0] == "demo":
            _parse(demo, "demo", rest[1:])
        elif rest[0] == "run" and rest[1:3] == ["python", "-m"]:
            assert importlib.util.find_spec(rest[3])
        elif rest[0] == "run":
            assert rest[1] in PROGRAMS
            _check(rest[1:])


def _ours() -> list[Example]:
    return [example for example in examples() if example.words[0] in {*PROGRAMS, "./dev"}]


@pytest.mark.parametrize("example", _ours(), ids=str)
def test_an_example_is_one_that_the_program_takes(example: Example, where_examples_run: None) -> None:
    try:
        _check(list(example.words))
    except click.ClickException as error:
        pytest.fail(f"{example}: {error.format_message()}")


def test_an_example_with_an_option_that_is_none_is_noticed() -> None:
    with pytest.raises(click.NoSuchOption):
        _check(["sellmode", "customers", "list", "--colour"])
    with pytest.raises(click.UsageError, match="No such command"):
        _check(["sellmode-backend", "start"])


def _leaves(command: click.Command, path: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _leaves(found, f"{path} {name}")


@pytest.mark.parametrize("path", [path for name, group in PROGRAMS.items() for path in _leaves(group, name)])
def test_every_command_is_documented(path: str) -> None:
    named = re.compile(rf"{re.escape(path)}\b")
    assert any(named.search(document.read_text("utf-8")) for document in documents()), f"no document names `{path}`"


def test_every_verb_of_dev_is_documented() -> None:
    text = "".join(document.read_text("utf-8") for document in documents())
    assert {verb for verb in _dev_verbs() if f"./dev {verb}" not in text} == set()


def test_the_examples_of_settings_are_settings() -> None:
    backend, hours, service, terminal = fences(DOCS / "operations.md", "toml")
    assert msgspec.toml.decode(backend, type=dict[str, str]).keys() == {"database", "password"}
    dublin = StoreEntry(id="dublin", name="Dublin Grafton", time_zone="Europe/Dublin")
    assert read_hours(hours, [dublin], lambda _: dublin)[dublin.id].thursday == ("09:30-20:00",)
    usual = ServiceRules(ways=WAYS)
    assert write_service(usual) == service
    assert read_service(service).aim("chat") == usual.aim("chat")
    settings = msgspec.toml.decode(terminal, type=Settings, dec_hook=lambda _, text: Path(text))
    assert settings.server.startswith("https://")
