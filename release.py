"""What ``./dev release`` does: makes ``dist/`` from the last commit, and tags it.

The wheel is built twice, in two folders, zones and locales, and has to come out the same: whoever builds it from the
tag gets these bytes. Beside it lie the bill of materials (CycloneDX) and the locked requirements it was tested with.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

LOCK = Path("requirements/runtime.txt")
_BUILDS = ({"TZ": "UTC", "LC_ALL": "C"}, {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"})
_PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)(?P<rest>.*(?:\n .*)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_WANTED_BY = re.compile(r"^ +#(?: via)? +([a-z0-9-]+)(?: \(pyproject\.toml\))?$", re.MULTILINE)


@dataclass(frozen=True)
class Commit:
    """The commit that a release is made of."""

    root: Path
    id: str
    seconds: int
    version: str

    @classmethod
    def last(cls, root: Path) -> Commit:
        """The last one of a repository."""
        id, seconds = _git(root, "log", "-1", "--format=%H %ct").decode().split()
        project = tomllib.loads(_git(root, "show", f"{id}:pyproject.toml").decode())["project"]
        return cls(root, id, int(seconds), project["version"])

    @property
    def tag(self) -> str:
        return f"v{self.version}"

    def read(self, path: Path) -> str:
        return _git(self.root, "show", f"{self.id}:{path}").decode()

    def hindrances(self) -> list[str]:
        """Why it is not to be released."""
        found = []
        if _git(self.root, "status", "--porcelain"):
            found.append("There are changes that are not committed.")
        if _git(self.root, "tag", "--list", self.tag):
            found.append(f"There is a tag {self.tag} already.")
        if f"\n## [{self.version}]" not in self.read(Path("CHANGELOG.md")):
            found.append(f"CHANGELOG.md has no section for {self.version}.")
        return found


def wheel(commit: Commit) -> tuple[str, bytes]:
    """The name and bytes of a commit's wheel. Raises ClickException if two builds differ."""
    first, second = (_built(commit, environment) for environment in _BUILDS)
    if first != second:
        raise click.ClickException("Two builds of the wheel differ.")
    return first


def _built(commit: Commit, environment: dict[str, str]) -> tuple[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="sellmode-release-") as folder:
        archive = io.BytesIO(_git(commit.root, "archive", commit.id))
        with tarfile.open(fileobj=archive) as files:
            files.extractall(folder, filter="data")
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "built"],
            cwd=folder,
            env={**os.environ, **environment, "SOURCE_DATE_EPOCH": str(commit.seconds)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        (made,) = Path(folder, "built").iterdir()
        return made.name, made.read_bytes()


def bill(commit: Commit, wheel: bytes) -> str:
    """The bill of materials: what a wheel needs on any platform with all extras, with hashes, and what needs what."""
    lock = commit.read(LOCK)
    product = Component(
        name="sellmode",
        version=commit.version,
        type=ComponentType.APPLICATION,
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        purl=PackageURL("pypi", name="sellmode", version=commit.version),
        bom_ref="sellmode",
        hashes=[_sha256(hashlib.sha256(wheel).hexdigest())],
    )
    bom = Bom(
        metadata=BomMetaData(component=product, timestamp=datetime.fromtimestamp(commit.seconds, UTC)),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"sellmode {commit.id}"),
    )
    components = {product.name: product}
    needs: dict[str, list[Component]] = defaultdict(list)
    for pinned in _PINNED.finditer(lock):
        name, version, rest = pinned["name"], pinned["version"], pinned["rest"]
        components[name] = Component(
            name=name,
            version=version,
            purl=PackageURL("pypi", name=name, version=version),
            bom_ref=name,
            hashes=[_sha256(found) for found in _HASH.findall(rest)],
        )
        for parent in _WANTED_BY.findall(rest):
            needs[parent].append(components[name])
    for name, component in components.items():
        if component is not product:
            bom.components.add(component)
        bom.register_dependency(component, needs[name])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _sha256(hex: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=hex)


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", root, *arguments], capture_output=True, check=True).stdout  # noqa: S607  # whose place only PATH knows


@click.command()
@click.option("--dry-run", is_flag=True, help="Make everything, whatever speaks against a release, and set no tag.")
def main(*, dry_run: bool) -> None:
    """Make dist/ from the last commit, and tag it: the wheel, its bill of materials and requirements, checksums."""
    commit = Commit.last(Path.cwd())
    hindrances = commit.hindrances()
    for hindrance in hindrances:
        click.echo(hindrance, err=True)
    if hindrances and not dry_run:
        raise click.ClickException(f"{commit.version} is not released.")
    name, built = wheel(commit)
    made = {
        name: built,
        f"sellmode-{commit.version}.cdx.json": bill(commit, built).encode(),
        f"sellmode-{commit.version}-requirements.txt": commit.read(LOCK).encode(),
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in made.items())
    dist = commit.root / "dist"
    dist.mkdir(exist_ok=True)
    for name, content in {**made, "SHA256SUMS": sums.encode()}.items():
        (dist / name).write_bytes(content)
    click.echo(sums, nl=False)
    if not dry_run:
        _git(commit.root, "tag", "-a", commit.tag, "-m", f"Sellmode {commit.version}", commit.id)


if __name__ == "__main__":
    main()
