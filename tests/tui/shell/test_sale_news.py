"""What is told of new credit: what is new, once, and only of these days."""

from __future__ import annotations

import datetime as dt

from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_tui.shell.sale_news import SaleNews

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def notice(number: int, amount: int = 1000, hours_ago: float = 1) -> SaleNotice:
    return SaleNotice(
        id=f"n{number}", store="S", person="A", number=f"#{number}", currency="EUR", credited=amount > 0,
        amount=amount, was=amount, placed_at=NOW - dt.timedelta(hours=hours_ago),
    )  # fmt: skip


def test_what_was_there_at_first_is_no_news() -> None:
    news = SaleNews()
    assert news.of([notice(1)], NOW) == []
    assert news.of([notice(1), notice(2)], NOW) == ["Online sale #2: EUR 10.00 credited to you. $ shows why."]
    assert news.of([notice(1), notice(2)], NOW) == []


def test_a_cache_that_is_fetched_anew_tells_nothing_twice() -> None:
    news = SaleNews()
    news.of([notice(1)], NOW)
    assert news.of([], NOW) == []
    assert news.of([notice(1)], NOW) == []


def test_old_sales_and_sales_of_others_are_no_news_and_late_credit_is() -> None:
    news = SaleNews()
    news.of([], NOW)
    assert news.of([notice(1, hours_ago=30), notice(2, amount=0)], NOW) == []
    assert news.of([notice(1, amount=900, hours_ago=30), notice(2)], NOW) == [
        "Online sale #1: EUR 1.00 of your credit taken back.",
        "Online sale #2: EUR 10.00 credited to you. $ shows why.",
    ]


def test_many_at_once_are_counted() -> None:
    news = SaleNews()
    news.of([], NOW)
    assert news.of([notice(each) for each in range(5)], NOW) == ["5 online sales: $ shows them."]


def test_after_a_first_fetch_all_is_known() -> None:
    news = SaleNews()
    news.of([], NOW)
    news.forget()
    assert news.of([notice(1)], NOW) == []
