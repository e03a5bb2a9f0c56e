"""The documents lead where they say, and name nothing of the machine they were written on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.reading import DOCS, ROOT, anchors, documents, links

_MACHINE = re.compile(r"/work/|/root/|/home/\w|pypi|pythonhosted|(?<!emit-)index-url|file://", re.IGNORECASE)


def _missing(document: Path, root: Path = ROOT) -> list[str]:
    found = []
    for link in links(document):
        if re.match(r"https?:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        there = target.is_relative_to(root) and target.exists()
        if not there or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    assert _missing(document) == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_no_path_of_a_machine_and_no_package_index(document: Path) -> None:
    text = document.read_text("utf-8")
    assert [found.group() for found in _MACHINE.finditer(text)] == []


def test_every_document_is_linked_from_another() -> None:
    targets = {
        (document.parent / link.partition("#")[0]).resolve()
        for document in documents()
        for link in links(document)
        if not re.match(r"https?:|#", link)
    }
    assert {path for path in documents() if path.is_relative_to(DOCS)} - targets == set()


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text("# One\n[a](missing.md) [b](#one) [c](#two)\n", "utf-8")
    assert _missing(document, tmp_path) == ["missing.md", "#two"]
