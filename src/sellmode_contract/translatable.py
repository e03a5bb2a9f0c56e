"""Sentences of the contract that an app can say in another language.

The contract speaks English and knows no catalogues. A sentence without anything in it needs nothing: the app finds its
translation by its text. One that names something keeps what it was put together from.
"""

from __future__ import annotations

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
