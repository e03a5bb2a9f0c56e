from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.ids import new_id

moments = st.integers(0, 2**48 - 1)
chance = st.binary(min_size=10, max_size=10)


@given(moments, chance)
def test_an_id_is_a_canonical_version_7(milliseconds: int, randomness: bytes) -> None:
    made = UUID(new_id(milliseconds, randomness))
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == milliseconds


@given(moments, moments, chance, chance)
def test_what_is_made_later_sorts_later(one: int, other: int, first: bytes, second: bytes) -> None:
    if one != other:
        assert (one < other) == (new_id(one, first) < new_id(other, second))


@given(moments, st.sets(chance, min_size=2, max_size=2))
def test_the_randomness_tells_ids_of_one_moment_apart(milliseconds: int, randomness: set[bytes]) -> None:
    # 74 of the 80 bits are kept.
    kept = {int.from_bytes(each, "big") & ~(0xF << 76 | 0b11 << 62) for each in randomness}
    assert len({new_id(milliseconds, each) for each in randomness}) == len(kept)


def test_too_little_randomness_is_refused() -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        new_id(0, b"123")
