from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.importers.merge import blank_consent, changed, merged_consent, merged_customer, merged_tags
from sellmode_contract.kinds.consent import Consent, ConsentState
from sellmode_contract.kinds.customer import Customer
from tests.backend.importers.exports import NOW

TAGS = st.lists(st.sampled_from("abcde"), unique=True)
STATES: list[ConsentState] = ["subscribed", "one_to_one", "unsubscribed"]


@given(current=TAGS, base=TAGS, new=TAGS)
def test_tags_take_the_sources_changes_and_keep_the_rest(current: list[str], base: list[str], new: list[str]) -> None:
    merged = merged_tags(current, base, new)
    assert set(merged) == (set(current) - (set(base) - set(new))) | (set(new) - set(base))
    assert len(merged) == len(set(merged))
    assert merged_tags(current, new, new) == current
    assert set(merged_tags(merged, base, new)) == set(merged)


def test_many_tags_are_merged_at_once() -> None:
    """Each looked for among all others, they would take minutes."""
    many = [f"tag {number}" for number in range(50_000)]
    assert merged_tags(many, many, reversed(many)) == many


@given(
    current=st.sampled_from([None, *STATES]), base=st.sampled_from([None, *STATES[:2]]), new=st.sampled_from(STATES[:2])
)
def test_consent_never_gets_looser_than_what_somebody_said(
    current: ConsentState | None, base: ConsentState | None, new: ConsentState
) -> None:
    blank = blank_consent("c", "email", "yes", "shopify")
    before = Consent(id="k", customer="c", channel="email", state=current) if current else None
    result = merged_consent(before, base, new, blank, NOW)
    known = current or ("one_to_one" if base else "subscribed")
    after = result.record.state if result.record else current or "one_to_one"
    assert STATES.index(after) >= STATES.index(known)
    assert result.refused == (STATES.index(new) < STATES.index(known))
    if before and result.record:
        assert result.record.id == before.id


def test_only_what_changed_is_taken() -> None:
    base = {"given_name": "Ann", "email": "", "phone": ["", ""]}
    new = {"given_name": "Ann", "email": "a@example.com", "phone": ["", ""], "number": ""}
    changes = changed(base, new)
    assert changes == {"email": "a@example.com", "number": ""}
    merged = merged_customer(
        Customer(id="c", given_name="Annie", sources={"number": "shopify"}), base, changes, "shopify"
    )
    assert merged == Customer(id="c", given_name="Annie", email="a@example.com", sources={"email": "shopify"})
