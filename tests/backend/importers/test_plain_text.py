from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sellmode_backend.importers.plain_text import plain


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("", ""),
        ("Warm\nand dry", "Warm\nand dry"),  # no HTML: its lines are the shop's
        ("<p>Cut on the\n  <b>bias</b>.</p><p>Lined</p>", "Cut on the bias.\n\nLined"),
        ("<ul><li>Silk<li>Wool &amp; more</ul>Care", "- Silk\n- Wool & more\nCare"),
        ("<h2>Care</h2>30&deg;<br/>No bleach<hr>", "Care\n30°\nNo bleach"),
        ("<table><tr><td>S</td><td>90</td></tr><tr><td>M</td></tr></table>", "S 90\n\nM"),
        ("<div><div><div>\n</div></div></div>a<div></div><div></div><div></div>b", "a\n\nb"),
        ('<img alt="a > b" src=x>c', "c"),
        ("<a title='it''s'>d</a>", "d"),
        ("<p onclick=\"alert('x')\">e</p><SCRIPT>alert(1)</Script >f", "e\n\nf"),
        ("<style>p { color: red }</style>g<!-- <p>hidden</p> -->h<!doctype html><?xml ?>i", "ghi"),
        ("<script>never closed <p>", ""),
        ("<!-- never closed <p>j", ""),
        ("5 < 6, 7 <8 and <3", "5 < 6, 7 <8 and <3"),
        ("k <a href='", "k <a href='"),
        ("&lt;b&gt; &#x1b;[31m &nbsp;&#0; &#99999999999; &#xD800;", "<b> [31m \ufffd \ufffd \ufffd"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("</p></></ p>l", "</></ p>l"),
    ],
)
def test_html_as_a_browser_would_show_it(html: str, shown: str) -> None:
    assert plain(html) == shown


@settings(max_examples=50)
@given(
    st.lists(
        st.sampled_from(["<", ">", "</", "<p>", "<!--", "-->", '="', "'", "<a ", "&#", "x", " ", "\n", "&lt;", "<li>"])
    )
)
def test_any_html_is_text_in_tidy_lines(pieces: list[str]) -> None:
    shown = plain("".join(pieces))
    assert shown == shown.strip()
    assert "\n\n\n" not in shown
    assert all(line == " ".join(line.split()) for line in shown.split("\n"))


@pytest.mark.parametrize(
    "piece", ["<", "<a", "<a ='", '<a ="', "<!--", "<!", "<script>", "</", "&#", "<a ='\">", "= ", "<p>"]
)
def test_hostile_html_takes_no_longer_than_its_length_asks_for(piece: str) -> None:
    def seconds(times: int) -> float:
        html = piece * times
        begun = time.process_time()
        plain(html)
        return time.process_time() - begun

    # Ten times as much: where nothing is gone through twice it takes about ten times as long, else a hundred times.
    small, large = 30_000 // len(piece), 300_000 // len(piece)
    assert seconds(large) < 40 * max(seconds(small), 0.005)
