"""What commands print: cut to cells, amounts, JSON with every field; and what is written of an unexpected error."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.text import cells, visible
from sellmode_tui import crash
from sellmode_tui.commands.kit.output import cut, plain


@given(st.text(), st.integers(1, 30))
def test_a_cut_text_fits_and_says_that_it_is_cut(text: str, width: int) -> None:
    shown = visible(text)
    kept = cut(shown, width)
    assert cells(kept) <= width
    assert kept == shown or (kept.endswith("…") and shown.startswith(kept[:-1]))


def test_json_has_every_field_and_instants_in_utc() -> None:
    east = dt.timezone(dt.timedelta(hours=2))
    document = plain(Customer(id="c", created_at=dt.datetime(2026, 1, 1, 1, tzinfo=east)))
    assert document["created_at"] == "2025-12-31T23:00:00Z"
    assert document["address"] is None
    assert document["figures"]["spend"] == 0
    assert set(document) == set(Customer.__struct_fields__)


def test_reports_hold_no_texts_and_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELLMODE_DATA_DIR", str(tmp_path))
    for number in range(crash.KEPT + 5):
        try:
            try:
                raise KeyError(f"Ann Lee {number}")
            except KeyError as error:
                raise ValueError("ann@example.com") from error
        except ValueError as error:
            written = crash.write_report(error)
    reports = list((tmp_path / "crashes").iterdir())
    assert len(reports) == crash.KEPT
    assert written.report in reports
    assert written.report is not None
    text = written.report.read_text()
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "test_reports_hold_no_texts" in text
    assert "Ann" not in text
    assert "example" not in text
    assert stat.S_IMODE(written.report.stat().st_mode) == 0o600


def test_a_report_that_cannot_be_written_is_no_second_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SELLMODE_DATA_DIR", str(tmp_path / "file" / "data"))
    written = crash.write_report(ValueError())
    assert written.report is None
    assert written.id in str(written)
