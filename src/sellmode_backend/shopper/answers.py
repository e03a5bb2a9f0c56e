"""Answers to browsers: their headers, and where they lead."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sellmode_backend.shopper import pages
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.languages import words_for
from sellmode_backend.shopper.pages import Page
from sellmode_backend.shopper.shared import Seen
from sellmode_backend.store.database import is_unavailable

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
"""Of every answer to a browser: nobody keeps it, lists it, frames it or learns the link from it."""
_RETRY_SECONDS: Final = 5
_NOTHING_RUNS: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_log = logging.getLogger(__name__)


def of_page(page: Page, status: int = 200) -> Response:
    """A page."""
    policy = (
        f"default-src 'none'; style-src 'nonce-{page.nonce}'; script-src 'nonce-{page.nonce}'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Response(
        page.html, status, {**HEADERS, "Content-Security-Policy": policy}, media_type="text/html; charset=utf-8"
    )


def of_picture(data: bytes, *, for_shops: bool = False) -> Response:
    """A picture, which whoever has it may keep for a while; ``for_shops``: pages of other sites may show it."""
    headers = {**HEADERS, "Content-Security-Policy": _NOTHING_RUNS, "Cache-Control": "private, max-age=86400"}
    if for_shops:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return Response(data, headers=headers, media_type="image/jpeg")


def of_text(words: str) -> Response:
    """A text to be kept as a file."""
    headers = {
        "Content-Security-Policy": _NOTHING_RUNS,
        "Content-Disposition": 'attachment; filename="conversation.txt"',
    }
    return Response(words, headers={**HEADERS, **headers}, media_type="text/plain; charset=utf-8")


def of_data(value: object, status: int = 200) -> Response:
    """Something for a script."""
    return Response(msgspec.json.encode(value), status, {"Cache-Control": "no-store"}, media_type="application/json")


def elsewhere(location: str) -> Response:
    """Go there, by GET."""
    return Response(b"", 303, {**HEADERS, "Content-Security-Policy": _NOTHING_RUNS, "Location": location})


def no_words() -> Response:
    """Done, and nothing to show."""
    return Response(b"", 204, {**HEADERS, "Content-Security-Policy": _NOTHING_RUNS})


def nothing(seen: Seen) -> Response:
    """There is no such page."""
    return of_page(pages.nothing(seen.words, seen.brand, seen.retailer), 404)


def or_later(endpoint: Endpoint) -> Endpoint:
    """The same, but for a page in words where the database cannot be reached."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("a page was not sent: the database is busy or cannot be reached")
            words = words_for("", request.headers.get("accept-language", ""), "")
            answer = of_page(pages.later(words, Brand()), 503)
            answer.headers["Retry-After"] = str(_RETRY_SECONDS)
            return answer

    return answered
