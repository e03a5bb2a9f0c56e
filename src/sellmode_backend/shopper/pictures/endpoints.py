"""Pictures of products for terminals, over HTTP."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sellmode_backend.accounts import sessions
from sellmode_backend.accounts.signing_in import Clock
from sellmode_backend.http import Refused, check_protocol, mark_known, token_of
from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper.brand import Brand
from sellmode_backend.shopper.pictures import kept
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.kinds.product import Product

AT_ONCE: Final = 4
"""So many are read, fetched or made anew at the same time by a worker, for terminals."""


class PictureEndpoints:
    """Pictures for whoever is signed in: everybody sees all products."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._fetching = CapacityLimiter(AT_ONCE)
        self.routes = [Route(wire.PICTURE_PATH, self._picture)]

    async def _picture(self, request: Request) -> Response:
        """A product's picture; the first who asks waits until it is fetched."""
        check_protocol(request)
        brand, url = await to_thread.run_sync(self._find, token_of(request), request.path_params["product"])
        mark_known(request)
        have = partial(kept.small_one_of, self._database, url, brand.picture_hosts, self._clock())
        data = await to_thread.run_sync(have, limiter=self._fetching) if url else None
        if data is None:
            raise Refused("not_found", "There is no picture of this product.")
        tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-store"}  # whoever keeps it does so under the account's key
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type="image/png")

    def _find(self, token: str, id: str) -> tuple[Brand, str]:
        """How pictures are had, and where the product's is; empty if it has none. Raises SignedOut."""
        with self._database.snapshot() as connection:
            sessions.find(connection, token, self._clock())
            # A NUL, which only this address could hold, cannot be asked of every database.
            product = records.read(connection, "product", id) if "\0" not in id else None
            brand = brands.read(connection)
            return brand, brand.picture_of(product) if isinstance(product, Product) else ""
