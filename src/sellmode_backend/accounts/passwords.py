"""Passwords: which ones are taken, and how they are kept (Argon2id).

Follows NIST SP 800-63B: a length and a block list, no rules on composition, any character counts. The block list is a
rule over a list of words rather than a list of passwords, because of the common passwords of twelve characters and more
nearly all are built that way: words, years, keyboard runs and repeats, with letters swapped for look-alikes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_CHARACTERS = 12
MAX_BYTES = 1024
"""Of UTF-8. Far above any passphrase; hashing costs the same for all of them."""
GUESSABLE_PIECES = 4
"""A password of so many pieces or fewer is refused: a piece is a common word, a number, a run or another character."""

_LOOKALIKES = (str.maketrans("0134567890@$!|+", "oieasgtbgoasilt"), str.maketrans("1!", "ll"))
"""What swapped characters stand for; ``1`` and ``!`` stand for two letters, so there are two readings."""
_RUNS = (
    "qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm"
    " abcdefghijklmnopqrstuvwxyz 01234567890"
)
_RUNS_BOTH_WAYS = f"{_RUNS} {_RUNS[::-1]}"
_MIN_RUN = 3
_MAX_RUN = 64
_MAX_NUMBER = 4


class WeakPassword(ValueError):
    """A new password is refused; the message says why and what would do."""


@dataclass(frozen=True)
class Passwords:
    """Keeps and checks passwords. The defaults are OWASP's least for Argon2id; more memory is better.

    The hash holds its own parameters, so changing these makes old hashes outdated (`outdated`), not wrong.
    """

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1

    @cached_property
    def _hasher(self) -> PasswordHasher:
        return PasswordHasher(time_cost=self.passes, memory_cost=self.memory_kib, parallelism=self.lanes)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """What is stored of a password."""
        return self._hasher.hash(_normal(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether a password is the stored one. With nothing stored the answer is no, after the same work."""
        possible = not _is_too_long(password)
        try:
            self._hasher.verify(stored or self._nobodys, _normal(password) if possible else "")
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None and possible

    def outdated(self, stored: str) -> bool:
        """Whether a password that was just proved right should be hashed anew."""
        return self._hasher.check_needs_rehash(stored)


def check_new(password: str, *names: str) -> None:
    """Raise `WeakPassword` unless a new password will do.

    ``names`` are what it must not lean on besides: the user's, the retailer's.
    """
    if _is_too_long(password):
        raise WeakPassword(f"A password has at most {MAX_BYTES} bytes; this one has {len(password.encode())}.")
    if len(_normal(password)) < MIN_CHARACTERS:
        raise WeakPassword(
            f"A password has at least {MIN_CHARACTERS} characters; this one has {len(_normal(password))}."
        )
    own = {word for name in ("sellmode", *names) for word in _words_of(name)}
    if pieces(password, own) <= GUESSABLE_PIECES:
        raise WeakPassword(
            "This password is easy to guess: it is made of common words, names, numbers or keyboard runs."
            " Take four or more unrelated words, or let a password manager make one."
        )


def pieces(password: str, more_words: AbstractSet[str] = frozenset()) -> int:
    """The least number of guessable pieces a password can be put together from; punctuation between them is free."""
    text = _repeated_part(_plain(password))
    letters, other_letters = _LOOKALIKES
    readings = (text, text.translate(letters), text.translate(other_letters).translate(letters))
    words = _common_words() | more_words
    longest = max(map(len, words))
    least = [0] * (len(text) + 1)  # least[i]: pieces of the text from i on
    for start in reversed(range(len(text))):
        word_ends = (
            end
            for end in range(start + 2, min(start + longest, len(text)) + 1)
            if any(reading[start:end] in words for reading in readings)
        )
        one_character = least[start + 1] + text[start].isalnum()
        least[start] = min([one_character, *(1 + least[end] for end in (*word_ends, *_run_ends(text, start)))])
    return least[0]


def _run_ends(text: str, start: int) -> set[int]:
    """Where a number, a run of the keyboard or the alphabet, or a repeat of the character at ``start`` may end."""
    ends = set()
    for end in range(start + 2, min(start + _MAX_RUN, len(text)) + 1):
        part = text[start:end]
        number = len(part) <= _MAX_NUMBER and part.isdecimal()
        run = len(part) < _MIN_RUN or part in _RUNS_BOTH_WAYS
        if not (number or run or part == part[0] * len(part)):
            break
        if number or len(part) >= _MIN_RUN:
            ends.add(end)
    return ends


def _repeated_part(text: str) -> str:
    """What a text repeats from end to end, else the text."""
    return text[: (text + text).find(text, 1)] if text else text


def _is_too_long(password: str) -> bool:
    return len(password.encode()) > MAX_BYTES


def _normal(password: str) -> str:
    """The same characters however a keyboard composed them. For a long text of accents that would take minutes."""
    return unicodedata.normalize("NFKC", password)


def _plain(text: str) -> str:
    """Casefolded, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))


def _words_of(name: str) -> set[str]:
    words = re.findall(r"\w+", _plain(name))
    return {word for word in (*words, "".join(words)) if len(word) > 2}


@cache
def _common_words() -> frozenset[str]:
    lines = resources.files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split() if len(word) > 1)
