"""The documents as the tests read them: which there are, their shell examples and their links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_SHELL = frozenset({"|", ">", "<", "&&"})
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


class Example(NamedTuple):
    """A command line of a document."""

    document: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document.name}: {' '.join(self.words)}"


def documents() -> list[Path]:
    """Every document of the project."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def fences(document: Path, language: str) -> list[str]:
    """The contents of a document's code blocks of a language."""
    return [body for name, body in _FENCE.findall(document.read_text("utf-8")) if name == language]


def examples() -> Iterator[Example]:
    """The command lines of all shell examples, without comments and what their output is sent to."""
    for document in documents():
        for line in _typed(document):
            words = list(takewhile(lambda word: word not in _SHELL, shlex.split(line, comments=True)))
            if words:
                yield Example(document, tuple(words))


def _typed(document: Path) -> Iterator[str]:
    for body in fences(document, "sh"):
        yield from body.replace("\\\n", " ").splitlines()
    for body in fences(document, "console"):
        yield from (line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ "))


def prose(document: Path) -> str:
    """A document without its code blocks."""
    return _FENCE.sub("", document.read_text("utf-8"))


def links(document: Path) -> list[str]:
    """Where a document's links and pictures lead."""
    return _LINK.findall(prose(document))


def anchors(document: Path) -> set[str]:
    """The places of a document that a link can name, as GitHub makes them from headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(prose(document))
    }
