"""Which texts the app shows: found in its sources, and in what its bindings and the kinds of records declare.

Babel's own extractor sees calls only. Much of what the app shows is declared: a key's tooltip, a heading, the label of
a field. So the sources are read here, as trees:

- ``tr``, ``trc``, ``trn``, ``marked`` and ``Translatable`` with texts that stand there,
- ``DECLARING``: calls that declare something, by the arguments that people read,
- bindings and titles of their groups, and all that kinds declare, from the imported modules: some is put together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from textual.dom import DOMNode

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.fields import Field, Flag, OneOf, Rows
from sellmode_contract.kinds.sent_lookbook import WAYS
from sellmode_tui.screens.kinds.texts import texts_naming
from sellmode_tui.screens.kit.keys import all_bindings
from sellmode_tui.screens.lists.main_page import all_pages

SOURCES: Final = Path(__file__).parents[2] / "src"
APP: Final = SOURCES / "sellmode_tui"
CONTRACT: Final = SOURCES / "sellmode_contract"
NOT_THE_APP: Final = (
    APP / "commands",
    APP / "cli.py",
    APP / "language.py",
    APP / "screens" / "kinds" / "texts.py",
    CONTRACT / "translatable.py",
)
"""Commands speak English; what names kinds is taken for each of them; the others are how texts are marked."""

DECLARING: Final[Mapping[str, tuple[int, ...]]] = {
    "Column": (0,),
    "Kpi": (1,),
    "Measure": (0,),
    "PageOf": (0, 2),
    "Rejected": (1,),
    "UnclearDate": (0,),
    "UnclearTime": (0,),
    "UnclearWhen": (0,),
    "FilterError": (0, 2, 3),
    "refusal": (1, 2),
}
"""By what is called, the places of the arguments that people read."""
_MARKING: Final = {"tr": 1, "trc": 2, "trn": 2, "marked": 1, "Translatable": 1, "Translatable.counted": 2}
"""By what is called, how many of the first arguments are texts; ``trc``'s first is the context."""


class Found(NamedTuple):
    """A text for the catalogues."""

    text: str
    many: str = ""
    """For any number but one; empty if nothing is counted."""
    context: str = ""
    where: str = ""
    """The file, from the sources' folder."""


class NotPlain(Exception):
    """What is to be translated is put together where it is marked, so that no catalogue can have it."""


def sources() -> Iterator[Path]:
    """The files that may hold texts of the app, in order."""
    for path in sorted((*APP.rglob("*.py"), *CONTRACT.rglob("*.py"))):
        if not any(path.is_relative_to(other) for other in NOT_THE_APP):
            yield path


def extracted() -> list[Found]:
    """All texts, each once for each place."""
    found = [text for path in sources() for text in texts_of(path.read_text("utf-8"), str(path.relative_to(SOURCES)))]
    return [*found, *_declared_by_keys(), *_declared_by_kinds()]


# ------------------------------------------------------------------ from sources


def texts_of(source: str, where: str) -> Iterator[Found]:
    """The texts of a module. Raises NotPlain for those that are put together."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if (marking := ast.unparse(node.func)) in _MARKING:
            yield _marked(node, marking, where)
        for place in DECLARING.get(name_of(node), ()):
            if place < len(node.args) and (text := plain(node.args[place])):
                contexts = (plain(each.value) for each in node.keywords if each.arg == "context")
                yield Found(text, context=next(contexts, None) or "", where=where)


def _marked(node: ast.Call, called: str, where: str) -> Found:
    texts = [plain(argument) for argument in node.args[: _MARKING[called]]]
    if len(texts) < _MARKING[called] or not all(texts):
        raise NotPlain(f"{where}:{node.lineno}: {called}() takes plain texts; what they hold goes in by placeholders")
    first, last = texts[0] or "", texts[-1] or ""
    match called:
        case "trc":
            return Found(last, context=first, where=where)
        case "trn" | "Translatable.counted":
            return Found(first, last, where=where)
    return Found(first, where=where)


def name_of(call: ast.Call) -> str:
    """What is called, without what it belongs to."""
    match call.func:
        case ast.Name(name):
            return name
        case ast.Attribute(attr=name):
            return name
    return ""


def plain(node: ast.expr) -> str | None:
    """A text that stands there as it is; None for what is put together."""
    match node:
        case ast.Constant(str(text)):
            return text
    return None


# ------------------------------------------------------------------ from declarations


def _declared_by_keys() -> Iterator[Found]:
    import sellmode_tui.shell.app  # noqa: F401  # with it all that has bindings is there

    for node, binding in all_bindings():
        where = f"{node.__module__.replace('.', '/')}.py"
        yield from (Found(text, where=where) for text in (binding.description, binding.tooltip) if text)
    nodes: list[type[DOMNode]] = [DOMNode]
    while nodes:
        node = nodes.pop()
        nodes += node.__subclasses__()
        title = node.__dict__.get("BINDING_GROUP_TITLE")
        if node.__module__.startswith("sellmode_tui.") and isinstance(title, str):
            yield Found(title, where=f"{node.__module__.replace('.', '/')}.py")
    yield from (Found(page.label, where="sellmode_tui/screens/lists/main_page.py") for page in all_pages().values())


def _declared_by_kinds() -> Iterator[Found]:
    for kind in KINDS.values():
        where = f"{kind.record.__module__.replace('.', '/')}.py"
        yield from (Found(text, many, where="sellmode_tui/screens/kinds/texts.py") for text, many in texts_naming(kind))
        texts = [kind.page, kind.called, kind.row.label]
        for field in kind.fields:
            texts += _of_field(field)
        yield from (Found(text, where=where) for text in texts if text)
    yield from (Found(text, where="sellmode_contract/kinds/sent_lookbook.py") for text in WAYS.values())


def _of_field(field: Field) -> Iterator[str]:
    yield from (field.words, field.title, field.required)
    if isinstance(field, Flag):
        yield from (field.yes, field.no)
    if isinstance(field, OneOf):
        yield from field.choices.values()
    if isinstance(field, Rows):
        for part in field.fields:
            yield from _of_field(part)
