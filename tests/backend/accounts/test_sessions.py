"""Whom many tokens speak for, asked at once: by one statement, and as each is asked alone."""

from __future__ import annotations

import datetime as dt

import pytest

from sellmode_backend.accounts import directory, sessions
from sellmode_backend.accounts.sessions import AccountDisabled, SignedOut
from sellmode_backend.store.database import Database
from sellmode_contract.visibility import Account
from tests.backend.people import MovedClock, add_person
from tests.support.statements import statements


def test_many_tokens_take_one_statement_and_mean_what_each_means_alone(
    database: Database, ada: Account, clock: MovedClock
) -> None:
    ben = add_person(database, "E1002", "Beta")
    now = clock()
    with database.transaction() as connection:
        good = [sessions.start(connection, ada.id, f"device-{number}", now)[0] for number in range(10)]
        idle, _ = sessions.start(connection, ada.id, "idle", now - sessions.IDLE)
        shut_out, _ = sessions.start(connection, ben.id, "device", now + dt.timedelta(seconds=1))
        directory.disable(connection, ben)
    with statements(database) as told, database.snapshot() as connection:
        found = sessions.find_many(connection, [*good, idle, shut_out, "made up"], now)
    assert len([each for each in told if "session" in each]) == 1, told
    assert set(found) == set(good)
    with database.snapshot() as connection:
        assert found == {token: sessions.find(connection, token, now) for token in good}
        for token, error in ((idle, SignedOut), (shut_out, AccountDisabled), ("made up", SignedOut)):
            with pytest.raises(error):
                sessions.find(connection, token, now)
