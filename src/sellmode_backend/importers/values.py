"""What the text of a field means. Whatever means nothing makes the row unusable, with the column and the reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sellmode_backend import phones
from sellmode_backend.importers.reading import Row, UnusableRow
from sellmode_backend.store.keys import normal_key
from sellmode_contract import money
from sellmode_contract.search import numbers_in

_DRAWS_NOTHING = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
"""Zero-width characters, and those that only give a direction."""
_INVISIBLE = re.compile(f"[{_DRAWS_NOTHING}]")
_AROUND_NAMES = re.compile(rf"^[\s{_DRAWS_NOTHING}]+|[\s{_DRAWS_NOTHING}]+$")
_QUOTED_BY_FORMULA = re.compile(r'="(.*)"')
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+\d+", re.ASCII)
_NUMERIC = re.compile(r"[\d.,\s]+(E\+?\d+)?", re.ASCII)
REWRITTEN = "was rewritten by a spreadsheet: export it anew, and import it as it was downloaded"
_AMOUNT = re.compile(r"-?\d{1,30}(\.\d{1,6})?", re.ASCII)
_QUANTITY = re.compile(r"-?\d{1,9}", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}")
_EMAIL = re.compile(r"[^@\s\x00-\x20\x7f-\xa0<>]{1,64}@[^@\s\x00-\x20\x7f-\xa0<>]{1,255}")
MAX_KEY = 320
"""Characters of what somebody is known by: as many as the longest e-mail address has."""
MAX_STORE_NAME = 200
"""Characters."""
MAX_WORDS = 255
"""Characters of what lists have in a column: a vendor, an option."""
MAX_DESCRIPTION = 10_000
"""Characters of plain text."""
MAX_ALT = 512
"""Characters of what a picture shows, in words."""
_MAX_ADDRESS = 2048
"""Characters of an address on the web."""
_MAX_AMOUNT = 10**13
"""Minor units. Sums of a hundred thousand of them are still numbers to every database."""
YEARS = range(1900, 2200)
"""Of moments. Each is moved to some time zone, for which the calendar's first and last day have no room."""
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\xa0<>\"]+", re.IGNORECASE)
_YES = {"yes": True, "true": True, "no": False, "false": False, "": False}


class TagPattern:
    """How a tag names something: ``associate:*``, where ``*`` stands for what it names."""

    def __init__(self, pattern: str) -> None:
        """Raises ValueError unless there is one ``*`` and something else."""
        beginning, star, ending = pattern.partition("*")
        if not star or "*" in ending or not (beginning + ending).strip():
            raise ValueError(f"{pattern!r} should hold one * for what the tag names, as in associate:*")
        if "," in pattern:
            raise ValueError(f"{pattern!r} holds a comma, which separates tags")
        self._beginning = beginning.strip().casefold()
        self._ending = ending.strip().casefold()

    def named(self, tag: str) -> str | None:
        """What the tag names; None if it is another kind of tag."""
        folded = tag.casefold()
        if not folded.startswith(self._beginning) or not folded.endswith(self._ending):
            return None
        return tag[len(self._beginning) : len(tag) - len(self._ending)].strip() or None


def identifier(text: str) -> str:
    """An id, postcode or phone number without what keeps spreadsheets from taking it for a number: ``'1`` and ``="1"``.

    Characters that draw nothing are left out: what looks the same is the same.
    """
    bare = _INVISIBLE.sub("", text).strip().removeprefix("'").strip()
    return quoted[1] if (quoted := _QUOTED_BY_FORMULA.fullmatch(bare)) else bare


def key(row: Row, field: str) -> str:
    """What somebody or something is known by. Raises UnusableRow for a number that a spreadsheet has rounded."""
    text = identifier(row[field])
    if len(text) > MAX_KEY:
        raise row.unusable(field, f"is longer than {MAX_KEY} characters")
    if _ROUNDED.fullmatch(text):
        raise row.unusable(field, REWRITTEN)
    return text


def code(row: Row, field: str) -> str:
    """An identifier of any characters. Raises UnusableRow for a number that a spreadsheet has written otherwise."""
    text = key(row, field)
    if text and not _is_digits(text) and _NUMERIC.fullmatch(text):
        raise row.unusable(field, REWRITTEN)
    return text


def number(row: Row, field: str) -> str:
    """An identifier of digits. Raises UnusableRow for anything else: taken for another one, it would double records."""
    text = code(row, field)
    if text and not _is_digits(text):
        raise row.unusable(field, "is no number of digits only")
    return text


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def name(text: str) -> str:
    """A name without blanks, or what draws nothing, around it, and with one blank where several are."""
    return " ".join(_AROUND_NAMES.sub("", text).split())


def store_name(row: Row, field: str) -> str:
    """A store's name. All of them are in one record, the retailer's, which has to fit into a line of a sync answer."""
    text = row[field].strip()
    if len(text) > MAX_STORE_NAME:
        raise row.unusable(field, f"is longer than {MAX_STORE_NAME} characters")
    return text


def amount(row: Row, field: str, currency: str) -> int:
    """Minor units of an amount that has to be there."""
    return amount_of(row, field, row[field], currency)


def amount_of(row: Row, field: str, text: str, currency: str) -> int:
    """Minor units of an amount that was read from a field."""
    try:
        return _amount(text.strip(), currency)
    except ValueError as error:
        raise row.unusable(field, str(error)) from None


def amount_or_none(row: Row, field: str, currency: str) -> int | None:
    """Minor units; None for an empty field."""
    return amount(row, field, currency) if row[field].strip() else None


def amount_or_zero(row: Row, field: str, currency: str) -> int:
    """Minor units; 0 for an empty field."""
    return amount_or_none(row, field, currency) or 0


@lru_cache(maxsize=16384)
def _amount(text: str, currency: str) -> int:
    if not text:
        raise ValueError("is empty")
    if not _AMOUNT.fullmatch(text):
        raise ValueError("is no amount of money such as 1234.50")
    try:
        parsed = money.parse_amount(text, currency)
    except ValueError:
        raise ValueError(f"has more decimal places than {currency} has, or is too large") from None
    if abs(parsed) >= _MAX_AMOUNT:
        raise ValueError("is too large")
    return parsed


def product_of(row: Row, quantity: int, price: int, discount: int) -> int:
    """What a line adds to its order. Returning goods gives the discount back too."""
    result = quantity * price - (discount if quantity >= 0 else -abs(discount))
    if abs(result) >= _MAX_AMOUNT:
        raise row.unusable("quantity", "makes the line's amount too large")
    return result


def quantity(row: Row, field: str) -> int:
    """A whole number of pieces, negative for what was returned."""
    text = row[field].strip()
    if not _QUANTITY.fullmatch(text):
        raise row.unusable(field, "is no whole number" if text else "is empty")
    return int(text)


def currency(row: Row, field: str) -> str:
    """A currency's code (ISO 4217)."""
    text = row[field].strip()
    if not _CURRENCY.fullmatch(text):
        raise row.unusable(field, "is no currency code such as USD" if text else "is empty")
    return text


def moment(row: Row, field: str, zone: dt.tzinfo | None = None) -> dt.datetime:
    """The UTC instant of a time that has to be there, as `moment_or_none` reads it."""
    if (read := moment_or_none(row, field, zone)) is None:
        raise row.unusable(field, "is empty")
    return read


def moment_or_none(row: Row, field: str, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """The UTC instant of ``2026-05-14 11:23:45 +0100``; None for an empty field.

    A time without an offset is one of ``zone``, if that is given; of an hour that comes twice it is the first.
    """
    text = row[field].strip()
    if not text:
        return None
    try:
        instant = dt.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" UTC", "+00:00"))
        if instant.tzinfo is None and zone is not None:
            instant = instant.replace(tzinfo=zone)
        if instant.tzinfo is None:
            raise row.unusable(field, "has no UTC offset such as +0100")
        if instant.year not in YEARS:
            raise row.unusable(field, f"is not between the years {YEARS.start} and {YEARS.stop - 1}")
        return instant.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise row.unusable(field, "is no date and time such as 2026-05-14 11:23:45 +0100") from None


def day(row: Row, field: str) -> dt.date:
    """A day such as ``2026-05-14``."""
    text = row[field].strip()
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        raise row.unusable(field, "is no day such as 2026-05-14" if text else "is empty") from None


def yes(row: Row, field: str) -> bool:
    """Whether the field says yes; an empty one does not."""
    return yes_of(row, field, row[field])


def yes_of(row: Row, field: str, text: str) -> bool:
    """Whether a text that was read from a field says yes."""
    try:
        return _YES[text.strip().casefold()]
    except KeyError:
        raise row.unusable(field, "is neither yes nor no") from None


def email(row: Row, field: str) -> str:
    """An e-mail address without what draws nothing; empty if there is none."""
    text = _INVISIBLE.sub("", row[field]).strip()
    if text and not is_email(text):
        raise row.unusable(field, "is no e-mail address")
    return text


def email_or_empty(row: Row, field: str) -> str:
    """An e-mail address; empty for anything else: it only helps to find somebody."""
    text = identifier(row[field])
    return text if is_email(text) else ""


def those_usable(row: Row, **fields: Callable[[], Any]) -> dict[str, Any]:
    """The fields that can be read. One that cannot is told of, with its column, and left as it was."""
    usable: dict[str, Any] = {}
    for name, read in fields.items():
        try:
            usable[name] = read()
        except UnusableRow as error:
            row.leave_out(error)
    return usable


def phone_keys(text: str, country: str) -> list[str]:
    """The phone numbers of a field that somebody is known by: in E.164 if they can be read so."""
    numbers, _ = numbers_in(text)
    return [phones.e164(number, country) or number for number in numbers if normal_key("phone", number)]


def phone_key(text: str, country: str) -> str:
    """The first of these; empty if there is none."""
    return next(iter(phone_keys(text, country)), "")


def is_email(text: str) -> bool:
    """Whether a text could be an e-mail address: something at something, without spaces and controls."""
    return _EMAIL.fullmatch(text) is not None


def owners_and_stores(text: str, owner: TagPattern, store: TagPattern) -> tuple[list[str], list[str], list[str]]:
    """What a list of tags says: Employee IDs of owners, names of stores, and the tags that name neither."""
    owners: list[str] = []
    stores: list[str] = []
    others: list[str] = []
    for tag in split_tags(text):
        if (named := owner.named(tag)) is not None:
            owners.append(identifier(named))
        elif (named := store.named(tag)) is not None:
            stores.append(named)
        else:
            others.append(tag)
    return owners, stores, others


def split_tags(text: str) -> list[str]:
    """The tags of a comma-separated list, each once."""
    return list(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))


def short(row: Row, field: str, limit: int = MAX_WORDS) -> str:
    """A text without blanks around it that is no longer than it may be."""
    return within(row, field, row[field].strip(), limit)


def within(row: Row, field: str, text: str, limit: int = MAX_WORDS) -> str:
    """A text that was read from a field, if it is no longer than it may be."""
    if len(text) > limit:
        raise row.unusable(field, f"is longer than {limit:,} characters")
    return text


def web_address_or_empty(text: str) -> str:
    """An address on the web; empty for anything else, or a longer one than shops make."""
    bare = text.strip()
    return bare if len(bare) <= _MAX_ADDRESS and _WEB_ADDRESS.fullmatch(bare) else ""


CLICK = r"[A-Za-z0-9_-]{8,64}"
"""What a link to the shop has in ``utm_content``, or the link of a page ends in."""
_CLICK = re.compile(CLICK)


def click_or_empty(text: str) -> str:
    """What a link ended in; empty if it is nothing of ours."""
    return text.strip() if _CLICK.fullmatch(text.strip()) else ""
