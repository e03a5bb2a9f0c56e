"""Middleware of every request: common headers, errors as problems, counters.

Whatever is answered, also an error, echoes the client's nonce and names the protocol, so that a terminal can tell the
backend from a captive portal.
"""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sellmode_backend import faults
from sellmode_backend.http import Refused, problem_response
from sellmode_backend.metrics import Metrics
from sellmode_backend.problems import refusal
from sellmode_contract import wire

_log = logging.getLogger(__name__)
_NONCE = re.compile(r"[A-Za-z0-9_.~-]{1,128}")


class _CutOff(Exception):
    """Ends a connection whose answer has begun and cannot be completed; the error itself is in the log."""


class Envelope:
    """Adds the common headers, turns errors into problems, and counts."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        nonce = Request(scope).headers.get(wire.NONCE_HEADER, "")

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[wire.PROTOCOL_HEADER] = str(wire.PROTOCOL)
                headers["X-Content-Type-Options"] = "nosniff"
                if _NONCE.fullmatch(nonce):
                    headers[wire.NONCE_HEADER] = nonce
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            pass
        except Exception as error:  # noqa: BLE001  # each becomes an answer, or ends the connection
            if status:
                self._log(error, scope)
                raise _CutOff from None
            await self._problem(error, scope)(scope, receive, send_marked)
        finally:
            # A path that is no route is not a label: anybody could make up as many as they like.
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, status).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began)

    def _problem(self, error: Exception, scope: Scope) -> Response:
        refused = refusal(error)
        # What somebody is refused by rule they could fill the log with.
        if refused is None or (refused.problem.code == "unavailable" and not isinstance(error, Refused)):
            refused = self._log(error, scope, refused)
        self._metrics.refusals.labels(refused.problem.code).inc()
        return problem_response(refused.problem)

    def _log(self, error: Exception, scope: Scope, refused: Refused | None = None) -> Refused:
        """Note an error for the operator; the answer names the note."""
        id = secrets.token_hex(6)
        _log.error("%s %s failed (%s)\n%s", scope["method"], scope["path"], id, faults.traced(error))
        return refused or Refused("internal", f"The operator finds it in the log as {id}.")


async def http_problem(_: Request, error: Exception) -> Response:
    """The framework's own errors (no such path, no such method) as problems."""
    assert isinstance(error, HTTPException)  # noqa: S101  # what it is registered for
    code: wire.ProblemCode = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")  # type: ignore[assignment]
    answer = problem_response(Refused(code).problem)
    answer.headers.update(error.headers or {})
    return answer
