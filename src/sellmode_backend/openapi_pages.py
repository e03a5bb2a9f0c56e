"""What is no terminal's in the OpenAPI document: customers' pages, and events of other systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sellmode_backend.http import FORM
from sellmode_backend.webhooks import endpoints, plain, shopify

_TOKEN: Final = {
    "name": "token",
    "in": "path",
    "required": True,
    "description": "What a link ends in, in capitals or not.",
    "schema": {"type": "string", "pattern": "^[A-Za-z2-7]{26}$"},
}
_PRODUCT: Final = {"name": "product", "in": "path", "required": True, "schema": {"type": "string"}}
_NOTHING: Final = {"404": {"description": "No page is open here: unknown, expired and revoked links answer alike"}}
_ANSWERED: Final = {
    "303": {"description": "To the talk"},
    "413": {"description": "More than a form holds"},
    "422": {"description": "The page again, with what was written, and what is wrong with it"},
    "429": {"description": "Likewise: that was too much at once"},
}
_LATER: Final = {"503": {"description": "A page that asks to try again in a moment"}}


def paths() -> dict[str, Any]:
    """By path."""
    return {
        "/l/{token}": {"get": _page("A customer's page: a lookbook, or a storefront", {"200": _body("text/html")})},
        "/l/{token}/seen": {
            "post": _page("The page was visible for a second", {"204": _said("Noted")}, form=["visit"])
        },
        "/l/{token}/reply": {"post": _answer("Write back", "text")},
        "/l/{token}/verdict": {"post": _answer("Say of a product whether it is liked", "product", "verdict")},
        "/l/{token}/tracking": {"post": _answer("Say whether it may be recorded what is looked at", "agreed")},
        "/l/{token}/delete": {
            "post": _page(
                "Delete the page", {"200": _body("text/html"), "303": _said("The form was too old")}, form=["guard"]
            )
        },
        "/l/{token}/ask": {
            "get": _page("A form to ask whoever a page is from", {"200": _body("text/html")}),
            "post": _page(
                "Ask", _ANSWERED, form=["guard", "way", "text"],
                more=["product", "name", "email", "phone", "wish", "agreed"],
            ),
        },
        "/t/{token}": {"get": _page("The page of a customer's own talk", {"200": _body("text/html")})},
        "/t/{token}/lines": {"post": _page("Write a further line", _ANSWERED, form=["guard", "text"], more=["key"])},
        "/t/{token}/rating": {"post": _page("Rate it", _ANSWERED, form=["guard", "rating"], more=["comment"])},
        "/t/{token}/transcript": {
            "get": _page("The talk as text", {"200": _body("text/plain")}),
            "post": _page("Wish for the talk by e-mail", _ANSWERED, form=["guard", "email"]),
        },
        "/c/{token}/{product}": {"get": _page("Go to a product in the shop", {"303": _said("There")}, _PRODUCT)},
        "/p/{token}/{product}": {"get": _page("A picture of a page", {"200": _body("image/jpeg")}, _PRODUCT)},
        endpoints.SHOPIFY_PATH: {
            "post": _event("An event of Shopify", ["X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "X-Shopify-Event-Id"], {
                "type": "object", "description": f"Read are the topics {', '.join(shopify.TOPICS)}."
            })
        },
        endpoints.PLAIN_PATH: {
            "post": _event("An event of any other system", ["webhook-id", "webhook-timestamp", "webhook-signature"], {
                "type": "object",
                "properties": {
                    "type": {"enum": list(plain.TYPES)},
                    "timestamp": {"type": "string", "format": "date-time"},
                    "data": {"type": "object"},
                },
                "required": ["type", "data"],
            })
        },
    }  # fmt: skip


def _page(
    summary: str,
    answers: dict[str, Any],
    *parameters: dict[str, Any],
    form: list[str] | None = None,
    more: Sequence[str] = (),
) -> dict[str, Any]:
    """``form`` are the fields that are needed, ``more`` those that may be sent besides."""
    page: dict[str, Any] = {
        "summary": summary,
        "parameters": [_TOKEN, *parameters],
        "responses": {**answers, **_NOTHING, **_LATER},
    }
    if form:
        schema = {
            "type": "object",
            "properties": {name: {"type": "string"} for name in (*form, *more)},
            "required": form,
        }
        page["requestBody"] = {"required": True, "content": {FORM: {"schema": schema}}}
    return page


def _answer(summary: str, *fields: str) -> dict[str, Any]:
    return _page(summary, {"303": _said("Back to the page, which says what came of it")}, form=["guard", *fields])


def _event(summary: str, headers: list[str], body: dict[str, Any]) -> dict[str, Any]:
    return {
        "summary": summary,
        "description": "docs/webhooks.md tells what events are read, and how they are signed.",
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in headers
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "204": _said("Kept, to be worked off"),
            "400": _said("It has no id or no type"),
            "401": _said("Nobody who has the secret has signed this now"),
            "404": _said("Nobody may send events"),
            "413": _said(f"At most {endpoints.MOST_BYTES} bytes are read"),
            "503": _said("Send it again"),
        },
    }


def _said(what: str) -> dict[str, Any]:
    return {"description": what}


def _body(kind: str) -> dict[str, Any]:
    return {"description": "It", "content": {kind: {"schema": {"type": "string"}}}}
