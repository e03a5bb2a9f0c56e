"""``sellmode-backend settings``, on both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from sellmode_backend.cli import commands
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from tests.support.backend import retailer_database


@pytest.fixture
def database(prepared_url: str) -> Iterator[Database]:
    with retailer_database(prepared_url) as made:
        yield made


def _run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(commands, ["settings", "--database", url, *arguments])


def test_settings_are_shown_and_nothing_is_changed(database: Database, prepared_url: str) -> None:
    done = _run(prepared_url)
    assert done.exit_code == 0
    assert "idle lock    5 minutes" in done.output
    assert "keyring      not allowed" in done.output
    assert "leaderboard  in Team Mode only" in done.output


def test_a_setting_changes_alone(database: Database, prepared_url: str) -> None:
    assert _run(prepared_url, "--keyring").exit_code == 0
    done = _run(prepared_url, "--idle-lock", "3", "--json")
    told = json.loads(done.stdout)
    assert (told["idle_lock_minutes"], told["keyring_allowed"]) == (3, True)
    with database.snapshot() as connection:
        kept = settings.retailer(connection)
    assert kept is not None
    assert (kept.idle_lock_minutes, kept.keyring_allowed) == (3, True)
    assert json.loads(_run(prepared_url, "--no-keyring", "--json").stdout)["keyring_allowed"] is False
    assert json.loads(_run(prepared_url, "--leaderboard", "--json").stdout)["leaderboard"] is True


@pytest.mark.parametrize("minutes", ["0", "61", "soon"])
def test_an_idle_lock_that_is_none_is_refused(minutes: str, database: Database, prepared_url: str) -> None:
    done = _run(prepared_url, "--idle-lock", minutes)
    assert done.exit_code == 2
    assert "--idle-lock" in done.output
