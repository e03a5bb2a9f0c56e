"""What people can do, once through on each engine: by the installed commands, over HTTP, on a terminal."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backend import Backend, serve
from tests.support.installed import SELLMODE, Ended, Machine, Operator, activate, fill, machine
from tests.support.machine import COMMAND
from tests.support.terminal import Terminal

STAFF = """\
Employee ID,Name,Location,Role
M1,Max Mayer,North,manager
E1,Ada Byron,North,associate
E2,Ben Okri,North,associate
E3,Mia Lund,South,associate
"""
CUSTOMERS = """\
Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone,Note,Tags
'101,Anna,Müller,anna@example.com,yes,'+442079460101,Likes green,"associate:E1, vip"
'102,Bob,O'Neil,bob@example.com,no,,,associate:E1
'103,Chloé,Dubois,chloe@example.com,no,,,associate:E2
'104,Dora,Weiss,,no,'+442079460104,,"associate:E2, vip"
'105,Emil,Berg,emil@example.com,no,,,associate:E3
'106,Finn,Roth,finn@example.com,no,,,home store:North
"""
ORDERS = """\
Name,Email,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Id,Source,Location,Employee,\
Refunded Amount,Cancelled at,Note Attributes,Phone
#1,anna@example.com,EUR,45.50,2026-03-01 10:00:00 +0100,2,Scarf,20.00,1,pos,North,Ada Byron,0.00,,,
#1,,,,,1,Pin,5.00,,,,,,,,
#2,anna@example.com,EUR,30.00,2026-04-01 10:00:00 +0100,1,Hat,30.00,2,web,,,10.00,,,
#3,bob@example.com,EUR,99.00,2026-05-01 10:00:00 +0100,1,Coat,99.00,3,web,,,0.00,2026-05-02 10:00:00 +0100,,
#4,,EUR,7.00,2026-05-03 10:00:00 +0100,1,Sock,7.00,4,pos,North,Ben Okri,0.00,,,
#5,,GBP,12.00,2026-05-04 10:00:00 +0100,1,Belt,12.00,5,web,,,0.00,,customer: 101,
#6,,EUR,60.00,2026-05-05 10:00:00 +0100,3,Mug,20.00,6,pos,North,Ben Okri,0.00,,,+442079460104
"""
FIRST, SECOND = "purple tractor reads 9 maps", "seven quiet harbours at dusk"


@contextlib.contextmanager
def serving(operator: Operator, port: int, workers: int) -> Iterator[Backend]:
    with serve(operator.database, operator.folder, "--port", str(port), "--workers", str(workers)) as backend:
        yield backend


class Associate:
    """Somebody at a machine."""

    def __init__(self, desk: Machine, user: str, server: str) -> None:
        self.desk = desk
        self.user = user
        self.server = server
        self.password = FIRST

    @property
    def account(self) -> tuple[str, ...]:
        return ("--user", self.user, "--password-file", str(self.desk.secret(self.password)))

    def __call__(self, *arguments: str, code: int = 0) -> Ended:
        return self.desk(*arguments, *self.account, code=code)

    def sees(self, *arguments: str) -> set[str]:
        """Given names of those who are listed."""
        return {row["name"].split()[0] for row in self("customers", *(arguments or ("list",)), "--json").objects}

    def app(self) -> Terminal:
        return self.desk.terminal(*self.account)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_from_an_export_to_a_customer_and_back(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    operator = Operator(request.getfixturevalue(f"{engine}_url"), tmp_path)
    workers = 2 if engine == "postgresql" else 1

    # --- the operator sets up
    operator("accounts", "list", code=6)  # there is nothing yet
    export = tmp_path / "export"
    export.mkdir()
    for name, text in (("staff", STAFF), ("customers", CUSTOMERS), ("orders", ORDERS)):
        (export / f"{name}.csv").write_text(text, encoding="utf-8")
    importing = ("import", "shopify", str(export), "--retailer", "Maison", "--mode", "associate",
                 "--time-zone", "Europe/Berlin")  # fmt: skip
    operator("init")
    first = operator(*importing)
    assert "rejected" not in first.said
    totals = operator("report", "totals", "--json").json
    again = operator(*importing)
    assert "Nothing had changed." in again.said
    assert "Written: " in first.said
    assert operator("report", "totals", "--json").json == totals
    codes = {row["user_name"]: row["code"] for row in operator("accounts", "code", "--all-new", "--json").json}
    assert codes.keys() == {"M1", "E1", "E2", "E3"}

    # What a password costs does not depend on the backend's engine: the programs as installed, once, are enough.
    desk = machine(tmp_path / "desk", [SELLMODE] if engine == "sqlite" else COMMAND)
    desk("accounts", code=1)
    desk("customers", "list", code=3)  # nobody has signed in here
    port = free_port()
    with serving(operator, port, workers) as backend:
        # --- the first time, on the app's own page
        ada, ben = (Associate(desk, user, backend.url) for user in ("E1", "E2"))
        for who in (ada, ben):
            activate(desk, backend.url, who.user, codes[who.user], FIRST)
        assert {row["user_name"] for row in map(dict, desk("accounts", "--json").objects)} == {"E1", "E2"}
        desk("customers", "list", code=2)  # which of them?

        # --- finding and reading
        ada("sync")
        assert ada.sees() == {"Anna", "Bob"}
        assert ada.sees("list", "tag:vip") == {"Anna"}
        assert ada.sees("search", "muller") == {"Anna"}
        assert ada.sees("search", "0101") == {"Anna"}
        ada("customers", "search", "chloe", code=1)
        assert "^" in ada("customers", "list", "last_purchase>soon", code=2).said
        shown = ada("customers", "show", "101", "--json").json
        assert [note["text"] for note in shown["notes"]] == ["Likes green"]
        assert shown["totals"]["spend"] == 4550 + 3000 - 1000
        assert shown["totals"]["other_spend"] == {"GBP": 1200}
        orders = {order["number"]: order for order in shown["orders"]}
        assert [line["kind"] for line in orders["#1"]["lines"]] == ["sale", "sale", "rounding"]
        assert orders["#2"]["refunded"] == 1000
        assert ada("customers", "show", "bob@example.com", "--json").json["totals"]["spend"] == 0  # it was cancelled
        assert ada("why", "customer", "101", "--json").json["owner_name"] == "Ada Byron"
        hidden, unknown = ada("why", "customer", "103", code=1), ada("why", "customer", "999", code=1)
        assert hidden.said.replace("103", "999") == unknown.said

        # --- a filter that is kept
        with ada.app() as app:
            app.wait_for("ONLINE ·")
            app.press("/")
            app.wait_for("Tab Autocomplete")
            app.type("tag:vip")
            app.wait_for("1 customer ")
            app.press("enter")
            app.wait_for("Enter Open")
            app.press("f")
            app.wait_for("No saved filters yet.")
            app.press("s")
            app.wait_for("Save a filter")
            app.type("the best")
            app.press("f2")
            app.wait_for("the best          tag:vip")
            app.press("ctrl+q")
            assert app.wait_exit() == 0

        # --- the mode: looked at, then switched
        preview = operator("mode", "team", "--dry-run", "--json").json["accounts"]
        change = {row["user_name"]: (row["gains"], row["loses"]) for row in preview}
        assert change["E1"][0] > 0
        assert operator("mode").lines == ["associate"]
        ada("sync")
        assert ada.sees() == {"Anna", "Bob"}
        operator("mode", "team")
        ada("sync")
        assert ada.sees() == {"Anna", "Bob", "Chloé", "Dora", "Finn"}
        operator("mode", "associate")
        ada("sync")
        assert ada.sees() == {"Anna", "Bob"}

        # --- customers and people move
        operator("customers", "assign", "101", "--to", "E2")
        ada("sync")
        assert ada.sees() == {"Bob"}
        ada("customers", "show", "101", code=1)
        ben("sync")
        assert ben.sees() == {"Anna", "Chloé", "Dora"}
        assert "Nothing had changed." in operator(*importing).said  # what was decided here is not undone by the export
        operator("mode", "team")
        operator("accounts", "move", "E2", "South")
        ben("sync")
        assert ben.sees() == {"Emil"}
        operator("mode", "associate")

        # --- a forgotten password
        code = operator("accounts", "reset", "E1", "--json").json[0]["code"]
        ada("sync", code=3)
        ada.password = SECOND
        activate(desk, backend.url, "E1", code, SECOND)
        with ada.app() as app:
            app.wait_for("ONLINE ·")
            app.press("f")
            app.wait_for("the best")
            app.press("ctrl+q")
            assert app.wait_exit() == 0

        # --- signing out, on the app
        with ben.app() as app:
            app.wait_for("ONLINE ·")
            app.press("f8")
            app.wait_for("Signed out.")
            app.press("ctrl+q")
            assert app.wait_exit() == 0

    # --- the line is down
    ada("sync", code=4)
    assert ada.sees() == {"Bob"}
    ada.password = FIRST
    ada("customers", "list", code=3)
    ada.password = SECOND
    with ada.app() as app:
        app.wait_for("OFFLINE since")
        app.wait_for("Bob O'Neil")
        app.press("f10")
        fill_password(app, FIRST)
        app.wait_for("! The password is not")
        fill_password(app, SECOND)
        app.wait_for("Bob O'Neil")
        app.press("q")
        assert app.wait_exit() == 0

    # --- somebody leaves
    with serving(operator, port, workers):
        ada("sync")
        operator("accounts", "disable", "E1")
        ada("sync", code=5)
    states = {row["user_name"]: row["state"] for row in desk("accounts", "--json").objects}
    assert states["E1"] == "disabled"
    (folder,) = (row["folder"] for row in desk("accounts", "--json").objects if row["user_name"] == "E1")
    assert not (Path(folder) / "slot.json").exists()
    assert "disabled" in ada("customers", "list", code=5).said
    assert desk.crashes == []


def fill_password(app: Terminal, password: str) -> None:
    """Type the password on the lock's page."""
    app.wait_for("Sellmode is locked")
    fill(app, "Password", password)


def free_port() -> int:
    """A port to come back to: terminals know a server by its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
