"""What is no terminal's in the OpenAPI document: customers' pages, and events of other systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sellmode_backend.http import FORM
from sellmode_backend.shopper.requests import connecting
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
_UNFIT: Final = {
    "413": {"description": "More than a form holds"},
    "422": {"description": "What is wrong with it: on the page, with what was written, or for a script"},
    "429": {"description": "Likewise: that was too much at once"},
}
_ANSWERED: Final = {"303": {"description": "To the talk"}, **_UNFIT}
_OTHER_SITE: Final = {"description": "A page of a site that the retailer has not allowed"}
_WRITTEN: Final = {"200": {"description": "Done, for a script"}, "400": _OTHER_SITE, **_ANSWERED}
_AFTER: Final = {"name": "after", "in": "query", "description": "Only lines behind it", "schema": {"type": "integer"}}
_RESUME: Final = {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}}
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
        "/t/{token}/events": {
            "get": _page(
                "The lines of a talk as they come: line, state, typing",
                {"200": _body("text/event-stream"), "400": _OTHER_SITE}, _AFTER, _RESUME,
            )
        },
        "/t/{token}/lines": {
            "get": _page("The lines of a talk", {"200": _body("application/json"), "400": _OTHER_SITE}, _AFTER),
            "post": _page("Write a further line", _WRITTEN, form=["text"], more=["guard", "key"]),
        },
        "/t/{token}/rating": {"post": _page("Rate it", _WRITTEN, form=["rating"], more=["guard", "comment"])},
        "/t/{token}/read": {"post": _page("Say what came or was read", _WRITTEN, form=["n"], more=["guard", "seen"])},
        "/t/{token}/typing": {"post": _page("Say that somebody is writing", _WRITTEN, form=[], more=["guard"])},
        "/t/{token}/transcript": {
            "get": _page("The talk as text", {"200": _body("text/plain")}),
            "post": _page("Wish for the talk by e-mail", _WRITTEN, form=["email"], more=["guard"]),
        },
        connecting.SCRIPT_PATH: {
            "get": {"summary": "The connector's script", "responses": {"200": _body("text/javascript")}}
        },
        connecting.CONNECT_PATH: {
            "get": {
                "summary": "What the connector of a store shows, for allowed web shops",
                "parameters": [
                    {"name": name, "in": "query", "required": name == "store", "schema": {"type": "string"}}
                    for name in ("store", "lang")
                ],
                "responses": {"200": _body("application/json"), "400": _OTHER_SITE, **_NOTHING},
            },
            "post": {
                "summary": "Ask by the connector",
                "requestBody": _form(
                    ["store", "guard", "way", "text"],
                    ["person", "name", "email", "phone", "wish", "agreed", "sku", "page", "lang"],
                ),
                "responses": {"200": _body("application/json"), **_UNFIT, "400": _OTHER_SITE, **_NOTHING},
            },
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
    if form or more:
        page["requestBody"] = _form(form or [], more)
    return page


def _form(needed: list[str], more: Sequence[str]) -> dict[str, Any]:
    """A form with fields that are needed, and others."""
    fields = {name: {"type": "string"} for name in (*needed, *more)}
    schema = {"type": "object", "properties": fields, "required": needed}
    return {"required": True, "content": {FORM: {"schema": schema}}}


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
