"""`./dev release`: the same wheel for everybody, and a bill that says what is in it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import release

_ROOT = Path(__file__).parent.parent
_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "sellmode"
version = "1.2.3"
requires-python = ">=3.11"
[tool.hatch.build.targets.wheel]
packages = ["src/sellmode_contract"]
"""
_LOCK = f"""\
left==1.0 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
    # via sellmode (pyproject.toml)
right==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:{"c" * 64}
    # via
    #   -c requirements/lock.txt
    #   sellmode (pyproject.toml)
    #   left
"""


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, check=True).stdout


def _commit(root: Path, path: str, content: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content)
    _git(root, "add", path)
    _git(root, "commit", "-qm", path)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in good order."""
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root = tmp_path / "project"
    _git(tmp_path, "init", "-q", str(root))
    _git(root, "config", "user.name", "Somebody")
    _git(root, "config", "user.email", "somebody@example.com")
    _commit(root, "pyproject.toml", _PROJECT)
    _commit(root, "CHANGELOG.md", "# Changelog\n\n## [1.2.3] - 2026-11-29\n")
    _commit(root, str(release.LOCK), _LOCK)
    _commit(root, ".gitignore", "/dist/\n")
    _commit(root, "src/sellmode_contract/__init__.py", "")
    return root


def _release(root: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.chdir(root)
    return CliRunner().invoke(release.main, arguments)


def _dist(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "dist").iterdir()}


@pytest.fixture(scope="module")
def built() -> tuple[release.Commit, bytes]:
    """Our own last commit, built."""
    commit = release.Commit.last(_ROOT)
    return commit, release.wheel(commit)[1]


def test_the_wheel_holds_the_three_packages_and_nothing_else(built: tuple[release.Commit, bytes]) -> None:
    commit, wheel = built
    with zipfile.ZipFile(io.BytesIO(wheel)) as files:
        names = set(files.namelist())
    sources = _git(_ROOT, "ls-tree", "-r", "--name-only", commit.id, "src/").split()
    assert {name for name in names if ".dist-info/" not in name} == {name.removeprefix("src/") for name in sources}
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_bill_keeps_the_schema_and_names_what_the_lock_pins(built: tuple[release.Commit, bytes]) -> None:
    commit, wheel = built
    text = release.bill(commit, wheel)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    lock = commit.read(release.LOCK)
    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(wheel).hexdigest()}]
    assert {f"{one['name']}=={one['version']}" for one in bill["components"]} == set(
        re.findall(r"^[a-z0-9-]+==[^ ]+", lock, re.MULTILINE)
    )
    assert sorted(hash["content"] for one in bill["components"] for hash in one["hashes"]) == sorted(
        re.findall(r"sha256:(\w+)", lock)
    )


def test_all_in_the_bill_is_there_because_something_needs_it(built: tuple[release.Commit, bytes]) -> None:
    bill = json.loads(release.bill(*built))
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    reached, ahead = set(), ["sellmode"]
    while ahead:
        if (ref := ahead.pop()) not in reached:
            reached.add(ref)
            ahead += needs[ref]
    assert reached == {"sellmode", *(one["bom-ref"] for one in bill["components"])}
    assert "mako" in needs["alembic"]


def test_the_bill_of_a_lock_says_what_needs_what(project: Path) -> None:
    bill = json.loads(release.bill(release.Commit.last(project), b"wheel"))
    assert {one["ref"]: one.get("dependsOn") for one in bill["dependencies"]} == {
        "sellmode": ["left", "right"],
        "left": ["right"],
        "right": None,
    }
    assert {one["name"]: (one["version"], len(one["hashes"])) for one in bill["components"]} == {
        "left": ("1.0", 2),
        "right": ("2.0", 1),
    }


def test_a_release_is_made_of_the_commit_and_tagged(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = _release(project, monkeypatch)
    assert done.exit_code == 0, done.output
    made = _dist(project)
    assert set(made) == {
        "sellmode-1.2.3-py3-none-any.whl", "sellmode-1.2.3.cdx.json", "sellmode-1.2.3-requirements.txt", "SHA256SUMS"
    }  # fmt: skip
    assert made["sellmode-1.2.3-requirements.txt"].decode() == _LOCK
    assert dict(line.split("  ")[::-1] for line in made.pop("SHA256SUMS").decode().splitlines()) == {
        name: hashlib.sha256(content).hexdigest() for name, content in made.items()
    }
    assert _git(project, "rev-parse", "v1.2.3^{commit}") == _git(project, "rev-parse", "HEAD")


def test_who_clones_the_tag_makes_the_same_files(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _release(project, monkeypatch).exit_code == 0
    clone = tmp_path / "another place"
    _git(tmp_path, "clone", "-q", "--branch", "v1.2.3", str(project), str(clone))
    assert _release(clone, monkeypatch, "--dry-run").exit_code == 0
    assert _dist(clone) == _dist(project)


def test_builds_that_differ_are_no_release(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _commit(project, "pyproject.toml", _PROJECT + "[tool.hatch.build.targets.wheel.hooks.custom]\n")
    _commit(
        project,
        "hatch_build.py",
        """
import uuid
from pathlib import Path
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        Path("src/sellmode_contract/built.txt").write_text(uuid.uuid4().hex)
""",
    )
    done = _release(project, monkeypatch)
    assert done.exit_code == 1
    assert "Two builds of the wheel differ." in done.output
    assert not (project / "dist").exists()
    assert not _git(project, "tag")


def _change(root: Path) -> None:
    (root / "CHANGELOG.md").write_text("other\n")


def _tag(root: Path) -> None:
    _git(root, "tag", "v1.2.3")


def _forget(root: Path) -> None:
    _commit(root, "CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_change, "There are changes that are not committed."),
        (_tag, "There is a tag v1.2.3 already."),
        (_forget, "CHANGELOG.md has no section for 1.2.3."),
    ],
)
def test_what_is_not_in_order_is_not_released_but_can_be_tried(
    project: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None], said: str
) -> None:

    spoil(project)
    tags = _git(project, "tag")
    refused = _release(project, monkeypatch)
    assert refused.exit_code == 1
    assert said in refused.output
    assert not (project / "dist").exists()
    tried = _release(project, monkeypatch, "--dry-run")
    assert tried.exit_code == 0
    assert said in tried.output
    assert "SHA256SUMS" in _dist(project)
    assert _git(project, "tag") == tags
