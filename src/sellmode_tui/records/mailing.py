"""Links that open an e-mail or a text message with what is to be said in it."""

from __future__ import annotations

from urllib.parse import quote


def mail_link(address: str, subject: str, body: str) -> str:
    """Opens a mail program with the e-mail in it."""
    lines = body.replace("\n", "\r\n")
    return f"mailto:{quote(address, safe='@+')}?subject={quote(subject)}&body={quote(lines)}"


def sms_link(phone: str, text: str) -> str:
    """Opens what sends SMS, with the text in it."""
    return f"sms:{quote(phone.replace(' ', ''), safe='+')}?body={quote(text)}"
