"""docs/packages.svg: the packages and what they import of each other, made from the code.

An arrow is left out where others lead the same way: who imports a package that imports another needs no arrow to that
one. ``./dev run python -m tests.docs.packages`` draws it anew, and a test holds it equal to the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import pairwise
from typing import NamedTuple

import grimp

from tests.docs.reading import DOCS

PICTURE = DOCS / "packages.svg"
BASE, APPS = "sellmode_contract", ("sellmode_backend", "sellmode_tui")

_WIDE, _HIGH, _GAP, _UP, _EDGE = 128, 30, 16, 58, 24
_STYLE = (
    "text{font:13px sans-serif;text-anchor:middle;fill:#222}.name{font-weight:bold}"
    "rect{rx:4;fill:#fff;stroke:#667}.app{fill:#f2f4f7;stroke:#ccd}path{fill:none;stroke:#889;marker-end:url(#tip)}"
)
_TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#889;stroke:none;marker-end:none"/></marker>'
)

TOGETHER = " + "

Imports = Mapping[str, frozenset[str]]
"""Of each package those that it imports."""


class _Place(NamedTuple):
    left: float
    top: float
    wide: float = _WIDE
    high: float = _HIGH

    @property
    def middle(self) -> float:
        return self.left + self.wide / 2


def imports(root: str) -> Imports:
    """Of each package in one of ours, the others in it that it imports; packages in a circle are taken as one."""
    graph = grimp.build_graph(BASE, *APPS, cache_dir=None)
    packages = sorted(each for each in graph.find_children(root) if graph.find_children(each))
    return condensed({
        one: frozenset(
            other for other in packages
            if one != other and graph.direct_import_exists(importer=one, imported=other, as_packages=True)
        )
        for one in packages
    })  # fmt: skip


def condensed(found: Imports) -> Imports:
    """The same with those that import each other, be it by way of others, under one name."""
    above = {package: reached(found, package) for package in found}
    name = {
        package: TOGETHER.join(
            each for each in found if each == package or (each in above[package] and package in above[each])
        )
        for package in found
    }
    merged: dict[str, set[str]] = {each: set() for each in name.values()}
    for package, direct in found.items():
        merged[name[package]] |= {name[each] for each in direct} - {name[package]}
    return {each: frozenset(direct) for each, direct in merged.items()}


def reached(found: Imports, package: str) -> frozenset[str]:
    """Everything that a package imports, also by way of others."""
    seen: set[str] = set()
    waiting = [*found[package]]
    while waiting:
        if (each := waiting.pop()) not in seen:
            seen.add(each)
            waiting += found[each]
    return frozenset(seen)


def essential(found: Imports) -> Imports:
    """The imports to which no others lead."""
    return {
        package: frozenset(
            each for each in direct if not any(each in reached(found, other) for other in direct - {each})
        )
        for package, direct in found.items()
    }


def rows(found: Imports) -> list[list[str]]:
    """The packages by how high they stand: each above all that it imports, the lowest row first."""
    height: dict[str, int] = {}
    for package in sorted(found, key=lambda each: len(reached(found, each))):
        height[package] = max((height[each] + 1 for each in found[package]), default=0)
    return [[each for each in found if height[each] == level] for level in range(max(height.values()) + 1)]


def _width(levels: Iterable[list[str]]) -> float:
    return max(len(level) for level in levels) * (_WIDE + _GAP) - _GAP + 2 * _EDGE


def _box(place: _Place, name: str, kind: str = "", at: float = 19) -> str:
    place_of_box = f'x="{place.left:g}" y="{place.top:g}" width="{place.wide:g}" height="{place.high:g}"'
    label = f'<text class="{kind and "name"}" x="{place.middle:g}" y="{place.top + at:g}">{escape(name)}</text>'
    return f'<rect class="{kind}" {place_of_box}/>{label}'


def _arrow(one: _Place, other: _Place) -> str:
    begin, end = one.top + one.high, other.top
    half = (begin + end) / 2
    curve = f"C{one.middle:g} {half:g} {other.middle:g} {half:g} {other.middle:g} {end:g}"
    return f'<path d="M{one.middle:g} {begin:g}{curve}"/>'


def _group(found: Imports, frame: _Place, name: str) -> list[str]:
    """A frame with its packages, and the arrows between them."""
    places: dict[str, _Place] = {}
    for height, level in enumerate(rows(found)):
        left = frame.middle - (len(level) * (_WIDE + _GAP) - _GAP) / 2
        top = frame.top + frame.high - _EDGE - _HIGH - height * (_HIGH + _UP)
        places |= {package: _Place(left + number * (_WIDE + _GAP), top) for number, package in enumerate(level)}
    arrows = [_arrow(places[one], places[each]) for one, direct in essential(found).items() for each in sorted(direct)]
    boxes = [_box(place, package.replace(f"{name}.", "")) for package, place in places.items()]
    return [_box(frame, name, "app"), *arrows, *boxes]


def picture() -> str:
    """The apps side by side, and below them the contract, on which both stand."""
    found = {root: imports(root) for root in (*APPS, BASE)}
    levels = {root: rows(each) for root, each in found.items()}
    height = {root: 44 + len(each) * (_HIGH + _UP) - _UP + _EDGE for root, each in levels.items()}
    high = max(height[app] for app in APPS)
    lefts = [_EDGE]
    for app in APPS:
        lefts.append(lefts[-1] + int(_width(levels[app])) + _EDGE)
    frames = {
        app: _Place(left, _EDGE, right - left - _EDGE, high)
        for app, (left, right) in zip(APPS, pairwise(lefts), strict=True)
    }
    base = _Place(_EDGE, _EDGE + high + _UP, lefts[-1] - 2 * _EDGE, height[BASE])
    parts = [
        part
        for app in APPS
        for part in (
            *_group(found[app], frames[app], app),
            _arrow(frames[app], base._replace(left=frames[app].left, wide=frames[app].wide)),
        )
    ]
    parts += _group(found[BASE], base, BASE)
    size = f"{lefts[-1]:g} {base.top + base.high + _EDGE:g}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"><style>{_STYLE}</style><defs>{_TIP}</defs>'
    return "\n".join([head, '<rect width="100%" height="100%" style="stroke:none"/>', *parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
