"""Folders and files whose texts are not marked for translation yet. What stands here may only become less."""

from __future__ import annotations

from typing import Final

NOT_YET: Final[tuple[str, ...]] = (
    "sellmode_contract/audiences.py",
    "sellmode_contract/filters/",
    "sellmode_contract/ids.py",
    "sellmode_contract/kinds/",
    "sellmode_contract/money.py",
    "sellmode_contract/mutations/",
    "sellmode_contract/own_fields.py",
    "sellmode_contract/recurrence.py",
    "sellmode_contract/refusals.py",
    "sellmode_contract/results/",
    "sellmode_contract/rules/",
    "sellmode_contract/store_time.py",
    "sellmode_contract/table_files.py",
    "sellmode_contract/text.py",
    "sellmode_contract/type_errors.py",
    "sellmode_contract/visibility.py",
    "sellmode_tui/records/results.py",
    "sellmode_tui/records/sale_words.py",
    "sellmode_tui/screens/lookbooks/",
)
