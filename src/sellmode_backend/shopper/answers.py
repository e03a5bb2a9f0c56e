"""Answers to browsers: their headers, and where they lead."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from sellmode_backend.shopper.pages import Page

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
_NOTHING_RUNS: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def of_page(page: Page, status: int = 200) -> Response:
    """A page."""
    policy = (
        f"default-src 'none'; style-src 'nonce-{page.nonce}'; script-src 'nonce-{page.nonce}'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Response(
        page.html, status, {**HEADERS, "Content-Security-Policy": policy}, media_type="text/html; charset=utf-8"
    )


def of_picture(data: bytes) -> Response:
    """A picture, which whoever has it may keep for a while."""
    headers = {**HEADERS, "Content-Security-Policy": _NOTHING_RUNS, "Cache-Control": "private, max-age=86400"}
    return Response(data, headers=headers, media_type="image/jpeg")


def elsewhere(location: str) -> Response:
    """Go there, by GET."""
    return Response(b"", 303, {**HEADERS, "Content-Security-Policy": _NOTHING_RUNS, "Location": location})


def no_words() -> Response:
    """Done, and nothing to show."""
    return Response(b"", 204, {**HEADERS, "Content-Security-Policy": _NOTHING_RUNS})
