from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.sync.cursor import Cursor, Place, decode, encode

counts = st.integers(0, 2**53)
texts = st.characters(exclude_categories=["Cs"], exclude_characters=":/")
"""Ids are what JSON can hold."""
cursors = st.builds(
    Cursor,
    epoch=st.text(texts),
    places=st.dictionaries(
        st.just("own/all") | st.text(texts, min_size=1).map("team/store:{}".format),
        st.builds(Place, counts, counts, counts, counts),
    ),
)


@given(cursors)
def test_a_cursor_comes_back_as_it_went(cursor: Cursor) -> None:
    text = encode(cursor)
    assert decode(text) == cursor
    assert text.isascii()


@given(st.text())
def test_whatever_cannot_be_read_is_none(text: str) -> None:
    assert decode(text) is None or isinstance(decode(text), Cursor)


@pytest.mark.parametrize(
    "text",
    ["", "x", "null", "e30", "eyJlcG9jaCI6ImUiLCJwbGFjZXMiOnsib3duL2FsbCI6Wy0xXX19", "\udc80", "é", "A" * 100_000]
    + [
        base64.urlsafe_b64encode(document).decode()
        for document in (
            b'{"epoch":"e","places":{"own/made up":[]}}',
            b'{"epoch":"e","places":{"own/store:":[]}}',
            b'{"epoch":"e","places":{"own/person:12":[]}}',
            b'{"epoch":"e","places":{"own/store:1/all":[]}}',
            b'{"epoch":"e","places":{"own/store:1/x":[]}}',
            b'{"epoch":"e","places":{},"more":' + b"[" * 90_000,
        )
    ],
)
def test_what_cannot_be_read_is_none(text: str) -> None:
    assert decode(text) is None
