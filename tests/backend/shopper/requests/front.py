"""A web shop's customers, and the associates who answer them, over real HTTP and calls of sync."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sellmode_backend.store import settings
from sellmode_contract.kinds.chat_line import ChatLine
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.mutations import Claim, Create
from sellmode_contract.service_rules import ServiceRules
from sellmode_contract.visibility import Account
from tests.backend.people import add_person
from tests.backend.shopper import storefront
from tests.backend.shopper.shop import Shop
from tests.backend.sync.pushing import Writer, everything, stored, uuid7

PAGE = "PAGEPAGEPAGEPAGEPAGEPAGE22"
"""What the link of Ben's storefront page ends in."""
STORE_PAGE = "STORESTORESTORESTORESTORE3"


@dataclass
class Front:
    """A shop whose retailer offers all ways, with pages of Ben's and of the store's."""

    shop: Shop
    ben: Account
    ada: Account

    def guard(self, path: str) -> str:
        """What a form of a page is sent with."""
        found = re.search(r'name="guard" value="([^"]+)"', self.shop.get(path).text)
        assert found
        return found[1]

    def ask(self, page: str = PAGE, guard: str = "", **fields: str) -> Any:
        """The answer to a form as it is filled in."""
        path = f"/l/{page}/ask"
        if not guard:
            guard = self.guard(path)
            self.shop.clock.forward(seconds=20)
        return self.shop.post(path, {"guard": guard, "way": "chat", "text": "Hello?"} | fields)

    def asked(self, page: str = PAGE, **fields: str) -> str:
        """The path of the talk of a request that is made."""
        answer = self.ask(page, **fields)
        assert answer.status_code == 303, answer.text
        path = str(answer.headers["Location"])
        assert re.fullmatch(r"/t/[A-Z2-7]{26}", path)
        return path

    def say(self, talk: str, text: str, guard: str = "") -> Any:
        """The answer to a further line."""
        return self.shop.post(f"{talk}/lines", {"guard": guard or self.guard(talk), "text": text})

    def answered(self, request: Request, text: str) -> None:
        """Ben takes a request, if he has not, and answers."""
        writer = Writer(self.shop.database, self.ben, self.shop.clock)
        writer.pull()
        if self.request().claimed_by is None:
            writer.done(Claim(kind="request", id=request.id))
        writer.done(Create(kind="chat_line", id=uuid7(), doc={"request": request.id, "text": text}))

    def requests(self) -> list[Request]:
        return [item for item in everything(self.shop.database).values() if isinstance(item, Request)]

    def request(self) -> Request:
        """The only one."""
        (request,) = self.requests()
        return request

    def talk(self, request: Request | None = None) -> Talk:
        found = stored(self.shop.database, "talk", talk_id((request or self.request()).id))
        assert isinstance(found, Talk)
        return found

    def lines(self) -> list[ChatLine]:
        """All lines, in order."""
        found = [item for item in everything(self.shop.database).values() if isinstance(item, ChatLine)]
        return sorted(found, key=lambda line: line.n)

    def offer(self, *ways: Any, **rules: Any) -> None:
        with self.shop.database.transaction() as connection:
            settings.change(connection, service=ServiceRules(ways=ways, **rules))

    def set_mode(self, mode: str) -> None:
        with self.shop.database.transaction() as connection:
            settings.set_mode(connection, mode)


def fill(shop: Shop) -> Front:
    """Pages of Ben's and of the store's, and all ways offered."""
    people = [add_person(shop.database, name, "Alpha", now=shop.clock()) for name in ("ben", "ada")]
    front = Front(shop, *people)
    front.offer("chat", "email", "sms", "appointment", "personal_shopper")
    storefront.write(
        shop,
        Storefront(id="f-8", store="Alpha", owner=front.ben.id, title="Ben picks", token=PAGE),
        Storefront(id="f-9", store="Alpha", title="New in Alpha", token=STORE_PAGE),
        storefront.picks("b8", front.ben.id, "SKU/1"),
    )
    return front
