"""Whatever command it is, of either program: output that cannot be written ends it with 6 and a line, and no report."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sellmode_backend.cli import commands
from sellmode_backend.cli import main as run_backend
from sellmode_tui.cli import run, sellmode


def paths(command: click.Command, name: str) -> Iterator[list[str]]:
    """Every command below one, and itself."""
    yield []
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below
            yield from ([each, *path] for path in paths(below, each))


def backend(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["sellmode-backend", *arguments])
    with pytest.raises(SystemExit) as ended:
        run_backend()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize("program", ["sellmode", "sellmode-backend"])
def test_no_command_takes_a_full_output_for_a_fault(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("SELLMODE_DATA_DIR", str(data))
    root = sellmode if program == "sellmode" else commands
    every = list(paths(root, program))
    assert len(every) > 20
    for path in every:
        with Path("/dev/full").open("w") as full, monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", full)
            asked = [*path, "--help"]
            code = run(asked) if program == "sellmode" else backend(asked, patched)
        told = capsys.readouterr().err.removeprefix("Error: ")
        assert (path, code, told) == (path, 6, "The output cannot be written: No space left on device.\n")
    assert not data.exists()


def test_a_closed_output_of_the_backend_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sellmode_backend fields --help >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False, env={"HOME": str(tmp_path)}
    )
    assert (done.returncode, done.stderr) == (6, "Error: The output cannot be written: it is closed.\n")
