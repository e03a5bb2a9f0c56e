"""How texts, numbers, amounts and days come out in another language, and that English needs nothing for it."""

from __future__ import annotations

import datetime as dt
import gettext
import io
import subprocess
import sys

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo

from sellmode_contract import filters
from sellmode_contract.store_time import Due
from sellmode_contract.text import visible
from sellmode_contract.translatable import Translatable
from sellmode_tui import language
from sellmode_tui.dates.moments import moment_words, read_moment, typable_moment
from sellmode_tui.dates.names import dated
from sellmode_tui.dates.words import due_words, expiry_words, full_words
from sellmode_tui.figures import priced
from sellmode_tui.language import fitting_language, marked, number, tr, trc, trd, trn
from sellmode_tui.screens.kit.words import Words

NOW = dt.datetime(2026, 11, 22, 13, 2, tzinfo=dt.UTC)
DAY = dt.date(2026, 12, 24)


def speak(code: str, said: dict[str | tuple[str, ...], str | tuple[str, ...]], context: str | None = None) -> None:
    """Speak a language with these translations."""
    catalogue = Catalog(locale=code)
    for id, string in said.items():
        catalogue.add(id, string, context=context)
    file = io.BytesIO()
    write_mo(file, catalogue)
    file.seek(0)
    language.use(code, gettext.GNUTranslations(file))


def test_english_is_what_stands_in_the_code() -> None:
    assert tr("Saved: {words}.", words="note") == "Saved: note."
    assert tr("a {brace}") == "a {brace}"
    assert trn("{number:,} customer", "{number:,} customers", 1) == "1 customer"
    assert trn("{number:,} customer", "{number:,} customers", 1234) == "1,234 customers"
    assert trc("of a task", "open") == trd(marked("open")) == "open"


def test_a_text_is_found_by_its_english_one() -> None:
    notes = ("{number:,} note", "{number:,} notes")
    speak("de", {"Saved: {words}.": "Gespeichert: {words}.", notes: ("{number:,} Notiz", "{number:,} Notizen")})
    assert tr("Saved: {words}.", words="{x}") == "Gespeichert: {x}."
    assert trn("{number:,} note", "{number:,} notes", 1) == "1 Notiz"
    assert trn("{number:,} note", "{number:,} notes", 1234) == "1.234 Notizen"
    assert tr("Nobody has translated this.") == "Nobody has translated this."
    assert tr("") == ""


def test_what_has_two_meanings_has_two_translations() -> None:
    speak("de", {"open": "offen"}, "of a task")
    assert trc("of a task", "open") == "offen"
    assert tr("open") == "open"


def test_a_sentence_of_the_contract_is_translated_with_what_it_names() -> None:
    sentence = Translatable("There is no month {month}.", month=13)
    counted = Translatable.counted("{number} day", "{number} days", 3)
    assert (sentence, counted) == ("There is no month 13.", "3 days")
    days = ("{number} day", "{number} days")
    month = "There is no month {month}."
    speak("de", {month: "Es gibt keinen {month}. Monat.", days: ("{number} Tag", "{number} Tage")})
    assert trd(sentence) == "Es gibt keinen 13. Monat."
    assert trd(ValueError(sentence)) == "Es gibt keinen 13. Monat."
    assert trd(ValueError("There is none.")) == "There is none."
    assert tr("Not valid: {why}", why=counted) == "Not valid: 3 Tage"
    assert type(str(sentence)) is str


@pytest.mark.parametrize(
    ("code", "amount", "day", "due", "grouped"),
    [
        ("en", "EUR 1,234.50", "24 Dec 2026", "Thu 24 Dec 2026, 15:00", "12,345"),
        ("de", "1.234,50\xa0€", "24. Dez. 2026", "Do., 24. Dez. 2026, 15:00", "12.345"),
        ("fr", "1\xa0234,50\xa0€", "24 déc. 2026", "jeu. 24 déc. 2026, 15:00", "12\xa0345"),
        ("es", "1.234,50\xa0€", "24 dic 2026", "jue, 24 dic 2026, 15:00", "12.345"),
        ("nl", "€\xa01.234,50", "24 dec 2026", "do 24 dec 2026, 15:00", "12.345"),
    ],
)
def test_amounts_and_days_are_the_languages_own(code: str, amount: str, day: str, due: str, grouped: str) -> None:
    speak(code, {}) if code != "en" else language.use("en")
    assert priced(123450, "EUR") == amount
    if code != "en":
        assert priced(-123450, "EUR") == f"-{amount}"
    assert Words(NOW).day(DAY) == day
    assert full_words(Due(DAY, dt.time(15))) == due
    assert number(12345) == grouped
    assert due_words(Due(DAY), NOW, dt.UTC) == day.removesuffix(" 2026")


def test_what_is_wrong_with_a_filter_is_said_in_the_language() -> None:
    with pytest.raises(filters.FilterError) as wrong:
        filters.parse("spend:many\x07", filters.CUSTOMER_FIELDS)
    typed = f'"many{visible(chr(7))}"'
    assert str(wrong.value) == f"spend: {typed} is not a number; write it like 1500, 1,500 or 1500.50"
    speak("de", {"is not a number": "ist keine Zahl", "write it like 1500, 1,500 or 1500.50": "so: 1500"})
    assert trd(wrong.value) == f"spend: {typed} ist keine Zahl; so: 1500"


def test_what_is_typed_is_read_whatever_is_spoken() -> None:
    speak("de", {"yesterday": "gestern", "end of {day}": "Ende {day}"})
    moment = NOW - dt.timedelta(days=2)
    assert moment_words(moment, dt.UTC) == "Fr., 20. Nov. 2026, 13:02"
    assert read_moment(typable_moment(moment, dt.UTC), NOW, dt.UTC) == moment
    assert due_words(Due(dt.date(2026, 11, 21)), NOW, dt.UTC) == "gestern"
    assert expiry_words(dt.datetime(2026, 11, 25, tzinfo=dt.UTC), dt.UTC) == "Ende Di., 24. Nov. 2026"


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_CH"}, "fr"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_CH", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "nl_NL@euro"}, "nl"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "../../etc"}, "en"),
    ],
)
def test_the_locale_says_which_language_fits(
    environment: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "OFFERED", tuple(language.LANGUAGES))
    assert fitting_language(environment) == code


def test_english_loads_neither_babel_nor_gettext() -> None:
    script = (
        "import sys; import sellmode_tui.shell.app, sellmode_tui.dates.words, sellmode_tui.figures as figures\n"
        "from sellmode_tui import language; language.use('en'); figures.priced(1, 'EUR'); language.tr('x')\n"
        "print(*{'babel', 'pytz'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_german_is_spelled_without_umlauts_where_only_ascii_is_drawn() -> None:
    language.draw_in_ascii(True)
    try:
        language.use("de")
        assert (tr("Open"), tr("Street")) == ("Oeffnen", "Strasse")
        assert dated(dt.date(2026, 3, 1)) == "1. Maerz 2026"
        language.use("fr")
        assert tr("Keys") == "Touches"
        assert tr("Given name") == "Prénom", "drawing leaves the accents out"
    finally:
        language.draw_in_ascii(False)
    language.use("de")
    assert tr("Open") == "Öffnen"
