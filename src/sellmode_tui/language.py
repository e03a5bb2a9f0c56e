"""The language of the app. English stands in the code, and is what stands for a text in the catalogues.

Only the app sets a language (``use``), so commands speak English. See docs/decisions/languages.md for how texts are
marked: ``tr`` and its kin where they are shown, ``marked`` and declarations where they are only named, and ``trd``
where what was declared is shown.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from sellmode_contract.translatable import Translatable
from sellmode_contract.translatable import marked as marked  # noqa: PLC0414 -- the app marks its texts by it, too

if TYPE_CHECKING:
    from babel import Locale

LANGUAGES: Final = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "nl": "Nederlands"}
"""Each by its own name."""
OFFERED: Final[tuple[str, ...]] = ("en", "de", "fr", "es", "nl")
"""Those that people can have: a catalogue is offered once it says everything."""
DOMAIN: Final = "sellmode"


class Catalogue(Protocol):
    """Texts by their English ones, as ``gettext.GNUTranslations`` has them."""

    def gettext(self, message: str, /) -> str:
        """A text."""

    def ngettext(self, one: str, many: str, number: int, /) -> str:
        """A text about so many."""

    def pgettext(self, context: str, message: str, /) -> str:
        """A text that means something else elsewhere."""


_IN_ASCII: Final[Mapping[str, Mapping[int, str]]] = {
    "de": str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
}
"""How a language writes its letters where there are none but those of ASCII; the others leave their accents out."""


class _Spelled:
    """A catalogue with the letters of its texts written otherwise."""

    def __init__(self, catalogue: Catalogue, letters: Mapping[int, str]) -> None:
        self._catalogue, self._letters = catalogue, letters

    def gettext(self, message: str, /) -> str:
        return self._catalogue.gettext(message).translate(self._letters)

    def ngettext(self, one: str, many: str, number: int, /) -> str:
        return self._catalogue.ngettext(one, many, number).translate(self._letters)

    def pgettext(self, context: str, message: str, /) -> str:
        return self._catalogue.pgettext(context, message).translate(self._letters)


class _Current:
    """What is spoken. English has neither a catalogue nor anything of babel, so that nothing is loaded for it."""

    ascii = False
    """Whether no letters beyond ASCII can be drawn."""
    code = "en"
    catalogue: Catalogue | None = None
    locale: Locale | None = None


def use(code: str, catalogue: Catalogue | None = None) -> None:
    """Speak a language of ``LANGUAGES`` from now on; with another catalogue than its own if one is given."""
    if code == "en":
        _Current.code, _Current.catalogue, _Current.locale = "en", catalogue, None
        return
    from babel import Locale

    said, letters = catalogue or _read(code), _IN_ASCII.get(code) if _Current.ascii else None
    _Current.code, _Current.locale = code, Locale(code)
    _Current.catalogue = _Spelled(said, letters) if letters else said


def draw_in_ascii(wanted: bool) -> None:
    """Whether a language that is spoken from now on has no letters beyond ASCII."""
    _Current.ascii = wanted


def _read(code: str) -> Catalogue:
    import gettext
    from importlib import resources

    path = resources.files("sellmode_tui").joinpath("locale", code, "LC_MESSAGES", f"{DOMAIN}.mo")
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def spoken() -> str:
    """The language that is spoken: ``en``."""
    return _Current.code


def locale() -> Locale | None:
    """What babel knows of the language; None for English, which the app writes by its own rules."""
    return _Current.locale


def fitting_language(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for, if it is offered; else English."""
    named = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    code = named.partition(".")[0].partition("@")[0].partition("_")[0].lower()
    return code if code in OFFERED else "en"


# ------------------------------------------------------------------ texts


def tr(text: str, /, **values: Any) -> str:
    """A text with what stands in its placeholders (``{name}``). Without any values nothing is filled in."""
    said = _Current.catalogue.gettext(text) if _Current.catalogue is not None and text else text
    return _filled(said, values)


def trn(one: str, many: str, number: int, /, **values: Any) -> str:
    """A text about so many, which stand in it as ``{number}``, best as ``{number:,}``."""
    if _Current.catalogue is not None:
        said = _Current.catalogue.ngettext(one, many, number)
    else:
        said = one if number == 1 else many
    return _filled(said, {"number": number, **values})


def trc(context: str, text: str, /, **values: Any) -> str:
    """A text that has other translations elsewhere; the context says where it stands or what it is."""
    said = _Current.catalogue.pgettext(context, text) if _Current.catalogue is not None else text
    return _filled(said, values)


def trd(declared: str | Exception, /, *, context: str = "") -> str:
    """What was declared elsewhere (``marked``, a heading, a kind's label), or an error of the contract.

    With a context, as ``trc`` has it.
    """
    text = declared
    if isinstance(text, Exception):
        text = text.args[0] if text.args and isinstance(text.args[0], Translatable) else str(text)
    if not isinstance(text, Translatable):
        return trc(context, text) if context else tr(text)
    if _Current.catalogue is None:
        return str(text)
    if text.many:
        return _filled(_Current.catalogue.ngettext(text.template, text.many, text.number), text.values)
    return _filled(_Current.catalogue.gettext(text.template), text.values)


class _Filler(string.Formatter):
    """Fills in as ``str.format`` does, but groups thousands as the language does, and translates sentences in it."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """One value."""
        if format_spec == ",":
            return number(value)
        if isinstance(value, Translatable):
            value = trd(value)
        return super().format_field(value, format_spec)


_FILLER: Final = _Filler()


def _filled(text: str, values: Mapping[str, Any]) -> str:
    if not values:
        return text
    return text.format(**values) if _Current.catalogue is None else _FILLER.vformat(text, (), values)


# ------------------------------------------------------------------ numbers


def number(value: int) -> str:
    """``1,234``; as the language has it."""
    if _Current.locale is None:
        return f"{value:,}"
    from babel.numbers import format_decimal

    return as_drawn(format_decimal(value, locale=_Current.locale))


def as_drawn(text: str) -> str:
    """A text of babel's, without the narrow blank that few terminals' fonts have, in the letters that there are."""
    drawn = text.replace("\u202f", "\u00a0")
    return drawn.translate(_IN_ASCII.get(_Current.code, {})) if _Current.ascii else drawn
