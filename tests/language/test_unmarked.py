"""What people read is marked for translation."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.language.extracting import SOURCES, NotPlain, sources, texts_of
from tests.language.unmarked import unmarked

NOBODY_READS: Final = (
    "sellmode_contract/own_fields.py",  # own fields, and files of tables, are for the backend's commands
    "sellmode_contract/results/",  # figures, which commands show
    "sellmode_contract/rules/defaults.py",  # a retailer's rules to begin with, which are theirs to translate
    "sellmode_contract/rules/files.py",
    "sellmode_contract/schemas.py",
    "sellmode_contract/search.py",  # patterns
    "sellmode_contract/service_files.py",  # like own fields
    "sellmode_contract/service_rules.py",
    "sellmode_contract/store_hours.py",
    "sellmode_contract/table_files.py",
    "sellmode_tui/cache/",  # SQL
    "sellmode_tui/records/looks/page_text.py",  # HTML
    "sellmode_tui/terminal/opening.py",  # HTML
    "sellmode_tui/journal/entries.py",  # SQL
    "sellmode_tui/journal/rescue.py",
    "sellmode_tui/journal/schema.py",
    "sellmode_tui/journal/witness.py",
    "sellmode_tui/sync/answer.py",  # what is wrong with an answer, for reports
    "sellmode_tui/terminal/abilities.py",  # what `sellmode doctor` says
    "sellmode_tui/terminal/questions.py",
)
"""Nothing of these comes onto a screen."""
EXCEPT: Final[dict[str, set[str]]] = {
    # What is typed is the same in every language.
    "sellmode_tui/dates/clock.py": {"_BESIDE_HOURS"},
    "sellmode_tui/dates/day_words.py": {"_WEEKDAYS", "_DAYS", "_SHORT", "_SMALL_WORDS"},
    "sellmode_tui/dates/names.py": {"WEEKDAYS"},
    "sellmode_tui/dates/spans.py": {"_UNITS"},
    "sellmode_tui/screens/people/owned.py": {"_HEADINGS"},  # columns
    "sellmode_tui/screens/rules/form.py": {"_EXAMPLE", "_DATES", "_EVENTS"},
    "sellmode_contract/typed_days.py": {"MONTHS"},
}
"""Constants whose texts are not translated, by file."""
PLAIN: Final[dict[str, set[str]]] = {
    "sellmode_contract/filters/fields.py": {"{} cannot be the name of a filter field"},  # an error of the program
    "sellmode_contract/filters/meaning.py": {"{} cannot be compared with {}"},  # an error of the program
    "sellmode_contract/ids.py": {"an id takes 10 random bytes"},  # an error of the program
    "sellmode_contract/kinds/fields.py": {"Id of a {}."},  # of the JSON schema
    "sellmode_contract/kinds/kind.py": {"List and show {}{}.", ", and write them"},  # help of commands
    "sellmode_contract/kinds/look.py": {"A product of {} has a SKU."},  # taken from the kinds
    "sellmode_contract/kinds/lookbook.py": {"a corporate look"},  # goes into another text
    "sellmode_contract/kinds/pick_list.py": {"a list of picks"},  # the same
    "sellmode_contract/money.py": {  # for files
        "{} is not an amount of money",
        "{} has more decimal places than {} has",
        "{} is too large an amount",
    },
    "sellmode_contract/rules/judging.py": {"rule {}: {}: {}"},  # for logs
    "sellmode_contract/typed_days.py": {", no year"},
    "sellmode_contract/visibility.py": {"unknown mode {}: nothing is visible"},  # an error of the program
    "sellmode_tui/account/lease.py": {"clock changed"},  # a state
    "sellmode_tui/account/slot.py": {"its parameters are none of ours"},  # damage, for reports
    "sellmode_tui/crash.py": {"error {}", "Python {} on {}", "  of several: {}.{}", "thread {}"},  # reports
    "sellmode_tui/journal/outbox.py": {  # SQL, and an error of the program
        "this id names another mutation",
        "state = 'waiting' ORDER BY number",
    },
    "sellmode_tui/screens/lists/saved_filters.py": {  # what is typed is the same in every language
        "tag:vip last_purchase>90d",
        "type:coats price<200 stock>0",
    },
    "sellmode_tui/sealed.py": {"a key has {} bytes"},  # an error of the program
    "sellmode_tui/sync/engine.py": {  # errors for reports
        "the backend asked {} times in a row and sent nothing",
        "the backend forgets this terminal again and again",
    },
    "sellmode_tui/sync/sending.py": {  # as the server would say it
        "The server takes no change of this size.",
        "The server cannot read this change.",
    },
    "sellmode_tui/sync/status.py": {"signed out"},  # a state
    "sellmode_tui/transport/client.py": {"Bearer {}"},
    "sellmode_tui/transport/httpx_errors.py": {"HTTP status {}", "Date"},
    "sellmode_tui/watchdog.py": {" (error {})"},
    "sellmode_tui/dates/clock.py": {"in {} h{}", " {} min"},  # as it can be typed
    "sellmode_tui/dates/day_words.py": {"the {}", "3pm or 15:00"},
    "sellmode_tui/dates/spans.py": {"{} ago", "in {}"},
    "sellmode_tui/records/customers/filters.py": {"'integer', 'real'"},  # SQL
    "sellmode_tui/records/requests/access.py": {"{} ({} UTC)"},  # evidence, as it is kept
    "sellmode_tui/records/requests/lists.py": {"count(*) FILTER (WHERE {})"},  # SQL
    "sellmode_tui/screens/forms/part_entries.py": {"Dam 1 / 2nd floor"},  # an address
    "sellmode_tui/screens/lists/main_page.py": {"All {}"},  # taken from the bindings
    "sellmode_tui/screens/lookbooks/boxes.py": {"Downloads"},  # a folder
    "sellmode_tui/screens/results/boxes.py": {"Downloads"},  # a folder
    "sellmode_tui/shell/run.py": {
        "sellmode: there is no terminal to draw on. Run it in one, or use commands: sellmode --help\n"
    },
    "sellmode_tui/widgets/keys_in_order.py": {"keys in order"},  # the name of a task
    "sellmode_tui/widgets/row_source.py": {"row {} has {} cells, the table {} columns"},  # an error of the program
}
"""Texts that are not translated, by file."""


def _found() -> dict[str, list[str]]:
    """By file, texts that are not marked."""
    found = {}
    for path in sources():
        where = str(path.relative_to(SOURCES))
        texts = [text for _, text in unmarked(path.read_text("utf-8"), EXCEPT.get(where, ()))]
        texts = [text for text in texts if text not in PLAIN.get(where, ())]
        if texts and not where.startswith(NOBODY_READS):
            found[where] = texts
    return found


def test_what_people_read_is_marked() -> None:
    assert _found() == {}


def test_exceptions_are_still_there() -> None:
    for where, texts in PLAIN.items():
        there = {text for _, text in unmarked((SOURCES / where).read_text("utf-8"), EXCEPT.get(where, ()))}
        assert texts <= there, where
    for where, names in EXCEPT.items():
        assert all(f"\n{name}: Final" in (SOURCES / where).read_text("utf-8") for name in names), where


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('self.say("Saved.")', ["Saved."]),
        ('yield Static("gone")', ["gone"]),
        ('return f"{number} customers"', ["{} customers"]),
        ('TextField(placeholder="name")', ["name"]),
        ('raise ValueError("There is no such day.")', ["There is no such day."]),
        ('self.say(tr("Saved."))', []),
        ('tr("Saved: {what}.", what=f"the note of {name}")', ["the note of {}"]),
        ('trn("{number} customer", "{number} customers", n)', []),
        ('Column("Name", 4)', []),
        ('BINDINGS = [Binding("a", "add", "Add", tooltip="Add a task")]', []),
        ('"""What a module is for."""', []),
        ('DEFAULT_CSS = "Box { width: 4 }"', []),
        ('Content.styled(text, "bold $accent")', []),
        ('read("SELECT id FROM customer WHERE id = ?")', []),
        ('query_one("#list")', []),
    ],
)
def test_texts_are_told_from_what_nobody_reads(source: str, texts: list[str]) -> None:
    assert [text for _, text in unmarked(source)] == texts


def test_what_is_marked_is_one_plain_text() -> None:
    with pytest.raises(NotPlain, match=r"page\.py:2: tr\(\)"):
        list(texts_of('\ntr(f"Saved: {words}.")', str(Path("page.py"))))
