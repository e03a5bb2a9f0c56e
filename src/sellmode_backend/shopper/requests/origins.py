"""Who may ask: pages of ours, and those of web shops that the retailer allows, as browsers say."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from sellmode_backend.http import Refused, problem_response
from sellmode_backend.shopper.answers import Endpoint
from sellmode_backend.shopper.requests import connector
from sellmode_backend.store.database import Database

_ORIGIN = "shop_origin"


def of(request: Request) -> str:
    """The origin of the web shop whose page a request is from; empty: from a page of ours."""
    return str(getattr(request.state, _ORIGIN, ""))


def shared(database: Database, endpoint: Endpoint) -> Endpoint:
    """An endpoint for pages of ours and of allowed web shops, which may read its answers; others are refused."""

    async def answered(request: Request) -> Response:
        origin = request.headers.get("origin", "")
        # Older browsers say no site, and of a form of ours, which keeps its address to itself, that it is from nowhere.
        unsaid = "none" if origin in ("", "null") else "cross-site"
        is_own = request.headers.get("sec-fetch-site", unsaid) in ("same-origin", "none")
        if not is_own:
            if origin not in await to_thread.run_sync(_allowed, database):
                raise Refused("bad_request", "Pages of this site may not ask here: the retailer has not allowed it.")
            setattr(request.state, _ORIGIN, origin)
        try:
            answer = await endpoint(request)
        except Refused as refused:
            answer = problem_response(refused.problem)
        if not is_own:
            answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Vary"] = "Origin"
        return answer

    return answered


def _allowed(database: Database) -> tuple[str, ...]:
    with database.snapshot() as connection:
        return connector.read(connection).origins
