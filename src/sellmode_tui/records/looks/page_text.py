"""What a customer sees of a look, as text and as HTML: for previews, and for files that need no link.

Nothing here is in a language of its own, so that it reads well in whichever the look is written. What the page adds to
it (who greets whom, how to answer) is the backend's, in the customer's language.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final, NamedTuple

from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.text import visible, visible_lines
from sellmode_tui.records import mailing
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.products import LookProduct

_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}"
    "li{margin:1rem 0}p{margin:.3rem 0}:root{color-scheme:light dark}"
)

_SLASHES: Final = "https://x/l/x".count("/")


class Message(NamedTuple):
    """What is sent along with a link."""

    subject: str
    body: str


def link_of(retailer: Retailer | None, server: str, token: str) -> str:
    """Where a page is: at the retailer's address for customers, else at the one that the terminal signs in to."""
    return f"{(retailer and retailer.pages_at) or server}/l/{token}"


def code_of(link: str) -> str:
    """What a QR code of a link has: all in capitals, which make it smaller, unless the server is in a folder."""
    return link.upper() if link.count("/") == _SLASHES else link


def message(details: LookDetails, link: str) -> Message:
    """For an e-mail."""
    look = details.look
    return Message(look.title, "\n\n".join(filter(None, (look.message, link, details.sender))))


def short_message(details: LookDetails, link: str) -> str:
    """For an SMS or a chat."""
    return f"{details.look.title}\n{link}"


def mail_link(details: LookDetails, link: str) -> str:
    """Opens a mail program with the e-mail in it."""
    return mailing.mail_link(details.email, *message(details, link))


def sms_link(details: LookDetails, link: str) -> str:
    """Opens what sends SMS, with the text in it."""
    return mailing.sms_link(details.phone, short_message(details, link))


def as_text(details: LookDetails, link: str = "") -> str:
    """The look as plain text, without what is no longer sold."""
    parts = [_heading(details), *_lines(details.look.message)]
    for place, each in enumerate(sold(details), 1):
        parts += ["", f"{place}. {visible(each.name)}", *(f"   {line}" for line in about(each))]
    return "\n".join([*parts, *(["", link] if link else []), ""])


def about(each: LookProduct) -> Iterator[str]:
    """What is said of a product below its name: price and note."""
    if each.price:
        yield visible(each.price)
    yield from visible_lines(each.item.note) if each.item.note else ()


def as_html(details: LookDetails, link: str = "") -> str:
    """The look as a page of its own: no script, no picture, nothing from elsewhere."""
    look = details.look
    title = escape(visible(look.title))
    items = "".join(
        f"<li><strong>{escape(visible(each.name))}</strong>{_paragraphs(about(each))}</li>\n" for each in sold(details)
    )
    language = f' lang="{escape(details.language)}"' if details.language else ""
    at = f'<p><a href="{escape(link)}">{escape(link)}</a></p>\n' if link else ""
    return (
        f'<!doctype html>\n<html{language}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body dir='auto'>\n<h1>{title}</h1>\n"
        f"<p>{escape(visible(details.sender))}</p>\n{_paragraphs(_message(look.message))}\n"
        f"<ol>\n{items}</ol>\n{at}</body>\n</html>\n"
    )


def sold(details: LookDetails) -> list[LookProduct]:
    """Its products that can be bought."""
    return [each for each in details.products if each.is_sold]


def _heading(details: LookDetails) -> str:
    return "\n".join(filter(None, (visible(details.look.title), visible(details.sender))))


def _message(text: str) -> Iterator[str]:
    yield from visible_lines(text) if text else ()


def _lines(text: str) -> list[str]:
    return ["", *_message(text)] if text else []


def _paragraphs(lines: Iterator[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
