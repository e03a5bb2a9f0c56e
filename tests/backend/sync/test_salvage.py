"""What people who were shut out had not sent: taken for a while, from a device that has their key."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2 as httpx
import msgspec
import pytest

from sellmode_backend.accounts import devices, directory, limits
from sellmode_backend.accounts.signing_in import WrongCredentials
from sellmode_backend.server import ServerSettings
from sellmode_backend.sync.answer import SyncRules
from sellmode_backend.sync.salvage import salvage
from sellmode_contract import wire
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.task_rule import task_rule_id
from sellmode_contract.mutations import Claim, Create, Edit, Finish, Queued
from tests.backend.people import QUICK, Client, problem_of
from tests.backend.sync.pushing import Shop, Writer, note, opt, uuid7
from tests.support.backend import serve_in_thread
from tests.support.statements import statements


@dataclass
class Leaver:
    """Ada's terminal, which has her key in memory."""

    shop: Shop
    client: Client
    writer: Writer
    key: bytes

    def hand_in(self, calls: list[Queued], **wrong: object) -> httpx.Response:
        mutations = tuple(msgspec.Raw(msgspec.json.encode(mutation)) for mutation in calls)
        proof = hmac.digest(self.key, msgspec.json.encode(mutations), "sha256")
        given = {
            "user_name": "ada",
            "device": self.writer.device,
            "cid": self.writer.cid,
            "mutations": mutations,
            "proof": proof,
        }
        return self.client.post(wire.SALVAGE_PATH, wire.Salvage(**(given | wrong)))  # type: ignore[arg-type]  # of any type

    def handed_in(self, calls: list[Queued]) -> list[wire.Result]:
        answer = self.hand_in(calls)
        assert answer.status_code == 200, answer.text
        return list(msgspec.json.decode(answer.content, type=wire.Salvaged).results)


@pytest.fixture
def leaver(shop: Shop) -> Iterator[Leaver]:
    with serve_in_thread(shop.database, ServerSettings(passwords=QUICK), shop.clock) as url:
        writer = shop.writer(shop.ada)
        with shop.database.transaction() as connection:
            key = devices.key(connection, shop.ada.id, writer.device, "", shop.clock())
        yield Leaver(shop, Client(url), writer, key)


def disable(shop: Shop) -> None:
    with shop.database.transaction() as connection:
        directory.disable(connection, shop.ada, now=shop.clock())


def test_facts_count_new_customers_are_nobodys_and_edits_are_handed_over(leaver: Leaver) -> None:
    shop, writer = leaver.shop, leaver.writer
    anna, bert, request = shop.add(shop.ada), shop.add(shop.ben), Request(id=uuid7(), store="Alpha")
    shop.write(request)
    writer.pull()
    sent = writer.queue(note(anna.id))
    writer.push(sent)
    disable(shop)
    new, date = uuid7(), uuid7()
    calls = [
        *sent,
        *writer.queue(
            note(anna.id),
            opt(anna.id, "unsubscribed"),
            Edit(kind="customer", id=anna.id, set={"family_name": "X"}),
            Create(kind="customer", id=new, doc={"given_name": "Nina"}),
            note(new),
            Create(kind="date", id=date, doc={"customer": new, "label": "birthday", "month": 1, "day": 1}),
            Edit(kind="date", id=date, set={"day": 2}, was={"day": 1}),
            Edit(kind="customer", id=new, set={"family_name": "Neu"}),
            note(bert.id),
            Claim(kind="request", id=request.id),
        ),
    ]
    results = leaver.handed_in(calls)
    assert [(result.st, result.code) for result in results] == [
        ("applied", None),
        ("applied", None),
        ("applied", None),
        ("parked", "moved"),
        ("applied", None),
        ("applied", None),
        ("applied", None),
        ("applied", None),
        ("applied", None),
        ("rejected", "not_found"),
        ("rejected", "not_found"),
    ]
    assert all(result.revs == () for result in results[1:])
    assert len(shop.belongings(anna, "note")) == 2
    assert len(shop.belongings(anna, "parked_edit")) == 1
    nina = shop.stored("customer", new)
    assert (nina.store, nina.owner, nina.family_name) == ("Alpha", None, "Neu")
    assert shop.writer(shop.mia).holds("customer", new)
    assert leaver.handed_in(calls) == results
    assert len(shop.belongings(anna, "note")) == 2
    # The next call still knows whom they added.
    assert [
        result.st for result in leaver.handed_in(writer.queue(Edit(kind="customer", id=new, set={"phone": "123456"})))
    ] == ["applied"]


def test_it_is_taken_for_thirty_days(leaver: Leaver) -> None:
    anna = leaver.shop.add(leaver.shop.ada)
    leaver.writer.pull()
    calls = leaver.writer.queue(note(anna.id))
    disable(leaver.shop)
    leaver.shop.clock.forward(days=29)
    # They had the customer when they were shut out, however long ago that is.
    assert [result.st for result in leaver.handed_in(calls)] == ["applied"]
    leaver.shop.clock.forward(days=2)
    assert problem_of(leaver.hand_in(calls), 403).code == "account_disabled"


def test_only_from_a_device_that_has_the_key(leaver: Leaver) -> None:
    anna = leaver.shop.add(leaver.shop.ada)
    leaver.writer.pull()
    calls = leaver.writer.queue(note(anna.id))
    other = leaver.writer.queue(note(anna.id))
    disable(leaver.shop)
    changed = tuple(msgspec.Raw(msgspec.json.encode(mutation)) for mutation in other)
    for wrong in (
        {"proof": b""},
        {"proof": bytes(32)},
        {"mutations": changed},
        {"device": "another"},
        {"user_name": "nobody"},
        {"user_name": "ben"},
    ):
        assert problem_of(leaver.hand_in(calls, **wrong), 401).code == "wrong_credentials"
    assert leaver.shop.belongings(anna, "note") == []
    assert [result.st for result in leaver.handed_in(calls)] == ["applied"]


def test_guesses_are_counted_and_who_has_the_key_is_let_in(leaver: Leaver) -> None:
    anna = leaver.shop.add(leaver.shop.ada)
    leaver.writer.pull()
    calls = leaver.writer.queue(note(anna.id))
    disable(leaver.shop)
    for device in ("another", leaver.writer.device):
        for _ in range(limits.ACCOUNT.free):
            problem_of(leaver.hand_in(calls, proof=bytes(32), device=device), 401)
        assert problem_of(leaver.hand_in(calls, proof=bytes(32), device=device), 429).retry_after == 1
    problem_of(leaver.hand_in(calls), 429)
    leaver.shop.clock.forward(seconds=1)
    for _ in range(2 * limits.ACCOUNT.free):
        assert [result.st for result in leaver.handed_in(calls)] == ["applied"]


def test_unknown_names_and_devices_take_the_same_statements_as_known_ones(shop: Shop) -> None:
    with shop.database.transaction() as connection:
        devices.key(connection, shop.ada.id, "device-1", "", shop.clock())
    disable(shop)
    made = []
    for user, device in (("nobody", "device-1"), ("ada", "another"), ("ada", "device-1")):
        asked = wire.Salvage(user_name=user, device=device, cid="cl", mutations=(), proof=bytes(32))
        with statements(shop.database) as told, pytest.raises(WrongCredentials):
            salvage(shop.database, asked, "192.0.2.1", shop.clock(), SyncRules())
        made.append(told)
    assert made[0] == made[1] == made[2]


def test_who_can_sign_in_sends_it_as_usual(leaver: Leaver) -> None:
    anna = leaver.shop.add(leaver.shop.ada)
    leaver.writer.pull()
    calls = leaver.writer.queue(note(anna.id))
    assert problem_of(leaver.hand_in(calls), 409).code == "conflict"
    disable(leaver.shop)
    with leaver.shop.database.transaction() as connection:
        directory.enable(connection, leaver.shop.ada)
    assert problem_of(leaver.hand_in(calls), 409).code == "conflict"


def test_what_cannot_be_told_apart_is_a_bad_request(leaver: Leaver) -> None:
    disable(leaver.shop)
    broken = (msgspec.Raw(b'{"seq":1}'),)
    proof = hmac.digest(leaver.key, msgspec.json.encode(broken), "sha256")
    problem = problem_of(leaver.hand_in([], mutations=broken, proof=proof), 400)
    assert "$.m[0]" in problem.detail
    assert problem_of(leaver.client.post(wire.SALVAGE_PATH, content=b'{"user_name":1}'), 400).code == "bad_request"
    large = leaver.client.post(wire.SALVAGE_PATH, content=b" " * (wire.MAX_BODY_BYTES + 1))
    assert problem_of(large, 413).code == "body_too_large"


def test_what_a_leaver_has_done_counts_their_rules_do_not(leaver: Leaver) -> None:
    shop, writer = leaver.shop, leaver.writer
    with shop.database.transaction() as connection:
        manager = msgspec.structs.replace(shop.ada, role="manager", capabilities=shop.mia.capabilities)
        directory.update(connection, manager)
    done, other = (ManualTask(id=uuid7(), store="Alpha", creator=shop.ada.id, title="Call") for _ in range(2))
    shop.write(done, other)
    writer.pull()
    disable(shop)
    rule = {"slug": "mine", "store": "Alpha", "name": "Mine", "trigger": "new_customer", "title": "Call"}
    calls = writer.queue(
        Finish(kind="manual_task", id=done.id),
        Edit(kind="manual_task", id=other.id, set={"title": "Mine"}, was={"title": "Call"}),
        Create(kind="task_rule", id=task_rule_id("Alpha", "mine"), doc=rule),
    )
    told = [(result.st, result.code, result.revs) for result in leaver.handed_in(calls)]
    assert told == [("applied", None, ()), ("rejected", "moved", ()), ("rejected", "not_allowed", ())]
    assert (shop.stored("manual_task", done.id).state, shop.stored("manual_task", other.id)) == ("done", other)
