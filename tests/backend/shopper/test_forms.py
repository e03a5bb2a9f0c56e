"""What customers say: of a product, in words, and that the page is to be deleted."""

from __future__ import annotations

import msgspec
import pytest

from sellmode_backend.shopper.answering import task_id
from sellmode_backend.store import records
from sellmode_contract.kinds.lookbook import LookbookResult, ProductResult, result_id
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.staff import Staff
from tests.backend.shopper.shop import NO_TOKEN, TOKEN, Shop


def result(shop: Shop) -> LookbookResult | None:
    with shop.database.snapshot() as connection:
        found = records.read(connection, "lookbook_result", result_id("l-1"))
    assert found is None or isinstance(found, LookbookResult)
    return found


def told(shop: Shop, path: str, **fields: str) -> str:
    answer = shop.post(f"/l/{TOKEN}/{path}", fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].removeprefix(f"/l/{TOKEN}?done=")


def test_a_product_is_liked_and_the_last_word_counts(shop: Shop) -> None:
    guard, key = shop.guard(), shop.keys()[0]
    assert told(shop, "verdict", guard=guard, product=key, verdict="liked") == f"saved#p-{key}"
    assert shop.page().count('aria-pressed="true"') == 1
    told(shop, "verdict", guard=guard, product=key, verdict="refused")
    found = result(shop)
    assert found
    assert found.products == (ProductResult(sku="SKU/1", verdict="refused"),)
    assert ("liked", "SKU/1", "", 1) in shop.touches()
    told(shop, "verdict", guard=guard, product=key, verdict="")
    assert 'aria-pressed="true"' not in shop.page()


def test_a_reply_arrives_as_it_was_written(shop: Shop) -> None:
    words = "Ça va ?\r\n<b>Größe 42</b> & \U0001f9e5"
    assert told(shop, "reply", guard=shop.guard(), text=f"  {words}\n") == "reply"
    found = result(shop)
    assert found
    assert [(reply.at, reply.text) for reply in found.replies] == [(shop.clock(), words.replace("\r\n", "\n"))]


@pytest.mark.parametrize(("text", "done"), [("", "empty"), (" \n ", "empty"), ("x" * 2001, "too_long")])
def test_what_is_no_reply_is_told_and_kept_by_nobody(shop: Shop, text: str, done: str) -> None:
    assert told(shop, "reply", guard=shop.guard(), text=text) == done
    assert result(shop) is None
    assert 'role="alert"' in shop.get(f"/l/{TOKEN}?done={done}").text


def test_the_longest_reply_of_any_script_is_taken(shop: Shop) -> None:
    assert told(shop, "reply", guard=shop.guard(), text="\u0e01" * 2000) == "reply"


def test_replies_are_limited_by_day_and_page(shop: Shop) -> None:
    guard = shop.guard()
    assert {told(shop, "reply", guard=guard, text=f"Word {n}") for n in range(10)} == {"reply"}
    assert told(shop, "reply", guard=guard, text="One more") == "too_many"
    shop.clock.forward(days=1)
    assert told(shop, "reply", guard=guard, text="Tomorrow") == "reply"


def test_a_form_of_another_page_another_day_or_nobodys_changes_nothing(shop: Shop) -> None:
    guard, key = shop.guard(), shop.keys()[0]
    for wrong in ("", "x", guard[:-1] + ("0" if guard[-1] != "0" else "1")):
        assert told(shop, "verdict", guard=wrong, product=key, verdict="liked") == "again"
        assert told(shop, "delete", guard=wrong) == "again"
    shop.clock.forward(days=3)
    assert told(shop, "reply", guard=guard, text="Hello") == "again"
    assert result(shop) is None


def test_a_form_that_another_site_sends_is_refused(shop: Shop) -> None:
    answer = shop.post(f"/l/{TOKEN}/reply", {"guard": shop.guard(), "text": "Hello"}, Sec_Fetch_Site="cross-site")
    assert answer.status_code == 400
    assert result(shop) is None


def test_a_page_that_is_to_be_deleted_is_gone_at_once_and_its_author_knows(shop: Shop) -> None:
    answer = shop.post(f"/l/{TOKEN}/delete", {"guard": shop.guard()})
    assert answer.status_code == 200
    assert "deleted" in answer.text
    assert shop.get(f"/l/{TOKEN}").status_code == 404
    found = result(shop)
    assert found
    assert found.deleted_at == shop.clock()


def test_bodies_that_are_no_form_are_refused(shop: Shop) -> None:
    path = f"/l/{TOKEN}/reply"
    for content, type, status in (
        (b"{}", "application/json", 400),
        (b"text=%FF", "application/x-www-form-urlencoded", 400),
        (b"text=%00", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(30)), "application/x-www-form-urlencoded", 400),
        (b"text=" + b"x" * 40_000, "application/x-www-form-urlencoded", 413),
    ):
        answer = shop.browser.post(path, content=content, headers={"Content-Type": type})
        assert answer.status_code == status, content[:20]
    assert shop.browser.post(path.replace(TOKEN, NO_TOKEN), content=b"x").status_code == 404


def test_a_reply_is_a_task_of_the_customers_owner_until_it_is_answered(shop: Shop) -> None:
    def task() -> ManualTask:
        with shop.database.snapshot() as connection:
            found = records.read(connection, "manual_task", task_id("l-1"))
        assert isinstance(found, ManualTask)
        return found

    guard = shop.guard()
    told(shop, "reply", guard=guard, text="Is it warm?")
    first = task()
    assert (first.title, first.details) == (f'Answer a reply to "{shop.lookbook.title}"', "Is it warm?")
    assert (first.customer, first.assignee or first.creator) == ("c-1", shop.customer.owner)
    assert first.due == shop.clock().date().isoformat()
    told(shop, "reply", guard=guard, text="And in blue?")
    assert task().details == "Is it warm?\n\nAnd in blue?"
    done = msgspec.structs.replace(task(), state="done", done_by="s-1", done_at=shop.clock())
    with shop.database.transaction() as connection:
        records.write(connection, [done])
    told(shop, "reply", guard=guard, text="x" * 2000)
    again = task()
    assert (again.state, again.done_by, again.details) == ("open", None, "x" * 2000)


def test_a_reply_to_somebody_who_has_left_is_for_whoever_looks_after_the_customer_now(shop: Shop) -> None:
    mia = Staff(id="s-9", store="Alpha", user_name="E9", name="Mia Manager", role="manager")
    left = Staff(id="s-1", store="Alpha", user_name="E1", name="Ben Seller", role="associate", active=False)
    with shop.database.transaction() as connection:
        records.write(connection, [left, mia, msgspec.structs.replace(shop.customer, owner=None)])
    told(shop, "reply", guard=shop.guard(), text="Is it warm?")
    with shop.database.snapshot() as connection:
        task = records.read(connection, "manual_task", task_id("l-1"))
    assert isinstance(task, ManualTask)
    assert (task.assignee, task.details) == ("s-9", "Is it warm?")
