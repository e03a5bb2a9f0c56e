"""The app's catalogues, kept in step with its sources.

``./dev run python -m tests.language.catalogues`` writes ``sellmode.pot``: all texts, in English. With languages
(``… catalogues de fr``) it also brings those up to date: new texts come in without a translation, those that are gone
go, and the compiled catalogue that the app reads is written. With ``--left de`` it says what has no translation yet.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sellmode_tui.language import DOMAIN, LANGUAGES
from tests.language.extracting import APP, Found, extracted

LOCALE: Final = APP / "locale"
TEMPLATE: Final = LOCALE / f"{DOMAIN}.pot"
TRANSLATED: Final = tuple(code for code in LANGUAGES if code != "en")
_MADE: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""The same at all times, so that files differ only where texts do."""


def po_path(language: str) -> Path:
    """A language's catalogue as people edit it."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_path(language: str) -> Path:
    """The same as the app reads it."""
    return po_path(language).with_suffix(".mo")


def template(found: Iterable[Found] | None = None) -> Catalog:
    """A catalogue of all texts without any translation, by their places."""
    catalogue = _empty()
    texts = extracted() if found is None else found
    plural = {each.text for each in texts if each.many}  # serves where the same is said of one, too
    for each in sorted(texts, key=lambda each: (each.where, each.text, each.many)):
        many = each.many or next((other.many for other in texts if other.many and other.text == each.text), "")
        id = (each.text, many) if each.text in plural and not each.context else each.text
        catalogue.add(id, locations=[(each.where, 0)], context=each.context or None)
    return catalogue


def read(path: Path, language: str | None = None) -> Catalog:
    """A catalogue from its file; an empty one if there is none."""
    if not path.exists():
        return _empty(language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language, domain=DOMAIN)


def updated(language: str, texts: Catalog) -> Catalog:
    """A language's catalogue with all texts there are now, and no others."""
    old, new = read(po_path(language), language), _empty(language)
    new.header_comment = old.header_comment  # a translator's glossary
    for message in texts:
        if not message.id:
            continue
        before = old.get(message.id, message.context)
        string = before.string if before is not None and not before.fuzzy else None
        new.add(message.id, string, locations=message.locations, context=message.context)
    return new


def as_po(catalogue: Catalog) -> bytes:
    """A catalogue as a file, without line numbers: they would change with every edit."""
    file = io.BytesIO()
    write_po(file, catalogue, width=110, include_lineno=False, sort_output=False)
    return file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """A catalogue as the app reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _empty(language: str | None = None) -> Catalog:
    return Catalog(
        locale=language,
        domain=DOMAIN,
        project="Sellmode",
        version="app",
        header_comment="# The words of the app. `python -m tests.language.catalogues` keeps this file in step.",
        creation_date=_MADE,
        revision_date=_MADE,
        last_translator="nobody <>",
        language_team="nobody <>",
        msgid_bugs_address="nobody",
        fuzzy=False,
    )


def left(language: str) -> list[str]:
    """The texts that have no translation yet."""
    return [
        str(message.id if isinstance(message.id, str) else message.id[0])
        for message in updated(language, template())
        if message.id and not _is_said(message.string)
    ]


def _is_said(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main(arguments: list[str]) -> None:
    """Bring files up to date, or say what is left."""
    if arguments[:1] == ["--left"]:
        for language in arguments[1:]:
            sys.stdout.writelines(f"{text}\n" for text in left(language))
        return
    texts = template()
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(as_po(texts))
    for language in arguments:
        catalogue = updated(language, texts)
        po_path(language).parent.mkdir(parents=True, exist_ok=True)
        po_path(language).write_bytes(as_po(catalogue))
        mo_path(language).write_bytes(as_mo(catalogue))


if __name__ == "__main__":
    main(sys.argv[1:])
