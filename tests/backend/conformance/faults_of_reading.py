"""Faults of what comes to a terminal, and to whom."""

from __future__ import annotations

from sellmode_backend.conformance import world as worlds
from sellmode_contract import wire
from sellmode_contract.kinds.customer import Customer
from tests.backend.conformance.faulty import JSON, Exchange
from tests.backend.conformance.planting import again, asks, counted, each_line, results, tells


@each_line("pulling/removed")
def a_removal_is_dropped(line: JSON) -> JSON | None:
    return None if line["t"] == "r" else line


@tells("pulling/first-sync")
def a_page_is_repeated(exchange: Exchange) -> None:
    lines = exchange.lines
    ends = [at for at, line in enumerate(lines) if line["t"] == "c"]
    if ends:
        exchange.lines = lines[: ends[0] + 1] + lines[1:]


@each_line("pulling/first-sync")
def a_sweep_is_missing(line: JSON) -> JSON | None:
    return None if line["t"] == "sweep" else line


@each_line("pulling/first-sync")
def a_reset_has_no_generation(line: JSON) -> JSON | None:
    return {name: value for name, value in line.items() if name != "g"} if line["t"] == "p" else line


@asks("pulling/nothing-new")
def a_cursor_is_lost(exchange: Exchange) -> None:
    if exchange.path == wire.SYNC_PATH:
        exchange.asked = {name: value for name, value in exchange.asked.items() if name != "cursor"}


@tells("pulling/cut-off")
def every_page_has_the_last_cursor(exchange: Exchange) -> None:
    lines = exchange.lines
    cursors = [line["cur"] for line in lines if line["t"] == "c"]
    exchange.lines = [line | {"cur": cursors[-1]} if line["t"] == "c" else line for line in lines]


@each_line("pulling/checkpoints")
def a_checkpoint_counts_wrongly(line: JSON) -> JSON | None:
    return line | {"n": line["n"] + 1, "kept": True} if line["t"] == "c" else line


@tells("pulling/checkpoints")
def the_end_is_missing(exchange: Exchange) -> None:
    exchange.lines = exchange.lines[:-1]


@tells("pulling/checkpoints")
def the_last_line_is_cut(exchange: Exchange) -> None:
    if exchange.lines:
        exchange.answer = exchange.answer[:-3]


@asks("pulling/limited")
def a_limit_is_not_looked_at(exchange: Exchange) -> None:
    if "limit" in exchange.asked:
        exchange.asked = exchange.asked | {"limit": 5000}


@each_line("pulling/limited")
def there_is_never_more(line: JSON) -> JSON | None:
    return {"t": "e"} if line["t"] == "e" else line


@each_line("pulling/revisions")
def the_revision_stays(line: JSON) -> JSON | None:
    return line | {"v": 1} if line["t"] == "p" else line


@each_line("pulling/epochs")
def another_epoch_is_no_reset(line: JSON) -> JSON | None:
    return {name: value for name, value in line.items() if name != "reset"}


@asks("pulling/epochs")
def the_epoch_is_not_looked_at(exchange: Exchange) -> None:
    exchange.asked = {name: value for name, value in exchange.asked.items() if name != "epoch"}


@each_line("pulling/heads")
def a_scope_is_missing(line: JSON) -> JSON | None:
    return line | {"scopes": line["scopes"][1:]} if line["t"] == "h" else line


def _adas() -> Customer:
    given = worlds.standard(customers=10).given
    return next(record for record in given if isinstance(record, Customer))


@tells("seeing/nothing-else")
def a_customer_of_somebody_else_is_sent(exchange: Exchange) -> None:
    lines = exchange.lines
    ends = [at for at, line in enumerate(lines) if line["t"] == "c"]
    if ends and "ada" not in lines[0]["view"]["account"]["user_name"]:
        customer = _adas()
        put = {"t": "p", "k": "customer", "id": customer.id, "v": 99, "s": lines[0]["scopes"][0], "d": {}}
        exchange.lines = counted([*lines[: ends[-1]], put, *lines[ends[-1] :]])


@each_line("seeing/all-there")
def a_kind_is_forgotten(line: JSON) -> JSON | None:
    return None if line["t"] == "p" and line["k"] == "lookbook" else line


@results("seeing/unseen")
def a_refusal_says_that_it_is_there(line: JSON) -> JSON:
    return line | {"detail": "It is not yours."} if line.get("code") == "not_found" and line["seq"] % 2 else line


again("a removal is dropped", "pulling/handed-on")


again("the epoch is not looked at", "pulling/epochs-and-mutations")


again("a customer of somebody else is sent", "seeing/foreign-cursor")


@tells("pulling/changed")
def more_comes_than_has_changed(exchange: Exchange) -> None:
    lines = exchange.lines
    ends = [at for at, line in enumerate(lines) if line["t"] == "c"]
    if ends and "cursor" in exchange.asked:
        put = {"t": "p", "k": "lookbook", "id": "x", "v": 1, "s": lines[0]["scopes"][0], "d": {"id": "x"}}
        exchange.lines = counted([*lines[: ends[0]], put, *lines[ends[0] :]])


@tells("pulling/own-first")
def what_everybody_sees_comes_first(exchange: Exchange) -> None:
    lines = exchange.lines
    puts = sorted((line for line in lines if line["t"] == "p"), key=lambda line: str(line["s"]))
    rest = [line for line in lines[1:] if line["t"] in ("r", "sweep")]
    ends = [line for line in lines if line["t"] == "c"]
    if ends:
        exchange.lines = counted([lines[0], *puts, *rest, ends[-1], lines[-1]])


@each_line("pulling/made-again")
def what_is_made_again_begins_anew(line: JSON) -> JSON | None:
    return line | {"v": 1} if line["t"] == "p" and line["k"] == "date" else line


@tells("pulling/unreadable-cursor")
def an_unreadable_cursor_is_refused(exchange: Exchange) -> None:
    if 0 < len(exchange.asked.get("cursor", "")) < 40:
        exchange.status = 400
