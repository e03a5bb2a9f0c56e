"""HTML as plain text, for descriptions that shops write in it.

Takes time in proportion to the text, whatever it is: nothing is looked for again from further on once it was not found.
"""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"""(/?)([a-z][a-z0-9]*)(?:=\s*"[^"]*"|=\s*'[^']*'|[^>])*+>""", re.IGNORECASE)
"""After its ``<``. A ``>`` inside a quoted value ends no tag."""
_NAME = re.compile("/?[a-z]", re.IGNORECASE)
_UNSEEN = re.compile("script|style|template|title|textarea|select|iframe|object|svg|math", re.IGNORECASE)
"""Elements whose content is no text of the page."""
_LINES = re.compile(
    "address|article|aside|blockquote|br|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|main|nav"
    "|ol|p|pre|section|table|tr|ul"
)
"""Elements that begin a line, and end it."""
_CELLS = frozenset({"td", "th"})
_TOO_LARGE = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{7,});?", re.IGNORECASE)
"""References to characters that there are not, some of more digits than Python makes a number of."""


def plain(text: str) -> str:
    """The text that a browser would show, in lines, without blanks around them and no two empty ones together."""
    if "<" not in text:
        return _tidy(_characters(text))
    shown: list[str] = []
    at = 0
    while (tag := text.find("<", at)) >= 0:
        shown.append(_run(text[at:tag]))
        if text.startswith("<!--", tag):
            end = text.find("-->", tag + 4)
            at = len(text) if end < 0 else end + 3
        elif text.startswith(("<!", "<?"), tag):
            end = text.find(">", tag)
            at = len(text) if end < 0 else end + 1
        elif found := _TAG.match(text, tag + 1):
            name = found[2].casefold()
            shown.append(_instead_of(name, ends=bool(found[1])))
            at = found.end()
            if not found[1] and _UNSEEN.fullmatch(name):
                closing = re.compile(rf"</{name}\b", re.IGNORECASE).search(text, at)
                at = closing.start() if closing else len(text)
        elif _NAME.match(text, tag + 1):
            at = tag  # cut off in the middle of a tag: whatever it was, it stays
            break
        else:
            shown.append("<")
            at = tag + 1
    shown.append(_run(text[at:]))
    return _tidy("".join(shown))


def _instead_of(tag: str, *, ends: bool) -> str:
    if tag == "li":
        return "" if ends else "\n- "
    if _LINES.fullmatch(tag):
        return "\n\n" if ends and tag == "p" else "\n"
    return " " if tag in _CELLS else ""


def _run(text: str) -> str:
    """A piece of text between tags, where any blanks count as one."""
    return _characters(re.sub(r"\s+", " ", text))


def _characters(text: str) -> str:
    return html.unescape(_TOO_LARGE.sub("\ufffd", text))


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
