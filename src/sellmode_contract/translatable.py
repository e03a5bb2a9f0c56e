"""Sentences of the contract that an app can say in another language.

The contract speaks English and knows no catalogues. A sentence without anything in it needs nothing: the app finds its
translation by its text. One that names something keeps what it was put together from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self


class Translatable(str):
    """A text in English, filled in, that remembers its template and what it was filled with.

    ``str()`` makes plain text of it, which is what goes over the wire.
    """

    __slots__ = ("many", "number", "template", "values")

    template: str
    values: dict[str, Any]
    many: str
    """The template for any number but one; empty for a text that counts nothing."""
    number: int

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """``template`` has ``str.format``'s named placeholders."""
        return cls._made(template.format(**values), template, values)

    @classmethod
    def counted(cls, one: str, many: str, number: int, /, **values: Any) -> Self:
        """A text about so many, ``{number}``."""
        values = {"number": number, **values}
        return cls._made((one if number == 1 else many).format(**values), one, values, many, number)

    @classmethod
    def _made(cls, text: str, template: str, values: dict[str, Any], many: str = "", number: int = 1) -> Self:
        made = super().__new__(cls, text)
        made.template, made.values, made.many, made.number = template, values, many, number
        return made

    @classmethod
    def said(cls, text: str | Exception, /) -> Self:
        """A text that was declared elsewhere, or what an error says; to be named by another sentence."""
        if isinstance(text, Exception):
            text = text.args[0] if text.args and isinstance(text.args[0], str) else str(text)
        return text if isinstance(text, cls) else cls._made(text, text, {})

    def with_values(self, changed: Callable[[str], str], /) -> Self:
        """The same sentence, with each text that it names changed: made safe to print."""
        values = {
            name: value.with_values(changed) if isinstance(value, Translatable) else changed(value)
            for name, value in self.values.items()
            if isinstance(value, str)
        }
        values = {**self.values, **values}
        if not values:
            return self._made(str(self), self.template, values)
        template = self.many if self.many and self.number != 1 else self.template
        return self._made(template.format(**values), self.template, values, self.many, self.number)


def marked(text: str, /) -> str:
    """The text itself: it comes into the catalogues, and is translated where it is shown."""
    return text
