"""Emoji sequences: several characters that are one picture.

What counts is what Unicode recommends to support (RGI, UTS #51, up to Emoji 17): people, families, couples, skin tones,
hair, jobs, directions, keycaps, flags, and one character with the selector of its look. A sequence that is well-formed
but not recommended has no picture of its own, so most of it would be hidden by the one that stands first.

Left out are skin tones after the eleven characters of text look (`☝🏽`, `✌🏽`): what measures our lines counts them as
one cell wide, and they are drawn two cells wide.
"""

from __future__ import annotations

import re

_VARIES = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3"
    "\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618"
    "\u261d\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663"
    "\u2665\u2666\u2668\u267b\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab"
    "\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5"
    "\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744"
    "\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935"
    "\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f004\U0001f170\U0001f171"
    "\U0001f17e\U0001f17f\U0001f202\U0001f21a\U0001f22f\U0001f237\U0001f30d-\U0001f30f\U0001f315\U0001f31c"
    "\U0001f321\U0001f324-\U0001f32c\U0001f336\U0001f378\U0001f37d\U0001f393\U0001f396\U0001f397"
    "\U0001f399-\U0001f39b\U0001f39e\U0001f39f\U0001f3a7\U0001f3ac-\U0001f3ae\U0001f3c2\U0001f3c4\U0001f3c6"
    "\U0001f3ca-\U0001f3ce\U0001f3d4-\U0001f3e0\U0001f3ed\U0001f3f3\U0001f3f5\U0001f3f7\U0001f408\U0001f415"
    "\U0001f41f\U0001f426\U0001f43f\U0001f441\U0001f442\U0001f446-\U0001f449\U0001f44d\U0001f44e\U0001f453"
    "\U0001f46a\U0001f47d\U0001f4a3\U0001f4b0\U0001f4b3\U0001f4bb\U0001f4bf\U0001f4cb\U0001f4da\U0001f4df"
    "\U0001f4e4-\U0001f4e6\U0001f4ea-\U0001f4ed\U0001f4f7\U0001f4f9-\U0001f4fb\U0001f4fd\U0001f508\U0001f50d"
    "\U0001f512\U0001f513\U0001f549\U0001f54a\U0001f550-\U0001f567\U0001f56f\U0001f570\U0001f573-\U0001f579"
    "\U0001f587\U0001f58a-\U0001f58d\U0001f590\U0001f5a5\U0001f5a8\U0001f5b1\U0001f5b2\U0001f5bc"
    "\U0001f5c2-\U0001f5c4\U0001f5d1-\U0001f5d3\U0001f5dc-\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8\U0001f5ef"
    "\U0001f5f3\U0001f5fa\U0001f610\U0001f687\U0001f68d\U0001f691\U0001f694\U0001f698\U0001f6ad\U0001f6b2"
    "\U0001f6b9\U0001f6ba\U0001f6bc\U0001f6cb\U0001f6cd-\U0001f6cf\U0001f6e0-\U0001f6e5\U0001f6e9\U0001f6f0"
    "\U0001f6f3"
)
"""Has a look as text and one as a picture, besides the characters of keycaps (emoji-variation-sequences.txt)."""
_TONED = (
    "\u270a\u270b\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca\U0001f442\U0001f443\U0001f446-\U0001f450"
    "\U0001f466-\U0001f478\U0001f47c\U0001f481-\U0001f483\U0001f485-\U0001f487\U0001f48f\U0001f491\U0001f4aa"
    "\U0001f57a\U0001f595\U0001f596\U0001f645-\U0001f647\U0001f64b-\U0001f64f\U0001f6a3\U0001f6b4-\U0001f6b6"
    "\U0001f6c0\U0001f6cc\U0001f90c\U0001f90f\U0001f918-\U0001f91f\U0001f926\U0001f930-\U0001f939"
    "\U0001f93c-\U0001f93e\U0001f977\U0001f9b5\U0001f9b6\U0001f9b8\U0001f9b9\U0001f9bb\U0001f9cd-\U0001f9cf"
    "\U0001f9d1-\U0001f9dd\U0001fac3-\U0001fac5\U0001faf0-\U0001faf8"
)
"""Takes a skin tone, and is two cells wide (Emoji_Modifier_Base)."""
NEWER = (
    "\U0001f6d8\U0001f6dc\U0001fa75-\U0001fa77\U0001fa87-\U0001fa8a\U0001fa8e\U0001fa8f\U0001faad-\U0001faaf"
    "\U0001fabb-\U0001fabf\U0001fac6\U0001fac8\U0001facd-\U0001facf\U0001fada-\U0001fadc\U0001fadf"
    "\U0001fae8-\U0001faea\U0001faef\U0001faf7\U0001faf8"
)
"""Two cells wide, of Emoji 15 to 17: a Python that is older does not know them yet."""

_JOIN, _PICTURE, _SELECTOR, _TONE = "\u200d", "\ufe0f", "\ufe0f?", "[\U0001f3fb-\U0001f3ff]"
_ADULT, _CHILD = "[\U0001f468\U0001f469\U0001f9d1]", "[\U0001f466\U0001f467\U0001f9d2]"
_PERSON = f"{_ADULT}{_TONE}?"
_RIGHT = f"(?:{_JOIN}\u27a1{_SELECTOR})?"  # faces the other way
_ROLE = (
    "\U0001f33e\U0001f373\U0001f37c\U0001f384\U0001f393\U0001f3a4\U0001f3a8\U0001f3eb\U0001f3ed\U0001f4bb"
    "\U0001f4bc\U0001f527\U0001f52c\U0001f680\U0001f692\U0001f9b0-\U0001f9b3\U0001fa70"
)
_TEXT_PEOPLE = "[\u26f9\U0001f575\U0001f3cb\U0001f3cc]"  # of text look: the sign of a sex makes a picture of them
_FLAGS_BY_TAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls")
)

SEQUENCE = re.compile(
    "|".join(
        (
            # Couples, people side by side, families
            f"{_PERSON}{_JOIN}\u2764{_SELECTOR}{_JOIN}(?:\U0001f48b{_JOIN})?{_PERSON}",
            f"{_PERSON}{_JOIN}[\U0001f430\U0001f91d\U0001faef]{_JOIN}{_PERSON}",
            f"{_ADULT}(?:{_JOIN}{_ADULT})?(?:{_JOIN}{_CHILD}){{1,2}}",
            # Jobs, hair, aids to walking
            f"{_PERSON}{_JOIN}(?:[\u2695\u2696\u2708]{_SELECTOR}|[{_ROLE}]|[\U0001f9af\U0001f9bc\U0001f9bd]{_RIGHT})",
            # What women and men do, and where they go
            f"[{_TONED}\U0001f46f\U0001f93c\U0001f9de\U0001f9df]{_TONE}?{_JOIN}[\u2640\u2642]{_SELECTOR}{_RIGHT}",
            f"{_TEXT_PEOPLE}(?:{_PICTURE}{_JOIN}[\u2640\u2642]{_SELECTOR}|{_TONE}?{_JOIN}[\u2640\u2642]{_PICTURE})",
            f"[\U0001f3c3\U0001f6b6\U0001f9ce]{_TONE}?{_JOIN}\u27a1{_SELECTOR}",
            # One of a kind
            f"\U0001faf1{_TONE}?{_JOIN}\U0001faf2{_TONE}?",
            f"\u2764{_PICTURE}{_JOIN}[\U0001f525\U0001fa79]|\u26d3{_PICTURE}{_JOIN}\U0001f4a5",
            f"\U0001f3f3{_PICTURE}{_JOIN}(?:\U0001f308|\u26a7{_SELECTOR})|\U0001f3f4{_JOIN}\u2620{_SELECTOR}",
            f"\U0001f441{_PICTURE}{_JOIN}\U0001f5e8{_SELECTOR}|\U0001f642{_JOIN}[\u2194\u2195]{_SELECTOR}",
            f"\U0001f62e{_JOIN}\U0001f4a8|\U0001f635{_JOIN}\U0001f4ab|\U0001f636{_JOIN}\U0001f32b{_SELECTOR}",
            f"\U0001f415{_JOIN}\U0001f9ba|\U0001f408{_JOIN}\u2b1b|\U0001f426{_JOIN}[\u2b1b\U0001f525]",
            f"\U0001f43b{_JOIN}\u2744{_SELECTOR}|\U0001f344{_JOIN}\U0001f7eb|\U0001f34b{_JOIN}\U0001f7e9",
            # Skin tones, keycaps, flags, looks
            f"[{_TONED}]{_TONE}",
            f"[#*0-9]{_PICTURE}\u20e3",
            f"[\U0001f1e6-\U0001f1ff]{{2}}|\U0001f3f4(?:{_FLAGS_BY_TAGS})\U000e007f",
            f"[{_VARIES}][\ufe0e\ufe0f]",
        )
    )
)
"""One sequence. Each is two cells wide, but for a narrow character with the selector of its look as text."""
MADE_OF = "\u200d\u20e3\ufe0e\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e007f"
"""One of these is in every sequence."""
