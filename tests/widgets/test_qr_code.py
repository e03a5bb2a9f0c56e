"""QR codes in the terminal, read as a phone's camera does."""

from __future__ import annotations

import msgspec
import zxingcpp
from PIL import Image

from sellmode_contract.kinds.retailer import Retailer
from sellmode_tui.records.looks.page_text import code_of, link_of
from sellmode_tui.records.of_kinds import new_token
from sellmode_tui.widgets.qr_code import half_blocks

_SCALE = 4


def read(lines: tuple[str, ...]) -> list[str]:
    """What a decoder reads in lines of half blocks, dark on light."""
    picture = Image.new("L", (len(lines[0]), 2 * len(lines)), 255)
    for y, line in enumerate(lines):
        for x, block in enumerate(line):
            for below, dark in ((0, block in "▀█"), (1, block in "▄█")):
                picture.putpixel((x, 2 * y + below), 0 if dark else 255)
    shown = picture.resize((picture.width * _SCALE, picture.height * _SCALE), Image.Resampling.NEAREST)
    return [found.text for found in zxingcpp.read_barcodes(shown)]


def test_a_link_is_read_back_from_sixteen_lines() -> None:
    for server in ("https://sell.example.com", "http://127.0.0.1:8080"):
        link = link_of(None, server, new_token())
        lines = half_blocks(code_of(link))
        assert read(lines) == [link.upper()]
        assert (len(lines), len(lines[0])) == (16, 31)


def test_a_server_in_a_folder_keeps_the_case_of_its_path() -> None:
    link = link_of(None, "https://example.com/Sellmode", new_token())
    assert read(half_blocks(code_of(link))) == [link]


def test_links_begin_with_the_retailer_s_address_for_customers_if_there_is_one() -> None:
    retailer = Retailer(id="r", name="R", mode="team", currency="EUR", time_zone="UTC")
    assert link_of(retailer, "https://sell.example.com", "A" * 26) == f"https://sell.example.com/l/{'A' * 26}"
    public = msgspec.structs.replace(retailer, pages_at="https://look.example.com")
    assert link_of(public, "https://sell.example.com", "A" * 26) == f"https://look.example.com/l/{'A' * 26}"
