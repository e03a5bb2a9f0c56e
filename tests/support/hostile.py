"""Text meant to harm: what customers, forms and exports may send, for every place that stores or shows text.

`HOSTILE` can be stored and must come back unchanged; `UNSTORABLE` must be refused at the border with its place.
`foreign_controls` looks through bytes that should be plain text (a command's output, a log). What a full-screen app
may send to a terminal is richer; that grammar is checked elsewhere.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

_BLNS = Path(__file__).parents[1] / "data" / "blns.json"

ESC = "\x1b"
BEL = "\x07"
ST = ESC + "\\"


def _big_list() -> list[str]:
    strings: list[str] = json.loads(_BLNS.read_text(encoding="utf-8"))
    return strings


def _controls() -> list[str]:
    """Every C0 and C1 control but NUL, inside a name."""
    return [f"Ann{chr(code)}Lee" for code in (*range(0x01, 0x20), 0x7F, *range(0x80, 0xA0))]


def _sequences() -> list[str]:
    """Escape sequences in 7 and 8 bits: harmless looking, state changing, reply provoking, unterminated, oversized."""
    csi = [
        "2J", "H", "31m", "999;999H", "1000A", "?1049h", "?25l", "?1003h", "?2004l", "201~", "!p",
        "c", ">c", "=c", "5n", "6n", "?6n", "x", "18t", "21t", "?2026h", "8;1;1t", ">0q",
    ]  # fmt: skip
    strings = [
        "0;title", "2;title", "4;1;?", "8;;https://evil.example/", "9;notice", "52;c;ZXZpbA==", "52;c;?",
        "10;?", "11;?", "104", "777;notify;a;b", "1337;File=name=ZXZpbA==:AAAA", "1337;SetMark",
    ]  # fmt: skip
    found = [intro + body + "Ann" for intro in (ESC + "[", "\x9b") for body in csi]
    for intro in (ESC + "]", "\x9d"):  # OSC
        for end in (BEL, ST, "\x9c", ""):
            found += [f"{intro}{body}{end}Ann" for body in strings]
    # DCS, APC, PM, SOS
    for intros, body in (
        ((ESC + "P", "\x90"), "$qm"),
        ((ESC + "P", "\x90"), "+q544e"),
        ((ESC + "P", "\x90"), "q#0;2;0;0;0~-"),
        ((ESC + "_", "\x9f"), "Gi=31,a=q;AAAA"),
        ((ESC + "^", "\x9e"), "private"),
        ((ESC + "X", "\x98"), "string"),
    ):
        found += [intro + body + end + "Ann" for intro in intros for end in (ST, "\x9c", "")]
    found += [ESC + final for final in "cDEHMNOZ78=>n|}~"] + [ESC, ESC + ESC, ESC + "#8", ESC + "%G", ESC + "(0qqq"]
    found.append(f"{ESC}]0;{'A' * 100_000}{BEL}")
    found.append(f"{ESC}[200~rm -rf{ESC}[201~\n")
    return found


MARKUP = [
    "Ann [VIP] Lee", "Ann [/VIP] Lee", "[/", "[/]", "[b", "[b]Ann", "[", "]", "[[", "[]", "[ ]", "[VIP", r"\[x]", "\\[",
    "[a['b[0]']]", "[@click=app.exit]Ann[/]", "[@click=app.quit()]x", "[@click='app.bell']x[/]", "[link=https://a.b]x",
    "[link=https://a.b]x[/link]", "[$primary]x", "[bold red on blue]x[/]", "[on $error]x", "[reverse]x", "[#ff0000]x",
    "[not a tag]", "[1]", "[=]", '["]', "[']", "[@]", "[@click]", "[@click=]x[/]", "[:]", ":smile: :heart:",
    "{0} {name}", "%s %d %(x)s", "$name ${name}", "**bold** `code`", "[text](https://a.b)", "![i](https://a.b/i.png)",
    "<b>x</b>", "<script>alert(1)</script>", "{{ 7 * 7 }}", '=HYPERLINK("https://a.b")', "@SUM(1)", "+1", "-1",
    "\t=1", "\r=1",
]  # fmt: skip
"""Console markup, Markdown, HTML, templates and formulas, from markup that parses to markup that breaks the parser."""

BIDI = [
    *(f"Ann{chr(code)}eeL" for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    "\u202egnp.exe", "\u2067\u2066Ann\u2069\u2069", "user\u202etxt.\u202c", "אנה Lee", "محمد Lee 123",
    "Lee (אנה) [VIP]", "\u202e" * 200 + "Ann",
]  # fmt: skip
"""Bidirectional controls, overrides and isolates, closed and unclosed, and honest right-to-left names."""

INVISIBLE = [
    *(
        f"Ann{chr(code)}Lee"
        for code in (
            0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029, 0x202F,
            0x205F, 0x2060, 0x2061, 0x2064, 0x206A, 0x206F, 0x2800, 0x3000, 0x3164, 0xFE00, 0xFE0E, 0xFE0F, 0xFEFF,
            0xFFA0, 0xFFF9, 0xFFFB, 0xFFFC, 0xFFFD, 0x1D173, 0xE0001, 0xE0041, 0xE007F, 0xE0100, 0xE01EF,
        )
    ),
    "\u200b", "\ufeff", "\u3164", "\u00a0", "\u2003", " ", "   ", "\u3000\u3000",
    "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all rules"),
]  # fmt: skip
"""Zero-width characters, fillers, tags, variation selectors, separators, blanks."""

WIDTH = [
    "👩‍👩‍👧‍👦 Lee", "👍🏿", "🇩🇪🇫🇷🇩", "1️⃣", "❤️", "❤︎", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a" + "\u0301" * 40, "\u0301Ann", "Z" + "\u0489" * 1000,
    "ᄀ" + "ᅡ" * 200,
    "﷽", "꧅", "𒐫", "நிலா", "ศุภกานต์", "हिन्दी", "श्री", "क्\u200dष",
    "ကြွှေး", "علی\u200cرضا", "山田　太郎", "ﾔﾏﾀﾞ", "김민준", "한글", "Ａｎｎ",
    "\ue000\uf8ff", "\U000f0000", "\U0010fffd", "\uffff", "\ufdd0", "\U0001fffe", "\u0378", "\U0001fbfa", "\u2fff",
    "ﬁne", "Å Å Å", "e\u0301é", "ǆ", "İstanbul ıIi", "ß ẞ SS", "Ǆ", "x" * 200, "長" * 200, "à" * 200,
]  # fmt: skip
"""Where width is in doubt: sequences, stacks of marks, clusters, wide and ligated forms, private use, unassigned."""

LIMITS = [
    "", "Null", "None", "True", "NaN", "undefined", "O'Neil", "O’Neil", "Müller-Łukasz", "0042", "007", "1e309", "-0",
    "\n", "\r", "\r\n", "\t", "a\nb", "a\r\nb\rc", "line\u2028line", "line\u0085line", "\n" * 1000, '" * NEAR( a:b ^ -',
    '"', "'", "''", '""', "';--", "a:*", "AND", "OR NOT", "(", ")", "*", "\\", "\\u0000", "\\x1b[31m", "%00", "&#27;",
    "A" * 10_000, "Nguyễn Thị Minh Khai", "X Æ A-12", "𝔄𝔫𝔫", "Ⅷ", "١٢٣", "½", "²",
]  # fmt: skip
"""Empty, reserved, long, many lines, quotes and search syntax, numbers that are text."""

HOSTILE: list[str] = list(
    dict.fromkeys([*_big_list(), *_controls(), *_sequences(), *MARKUP, *BIDI, *INVISIBLE, *WIDTH, *LIMITS])
)
"""Every storable hostile string once, in a fixed order."""

UNSTORABLE: list[tuple[str, int]] = [
    ("\0", 0), ("Ann\0Lee", 3), ("Ann\0", 3), ("\ud800", 0), ("Ann\udfff", 3), ("\ude00\ud83d", 0), ("é👍\udc80x", 2),
    ("a\ud83d", 1), ("\ud800\0", 0),
]  # fmt: skip
"""Text that no database of ours can hold, each with the place (from 0) of its first such character."""

_FORBIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
)


_FLAGS = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
"""England, Scotland, Wales: the only place for tags."""


def foreign_controls(data: bytes, *, allowed: str = "\n") -> list[tuple[int, str]]:
    """The characters of plain output that a terminal could obey or a reader not see, each as (place, `U+XXXX`).

    Places count characters of the UTF-8 text from 0; a byte that is not UTF-8 is found as the lone surrogate that
    stands for it (`surrogateescape`). The list is written out here, apart from the code under test.
    """
    text = _FLAGS.sub(lambda flag: "x" * len(flag[0]), data.decode("utf-8", "surrogateescape"))
    return [(found.start(), f"U+{ord(found[0]):04X}") for found in _FORBIDDEN.finditer(text) if found[0] not in allowed]
