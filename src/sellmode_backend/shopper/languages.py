"""The languages of what customers see: catalogues of words, and how amounts and days are written."""

from __future__ import annotations

import datetime as dt
import gettext
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency

from sellmode_contract import money

LANGUAGES: Final = ("en", "de", "fr", "nl", "es", "ar")
"""There are catalogues for these; English is what stands in the code."""
_ACCEPTED: Final = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_LONGEST_HEADER: Final = 500


@dataclass(frozen=True)
class Words:
    """One language: ``say`` and ``count`` give the words for English ones, with what goes into them."""

    locale: Locale
    catalogue: gettext.NullTranslations

    @property
    def tag(self) -> str:
        """As HTML has it: ``de``, ``pt-BR``."""
        return str(self.locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return self.locale.text_direction

    def say(self, words: str, **into: str) -> str:
        """A sentence."""
        return self.catalogue.gettext(words).format(**into)

    def count(self, one: str, many: str, n: int) -> str:
        """A sentence about so many, ``{n}``."""
        return self.catalogue.ngettext(one, many, n).format(n=n)

    def amount(self, minor: int, currency: str) -> str:
        """An amount of money in minor units."""
        value = Decimal(minor).scaleb(-money.exponent(currency))
        return format_currency(value, currency, locale=self.locale)

    def day(self, day: dt.date) -> str:
        """A day, with its month written out."""
        return format_date(day, "long", locale=self.locale)

    def weekday(self, day: dt.date) -> str:
        """A day, with that of the week."""
        return format_date(day, "full", locale=self.locale)

    def time(self, at: dt.datetime) -> str:
        """A time of day."""
        return format_time(at, "short", locale=self.locale)


def words_for(wanted: str, accepted: str, fallback: str) -> Words:
    """The words for a customer's own language, else the browser's (Accept-Language), else the retailer's.

    Each counts if there is a catalogue for it.
    """
    for tag in (wanted, *_accepted(accepted), fallback):
        if (locale := _locale(tag)) and locale.language in LANGUAGES:
            return Words(locale, _catalogue(locale.language))
    return Words(Locale("en"), _catalogue("en"))


def _accepted(header: str) -> Iterator[str]:
    """The languages of an Accept-Language header, the dearest first."""
    found = [_ACCEPTED.fullmatch(part) for part in header[:_LONGEST_HEADER].split(",")]
    ranked = [(float(each[2] or 1), each[1]) for each in found if each]
    yield from (tag for quality, tag in sorted(ranked, key=lambda pair: -pair[0]) if quality)


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        return None


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    text = resources.files("sellmode_backend.shopper").joinpath("locale", f"{language}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
