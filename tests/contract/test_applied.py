"""Whatever is asked of whatever there is: it is done, or refused with a reason, and can be read again."""

from __future__ import annotations

import pytest

from tests.support.applied import applied
from tests.support.cases import case

_CASES = 6_000
_PARTS = 6


@pytest.mark.parametrize("part", range(_PARTS))
def test_nothing_but_a_refusal_is_raised(part: int) -> None:
    """A case that fails can be looked at: ``./dev run python -m tests.support.differ --base HEAD --case NUMBER``."""
    raised = {}
    for seed in range(part, _CASES, _PARTS):
        answer = applied(case(seed))
        if "raised" in answer:
            raised[seed] = answer["raised"]
    assert raised == {}
