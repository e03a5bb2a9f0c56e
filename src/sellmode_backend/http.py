"""What all endpoints share: reading a request, answering in JSON, and refusing with an RFC 9457 problem."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from sellmode_contract import text, wire

SMALL_BODY: Final = 16 * 1024
"""Bytes of a body that anybody may send. A larger one is read of those only who show a token of ours."""
FORM: Final = "application/x-www-form-urlencoded"
KNOWN: Final = "known"
"""In the state of a request of somebody who has shown a token of ours."""
_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{1,256})", re.IGNORECASE)
_T = TypeVar("_T")

_PROBLEMS: dict[wire.ProblemCode, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read"),
    "body_too_large": (413, "The request's body is too large"),
    "wrong_credentials": (401, "User name or password is wrong"),
    "wrong_code": (401, "The activation code is wrong, was used or has expired"),
    "weak_password": (422, "The new password will not do"),
    "signed_out": (401, "The session has ended"),
    "account_disabled": (403, "The account is disabled"),
    "too_many_attempts": (429, "Too many attempts"),
    "upgrade_required": (426, "This backend speaks another version of the protocol"),
    "client_forked": (409, "Another journal writes under this client's name"),
    "conflict": (409, "The request does not fit what is there"),
    "not_found": (404, "There is nothing here"),
    "method_not_allowed": (405, "This is not done that way"),
    "unavailable": (503, "The backend cannot answer just now"),
    "internal": (500, "The backend failed"),
}


class Refused(Exception):
    """A request is answered with a problem."""

    def __init__(self, code: wire.ProblemCode, detail: str = "", *, retry_after: int | None = None) -> None:
        """``retry_after`` is in seconds."""
        status, title = _PROBLEMS[code]
        self.problem = wire.Problem(
            code=code,
            title=title,
            status=status,
            detail=detail,
            retry_after=retry_after,
            min_protocol=wire.PROTOCOL if code == "upgrade_required" else None,
        )
        super().__init__(code)


# ------------------------------------------------------------------ answering


def json_response(value: Any) -> Response:
    """A message as an answer."""
    return Response(msgspec.json.encode(value), headers={"Cache-Control": "no-store"}, media_type="application/json")


def problem_response(problem: wire.Problem) -> Response:
    """A problem as an answer."""
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(problem), status_code=problem.status, headers=headers, media_type=wire.PROBLEM_JSON
    )


# ------------------------------------------------------------------ reading


def check_protocol(request: Request) -> None:
    """Raises Refused for a terminal that speaks another version of the protocol."""
    if request.headers.get(wire.PROTOCOL_HEADER) != str(wire.PROTOCOL):
        raise Refused("upgrade_required", f"It speaks {wire.PROTOCOL_HEADER} {wire.PROTOCOL}.")


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def token_of(request: Request) -> str:
    """The bearer token of a request. Raises Refused."""
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if not found:
        raise Refused("signed_out", "The request has no bearer token.")
    return found.group(1)


def mark_known(request: Request) -> None:
    """Say that who sent a request has shown a token of ours: their connection is not cut to make room for others."""
    setattr(request.state, KNOWN, True)


@dataclass(frozen=True)
class Bodies:
    """Reads the bodies of requests."""

    seconds: float = 20
    """A body that takes longer is given up."""

    async def read(self, request: Request, kind: type[_T], most: int = wire.MAX_BODY_BYTES) -> _T:
        """A request's message, checked; ``most`` bytes of it. Raises Refused."""
        check_protocol(request)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused("bad_request", "The request's body must not be compressed.")
        body = await self._bytes(request, most)
        try:
            message = msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError as error:  # names the field, not its value
            raise Refused("bad_request", f"{error}.") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Refused("bad_request", "The request's body is not JSON.") from None
        except RecursionError:
            raise Refused("bad_request", "The request's body is nested too deeply.") from None
        for name in getattr(kind, "__struct_fields__", ()):
            value = getattr(message, name)
            if isinstance(value, str):
                _check_text(name, value)
        return message

    async def read_form(self, request: Request, most: int) -> dict[str, str]:
        """What a form of a page was sent with, the last one of each name; ``most`` bytes of it. Raises Refused."""
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
            raise Refused("bad_request", f"The request's body is not {FORM}.")
        body = await self._bytes(request, most)
        try:
            fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20))
        except ValueError:  # not ASCII, not UTF-8 below, too many fields
            raise Refused("bad_request", "The request's body is not a form's.") from None
        for name, value in fields.items():
            if "\0" in value or "\0" in name:
                raise Refused("bad_request", "A form's field holds a NUL.")
        return fields

    async def read_raw(self, request: Request, most: int) -> bytes:
        """A request's body as it came; ``most`` bytes of it. Raises Refused."""
        return await self._bytes(request, most)

    async def _bytes(self, request: Request, most: int) -> bytes:
        try:
            async with asyncio.timeout(self.seconds):
                return await _body(request, most)
        except TimeoutError:
            raise Refused("bad_request", "The request's body did not come in time.") from None


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise Refused("body_too_large", f"At most {most} bytes are read.")
    return bytes(body)


def _check_text(name: str, value: str) -> None:
    try:
        text.refuse(value, f"$.{name}")
    except text.UnstorableText as error:
        raise Refused("bad_request", f"{error}.") from None
    if name == "device" and not 1 <= len(value) <= wire.MAX_DEVICE:
        raise Refused("bad_request", f"The request's $.device must have 1 to {wire.MAX_DEVICE} characters.")
    if name in ("user_name", "device_name", "code", "epoch", "cid") and len(value) > wire.MAX_NAME:
        raise Refused("bad_request", f"The request's $.{name} must have at most {wire.MAX_NAME} characters.")
