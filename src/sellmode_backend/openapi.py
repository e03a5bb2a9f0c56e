"""The OpenAPI document of what is not a stream, made from the structs that are decoded and encoded."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import msgspec

from sellmode_backend import openapi_pages
from sellmode_contract import schemas, wire
from sellmode_contract.kinds import KINDS
from sellmode_contract.mutations import Operation, Queued

PATH = "/v1/openapi.json"

_STREAM = (
    "Lines of JSON, told apart by `t`; this is the schema of one of them. An answer is complete when its last line has"
    " come; what follows the last checkpoint (`c`) of a cut answer does not count."
)

_EVENTS = {
    "description": "Events named `poke`, and comments that say that the stream is alive. Each means: sync now.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


def _states(*names: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": list(names)}


_LIVE = _states("status")
_HEALTH = _states("status", "database", "schema", "mode")
_READY = _states("status", "database", "schema", "mode", "writes")


@cache
def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    refs, components = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sellmode backend",
            "version": str(wire.PROTOCOL),
            "description": (
                "Sign-in, sync, previews of rules; records and changes of each kind."
                " docs/sync.md tells how the parts are used."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            wire.SIGN_IN_PATH: {"post": _operation("Sign in with a password", refs, "SignIn", _signed_in(refs))},
            wire.ACTIVATE_PATH: {
                "post": _operation("Set the password with a one-time code", refs, "Activate", _signed_in(refs))
            },
            wire.SIGN_OUT_PATH: {
                "post": _operation("End the session", refs, None, {"204": {"description": "It has ended"}})
                | {"security": [{"session": []}]}
            },
            wire.SYNC_PATH: {
                "post": _operation(
                    "Send what was written, get what changed since the cursor",
                    refs,
                    "SyncRequest",
                    {"200": {"description": _STREAM, "content": {wire.NDJSON: {"schema": refs["Line"]}}}},
                )
                | {"security": [{"session": []}]}
            },
            wire.SALVAGE_PATH: {
                "post": _operation(
                    "Hand in what a disabled account had not sent",
                    refs,
                    "Salvage",
                    _told("Done with", refs["Salvaged"]),
                )
            },
            wire.PREVIEW_PATH: {
                "post": _operation(
                    "Ask what a rule would do in a store on a day",
                    refs,
                    "PreviewRequest",
                    _told("What it would make, and what it would hold back", refs["Preview"]),
                )
                | {"security": [{"session": []}]}
            },
            wire.PICTURE_PATH: {"get": _picture(refs)},
            wire.EVENTS_PATH: {
                "get": _operation("Be told when to sync", refs, None, {"200": _EVENTS})
                | {"security": [{"session": []}]}
            },
            "/health": {
                "get": {
                    "summary": "Whether terminals can be served",
                    "responses": _told("They can", _HEALTH) | _told("They cannot", _HEALTH, "503"),
                }
            },
            "/health/live": {
                "get": {"summary": "Whether the worker answers at all", "responses": _told("It does", _LIVE)}
            },
            "/health/ready": {
                "get": {
                    "summary": "Whether terminals can be served and their changes taken: the database can be written",
                    "responses": _told("They can", _READY) | _told("They cannot", _READY, "503"),
                }
            },
            "/metrics": {
                "get": {
                    "summary": "Counters in Prometheus' text format",
                    "responses": {
                        "200": {"description": "Counters", "content": {"text/plain": {"schema": {"type": "string"}}}}
                    },
                }
            },
            **openapi_pages.paths(),
        },
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
            "parameters": {
                "protocol": {
                    "name": wire.PROTOCOL_HEADER,
                    "in": "header",
                    "required": True,
                    "schema": {"const": str(wire.PROTOCOL)},
                },
                "nonce": {
                    "name": wire.NONCE_HEADER,
                    "in": "header",
                    "description": "Echoed by every answer; one without it came from somebody else.",
                    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.~-]{1,128}$"},
                },
            },
        },
    }


@cache
def encoded() -> msgspec.Raw:
    """The same as JSON, made once: anybody may ask for it."""
    return msgspec.Raw(msgspec.json.encode(document()))


_REF = "#/components/schemas/{name}"
_DESCRIBED: dict[str, Any] = {
    each.__name__: each
    for each in (
        wire.SignIn,
        wire.Activate,
        wire.SignedIn,
        wire.SyncRequest,
        wire.Salvage,
        wire.Salvaged,
        wire.PreviewRequest,
        wire.Preview,
        wire.Problem,
    )
} | {"Line": wire.Line}
_LIMITS: dict[str, dict[str, Any]] = {
    "device": {"minLength": 1, "maxLength": wire.MAX_DEVICE},
    "user_name": {"maxLength": wire.MAX_NAME},
    "device_name": {"maxLength": wire.MAX_NAME},
    "code": {"maxLength": wire.MAX_NAME},
    "epoch": {"maxLength": wire.MAX_NAME},
    "cid": {"maxLength": wire.MAX_NAME},
    "limit": {"minimum": 1, "maximum": wire.MAX_LIMIT},
}
"""What may stand in a field of a request, by its name; which is what reading a request holds to (``http``)."""


def _schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """References to the bodies by name, and all schemas."""
    found, components = msgspec.json.schema_components(_DESCRIBED.values(), ref_template=_REF)
    refs = dict(zip(_DESCRIBED, found, strict=True))
    for body in ("SignIn", "Activate", "SyncRequest", "Salvage"):
        properties = components[body]["properties"]
        properties |= {name: properties[name] | limits for name, limits in _LIMITS.items() if name in properties}
    components["Problem"]["properties"]["code"]["enum"] = list(get_args(wire.ProblemCode))
    # A line and an operation have one name in common, and a kind may be called as either.
    (queued, operation), mutations = msgspec.json.schema_components(
        [Queued, Operation], ref_template=_REF.format(name="mutations.{name}")
    )
    components |= {f"mutations.{name}": schema for name, schema in mutations.items()}
    documents = schemas.records(_REF.format(name="records.{name}"))
    components |= {f"records.{name}": schema for name, schema in documents.items()}
    # Each mutation is read by itself, so that one that cannot be read is refused alone.
    components["mutations.Queued"]["properties"] |= {
        "do": operation,
        "mid": {"type": "string", "pattern": schemas.UUID},
        "seq": {"type": "integer", "minimum": 1, "maximum": 2**53},
    }
    for body, name in (("SyncRequest", "m"), ("Salvage", "mutations")):
        components[body]["properties"][name] |= {"items": queued, "maxItems": wire.MAX_MUTATIONS}
    held = {kind.name: _REF.format(name=f"records.{kind.record.__name__}") for kind in KINDS.values()}
    components["Put"]["allOf"] = schemas.told_apart("k", "d", held)
    for operation_name, field, made in (("Create", "doc", schemas.created), ("Edit", "set", schemas.edited)):
        taken = {}
        for kind in schemas.those_with(operation_name.lower()):
            name = f"mutations.{operation_name}.{kind.name}"
            components[name], taken[kind.name] = made(kind, documents), _REF.format(name=name)
        components[f"mutations.{operation_name}"]["allOf"] = schemas.told_apart("kind", field, taken)
    return refs, components


def _operation(summary: str, refs: dict[str, Any], body: str | None, answers: dict[str, Any]) -> dict[str, Any]:
    problem = {"description": "A problem (RFC 9457)", "content": {wire.PROBLEM_JSON: {"schema": refs["Problem"]}}}
    operation: dict[str, Any] = {
        "summary": summary,
        "parameters": [{"$ref": "#/components/parameters/protocol"}, {"$ref": "#/components/parameters/nonce"}],
        "responses": {**answers, "default": problem},
    }
    if body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": refs[body]}}}
    return operation


def _picture(refs: dict[str, Any]) -> dict[str, Any]:
    told = f"PNG of 8 bits with a palette, no row filtered, at most {wire.PICTURE_SIDE} pixels wide and high"
    picture = {"description": told, "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}
    answers = {"200": picture, "304": {"description": "It is the one with the ETag of If-None-Match"}}
    operation = _operation("A product's picture, as terminals show it", refs, None, answers)
    operation["parameters"] += [
        {"name": "product", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
    ]
    return operation | {"security": [{"session": []}]}


def _signed_in(refs: dict[str, Any]) -> dict[str, Any]:
    return _told("Signed in", refs["SignedIn"])


def _told(what: str, schema: dict[str, Any], status: str = "200") -> dict[str, Any]:
    return {status: {"description": what, "content": {"application/json": {"schema": schema}}}}
