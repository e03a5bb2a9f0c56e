"""Emoji and what they are made of, from a list that is not the one under test."""

from __future__ import annotations

import unicodedata

from rich._emoji_codes import EMOJI

_KNOWN = sorted(set(EMOJI.values()))

RECOMMENDED = [emoji for emoji in _KNOWN if len(emoji) > 1 and emoji[1] != "\u20e3"]
"""Sequences that Unicode recommends to support, as Rich names them (up to Emoji 13)."""

PARTS = [
    *[emoji for emoji in _KNOWN if len(emoji) == 1][::10],
    *RECOMMENDED[::25],
    *"\u200d\u200c\ufe0e\ufe0f\u20e3\u0301\u094d\u202e\u200b\u1160\U000e0067\U000e007f🏻🏿🇩🇪👩👨🧑👧❤♀⚕1aक\u0639\n\t",
]
"""What sequences are made of, whole ones, and what must not get into them, to put together at random."""

ONE_OF_EACH_CATEGORY = list({unicodedata.category(each): each for each in map(chr, range(0x110000))}.values())
"""The last character of each category of Unicode."""
