"""Whether a person asks for a page or follows a link: mail scanners, link previews and prefetches do it, too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal

Reason = Literal["", "head", "prefetch", "program", "all links at once", "not seen", "too many"]
"""Why something does not count as a person's; empty if it does."""

LONGEST_AGENT: Final = 512
"""Browsers say less of themselves."""


def reason(method: str, headers: Mapping[str, str]) -> Reason:
    """Why a request is not a person's, as far as it tells by itself; empty if it may be one's."""
    if method == "HEAD":
        return "head"
    purpose = f"{headers.get('sec-purpose', '')} {headers.get('purpose', '')} {headers.get('x-moz', '')}"
    if "prefetch" in purpose or "prerender" in purpose or "preview" in purpose:
        return "prefetch"
    return "program" if is_program(headers.get("user-agent", "")) else ""


def of_click(method: str, headers: Mapping[str, str]) -> Reason:
    """The same of a request that follows a link: browsers that say what they ask for say that they go there."""
    mode = headers.get("sec-fetch-mode", "navigate")
    return reason(method, headers) or ("" if mode == "navigate" else "program")


def is_silent(headers: Mapping[str, str]) -> bool:
    """Whether a request has none of the headers in which browsers say what a request is for."""
    return not any(name in headers for name in ("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"))


def refuses_tracking(headers: Mapping[str, str]) -> bool:
    """Whether a browser asks not to be tracked (Global Privacy Control, Do Not Track)."""
    return headers.get("sec-gpc") == "1" or headers.get("dnt") == "1"


def is_program(agent: str) -> bool:
    """Whether a user agent is none of a person's browser."""
    return not agent or len(agent) > LONGEST_AGENT or _programs().search(agent) is not None


@cache
def _programs() -> re.Pattern[str]:
    lines = resources.files("sellmode_backend.shopper").joinpath("programs.txt").read_text("utf-8").splitlines()
    return re.compile("|".join(f"(?:{line})" for line in lines if not line.startswith("#")), re.IGNORECASE)
