"""The pages on which customers ask, and of their talks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sellmode_backend.shopper import pages
from sellmode_backend.shopper.languages import Words
from sellmode_backend.shopper.pages import Page
from sellmode_backend.shopper.requests.asking import LONGEST_FIELDS
from sellmode_backend.shopper.requests.showing import Shown
from sellmode_backend.shopper.requests.talking import LONGEST_COMMENT
from sellmode_backend.shopper.shared import Seen
from sellmode_contract import text
from sellmode_contract.kinds.chat_line import LONGEST
from sellmode_contract.service_rules import Way

_NO_VALUES: Final = dict.fromkeys((*LONGEST_FIELDS, "way", "agreed"), "")


@dataclass(frozen=True)
class Asking:
    """What stands on a page on which somebody asks."""

    token: str
    sender: str
    """Who is asked: an associate, or the store."""
    store: str
    ways: Mapping[Way, str]
    """What is offered, and what it is called."""
    consent: str
    """What they agree to, in words."""
    opens: dt.datetime | None = None
    """When the store opens, by its own clock; None if it is open, or never will be."""
    product: str = ""
    """The title of what it is about."""
    key: str = ""
    """What names that on the page where it stood."""
    values: Mapping[str, str] = field(default_factory=lambda: _NO_VALUES)
    """What has been written so far."""
    problem: str = ""
    """What is wrong with what was sent, in words."""
    wrong: str = ""
    """The field that it is about."""


@dataclass(frozen=True)
class Talk:
    """What stands on the page of a talk besides its lines."""

    token: str
    email: str
    expires: dt.date
    done: str = ""
    problem: str = ""
    """What is wrong with what was sent, in words."""
    text: str = ""
    """What has been written and was not sent."""


def consent(words: Words, store: str) -> str:
    """What a customer agrees to so that they can be answered."""
    return words.say(
        "I agree that {store} answers me by e-mail, text message or phone with what I give here.",
        store=text.visible(store),
    )


def asking(page: Asking, seen: Seen, guard: str, *, logo: str = "") -> Page:
    """The page on which somebody asks."""
    return pages.rendered(
        "ask.html", seen.words, seen.brand, seen.retailer, logo=logo, page=page, guard=guard, longest=LONGEST_FIELDS
    )


def talk(page: Talk, shown: Shown, guard: str) -> Page:
    """The page of a talk."""
    longest = {"text": LONGEST, "comment": LONGEST_COMMENT}
    return pages.rendered(
        "talk.html", shown.words, shown.brand, shown.retailer, page=page, shown=shown, guard=guard, longest=longest
    )


def as_text(shown: Shown) -> str:
    """A talk as plain text."""
    parts = (
        [f"{line.day}, {line.time}, {line.author}", *line.text, *(card.title for card in line.cards)]
        for line in shown.news.lines
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def told(words: Words, problem: str, most: int) -> str:
    """What is wrong with what a customer has sent, in words."""
    return {
        "quick": words.say("That was very quick. Please send it once more."),
        "too_many": words.say("That was a lot at once. Please try again later."),
        "empty": words.say("Please write something first."),
        "too_long": words.say("That is too long: at most {most} characters.", most=str(most)),
        "way": words.say("Please choose how we can help you."),
        "email": words.say("Please give an e-mail address such as name@example.com."),
        "phone": words.say("Please give a phone number that begins with + and the code of the country."),
        "reach": words.say("Please give an e-mail address or a phone number."),
        "agree": words.say("Please agree that we may write to you, or choose the chat."),
        "rating": words.say("Please choose from 1 to 5."),
        "again": words.say("This page was open for too long. Please try again."),
    }[problem]


def way(words: Words, name: Way) -> str:
    """What a way to ask is called."""
    return {
        "chat": words.say("Chat"),
        "email": words.say("By e-mail"),
        "sms": words.say("By text message"),
        "appointment": words.say("An appointment"),
        "personal_shopper": words.say("A personal shopper"),
    }[name]
