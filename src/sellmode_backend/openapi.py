"""The OpenAPI document of what is not a stream, made from the structs that are decoded and encoded."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import msgspec

from sellmode_contract import wire

PATH = "/v1/openapi.json"

_STREAM = (
    "Lines of JSON, told apart by `t`, each one of the `oneOf` of `Line`. An answer is complete when its last line has"
    " come; what follows the last checkpoint (`c`) of a cut answer does not count."
)


@cache
def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    lines = get_args(wire.Line)
    schemas, components = msgspec.json.schema_components(
        [wire.SignIn, wire.Activate, wire.SignedIn, wire.SyncRequest, wire.Problem, wire.Line],
        ref_template="#/components/schemas/{name}",
    )
    refs = dict(zip(("SignIn", "Activate", "SignedIn", "SyncRequest", "Problem", "Line"), schemas, strict=True))
    components["Problem"]["properties"]["code"]["enum"] = list(get_args(wire.ProblemCode))
    assert {line.__name__ for line in lines} <= components.keys()  # noqa: S101  # all lines are named in the document
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sellmode backend",
            "version": str(wire.PROTOCOL),
            "description": "Sign-in and sync of the terminals. docs/sync.md tells how the parts are used.",
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
                    "What changed since the cursor",
                    refs,
                    "SyncRequest",
                    {"200": {"description": _STREAM, "content": {wire.NDJSON: {"schema": refs["Line"]}}}},
                )
                | {"security": [{"session": []}]}
            },
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


def _signed_in(refs: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "Signed in", "content": {"application/json": {"schema": refs["SignedIn"]}}}}
