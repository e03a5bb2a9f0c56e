"""Finds texts of the app that people read and no catalogue has.

A text counts as words if it has two of them, or is one with a capital, or is given to something that shows it. What
stands where no words for people do (styles, SQL, patterns, names of types) does not count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator
from typing import Final

from tests.language.extracting import DECLARING, name_of

_TWO_WORDS: Final = re.compile(r"(?:[^\W\d_]{2,}|\{\})[,.:;!?'’)\"]*\s+[(\"'“]?[^\W\d_]{2,}|[^\W\d_]{2,}[,.:;]?\s+\{\}")
_CAPITAL: Final = re.compile(r"[A-Z][a-z]+[.:!?…]?")
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_SQL: Final = re.compile(
    r"\s*\(?(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|WITH|FROM|JOIN|LEFT JOIN|WHERE|ORDER BY|GROUP BY|LIMIT|"
    r"AND|OR|UNION|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|EXISTS|NOT EXISTS|ATTACH|DETACH|CASE|VALUES|ON)\b"
)
_IN_SQL: Final = re.compile(r"\b(IS|AND|IN|DESC|JOIN|BETWEEN|ifnull)\b|\b[a-z]\.[a-z_]{2,}")
_STYLE: Final = re.compile(r"(bold|reverse|underline|dim|italic|not bold|on)\b[^.]*|.*\$[a-z-]+.*")
_SHOWING: Final = {
    "BoxButton": (0, 1),
    "Content": (0,),
    "Pick": (1, 2),
    "Static": (0,),
    "amount": (0, 1),
    "compose_buttons": (),
    "page.entry": (0,),
    "field": (0, 1, 2),
    "heading": (0,),
    "on_top": (0, 1, 2, 3),
    "self.entry": (1,),  # of a form: after the field's name its label
    "title": (0, 1),
}
"""Shows these arguments to people, a single small word too."""
_SHOWN_BY_NAME: Final = frozenset({"placeholder", "does", "label", "title", "tooltip", "note"})
_NEVER_SHOWN: Final = frozenset(
    {
        "Binding",
        "_hidden",
        "_always",
        "compile",
        "TypeVar",
        "NewType",
        "getattr",
        "Literal",
        "execute",
        "background",
        "Rule",
    }
)
"""Calls whose texts nobody reads, or, as of bindings, which are declared and found elsewhere.

``Rule`` says who may see a record, to docs and commands.
"""
_NOT_FOR_PEOPLE: Final = frozenset(
    {"TypeError", "RuntimeError", "NotImplementedError", "AssertionError", "KeyError", "LookupError"}
)
"""Errors of the program, not of what people did."""
_MARKING: Final = {"tr": 1, "trn": 2, "trc": 2, "marked": 1, "Translatable": 1, "Translatable.counted": 2}
_KEYS: Final = frozenset({"Sellmode", "Enter", "Esc", "Del", "Tab", "Space", "Ctrl", "Shift", "Alt"})
"""Names of keys, which stand on keyboards, and the app's own."""
_DECLARED_BY_KINDS: Final = frozenset(
    {
        "Kind",
        "Row",
        "Field",
        "Text",
        "Month",
        "Goal",
        "Flag",
        "OneOf",
        "Number",
        "Moment",
        "Due",
        "Ref",
        "Elements",
        "Address",
        "Sizes",
        "Rows",
    }
)
"""Calls that declare kinds of records; their texts are taken from the kinds themselves."""
_ATTRIBUTES: Final = frozenset({"DEFAULT_CSS", "CSS", "BINDING_GROUP_TITLE", "__all__", "CAPTIONS"})


class _Finder(ast.NodeVisitor):
    def __init__(self, kept: Container[str]) -> None:
        self._kept = kept
        self.found: list[tuple[int, str]] = []

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._body(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._body(node)

    def _body(self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for statement in node.body:
            match statement:
                case ast.Expr(ast.Constant(str())):  # what documents something
                    continue
            self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(self._is_kept(target) for target in node.targets):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and not self._is_kept(node.target):
            self.visit(node.value)

    def _is_kept(self, target: ast.expr) -> bool:
        return isinstance(target, ast.Name) and (target.id in _ATTRIBUTES or target.id in self._kept)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        for each in (node.left, *node.comparators):
            if not isinstance(each, ast.Constant):
                self.visit(each)

    def visit_match_case(self, node: ast.match_case) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)

    def visit_Raise(self, node: ast.Raise) -> None:
        if not (isinstance(node.exc, ast.Call) and name_of(node.exc) in _NOT_FOR_PEOPLE):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name, full = name_of(node), ast.unparse(node.func)
        if name in _NEVER_SHOWN:
            return
        declares = name in _DECLARED_BY_KINDS
        skipped = range(_MARKING[full]) if full in _MARKING else DECLARING.get(name, ())
        self.visit(node.func)
        for place, argument in enumerate(node.args):
            if (declares or place in skipped) and isinstance(argument, ast.Constant):
                continue
            showing = _SHOWING.get(full, _SHOWING.get(name, ()))
            shown = place == len(node.args) - 1 if name == "say" else place in showing
            self._shown(argument) if shown else self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg in ("classes", "examples") or (
                declares and isinstance(keyword.value, ast.Constant | ast.Dict)
            ):
                continue
            self._shown(keyword.value) if keyword.arg in _SHOWN_BY_NAME else self.visit(keyword.value)

    def _shown(self, node: ast.expr) -> None:
        match node:
            case ast.Constant(str(text)) if text not in _KEYS and _LETTERS.search(text):
                self.found.append((node.lineno, text))
            case _:
                self.visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _is_words(node.value):
            self.found.append((node.lineno, node.value))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
        if _is_words(text):
            self.found.append((node.lineno, text))
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                self.visit(each.value)


def _is_words(text: str) -> bool:
    if text in _KEYS or _SQL.match(text) or _IN_SQL.search(text) or _STYLE.fullmatch(text):
        return False
    return bool(_TWO_WORDS.search(text) or _CAPITAL.fullmatch(text))


def unmarked(source: str, kept: Container[str] = ()) -> Iterator[tuple[int, str]]:
    """Texts that people read and that are not marked, with their lines; those in constants that are ``kept`` may be."""
    finder = _Finder(kept)
    finder.visit(ast.parse(source))
    yield from finder.found
