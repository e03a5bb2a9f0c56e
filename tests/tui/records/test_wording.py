from __future__ import annotations

import msgspec
import pytest

from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.mutations import (
    Accept,
    Claim,
    Create,
    Delegate,
    Discard,
    Dismiss,
    Edit,
    Finish,
    Merge,
    Operation,
    Park,
    Release,
    Remove,
    Renew,
    Reopen,
    Revoke,
    SetConsent,
    Share,
    Undelegate,
    Withdraw,
)
from sellmode_contract.mutations.operations import plain
from sellmode_tui.records.wording import describe, label_of
from tests.tui.cache.lines import RETAILER

_PHONE = Edit(kind="customer", id="anna", set={"phone": "1"})
_BEFORE = {
    "note/n": '{"id":"n","customer":"anna","text":"x","private":true,"written_at":"2026-11-22T12:00:00Z"}',
    "date/d": '{"id":"d","customer":"anna","label":"birthday","month":3,"day":14}',
    "contact/c": '{"id":"c","customer":"unseen","channel":"email","at":"2026-11-22T12:00:00Z"}',
    "duplicate_pair/p": '{"id":"p","store":"s","customers":["a","b"],"names":["Ann","Anne"]}',
    "parked_edit/k": (
        '{"id":"k","customer":"anna","author":"x","at":"2026-11-22T12:00:00Z",'
        '"operation":{"op":"edit","kind":"customer","id":"anna","set":{"phone":"1"}}}'
    ),
    "manual_task/t": '{"id":"t","store":"s","creator":"me","title":"Water"}',
    "task_card/k": '{"id":"k","store":"s","task":"t","title":"Given"}',
    "task_rule/r": '{"id":"r","slug":"thank-you","name":"Thank you","trigger":"purchase","title":"T"}',
    "lookbook/l": '{"id":"l","store":"s","author":"me","customer":"anna","title":"Opera"}',
    "pick_list/q": '{"id":"q","store":"s","title":"New in"}',
    "customer/anna": None,
}


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (
            Create(kind="customer", id="x", doc={"given_name": "Bea", "family_name": "Keller"}),
            "new customer Bea Keller",
        ),
        (Create(kind="customer", id="x", doc={"email": "b@example.com"}), "new customer b@example.com"),
        (Create(kind="customer", id="x", doc={"given_name": 7}), "new customer a customer"),
        (Create(kind="note", id="x", doc={"customer": "anna", "text": "x"}), "note about Anna"),
        (Create(kind="contact", id="x", doc={"customer": "anna", "channel": "sms"}), "SMS with Anna"),
        (Create(kind="contact", id="x", doc={"customer": ["odd"]}), "contact with a customer"),
        (Create(kind="date", id="x", doc={"customer": "anna", "label": "name day"}), "name day of Anna"),
        (_PHONE, "phone number of Anna"),
        (Edit(kind="customer", id="unseen", set={"phone": "1"}), "phone number of a customer"),
        (Edit(kind="customer", id="anna", add={"tags": ("a",)}, remove={"tags": ("b",)}), "tags of Anna"),
        (
            Edit(kind="customer", id="anna", set={"email": "", "custom.pet": None, "sizes.shoes": "1"}),
            "e-mail, Pets and size of shoes of Anna",
        ),
        (Edit(kind="customer", id="anna", set=dict.fromkeys("abcde")), "a, b and 3 more fields of Anna"),
        (Edit(kind="note", id="n", set={"text": "y"}), "private note about Anna"),
        (Edit(kind="note", id="unknown", set={"text": "y"}), "note about a customer"),
        (Edit(kind="date", id="d", set={"label": "feast"}), "feast of Anna"),
        (Remove(kind="date", id="d"), "removal of the birthday of Anna"),
        (Remove(kind="contact", id="c"), "removal of the e-mail with a customer"),
        (Remove(kind="customer", id="anna"), "removal of the customer Anna"),
        (SetConsent(id="x", customer="anna", channel="sms", state="one_to_one"), "consent to SMS of Anna: one-to-one"),
        (Claim(kind="request", id="x"), "taking a request"),
        (Release(kind="rule_task", id="x"), "releasing a task"),
        (Create(kind="manual_task", id="x", doc={"title": " Call "}), 'task "Call"'),
        (Remove(kind="manual_task", id="t"), 'removal of the task "Water"'),
        (
            Edit(kind="manual_task", id="t", set={"title": "x", "due": "2026-11-23"}),
            'title and due time of the task "Water"',
        ),
        (Edit(kind="manual_task", id="t", set={"due": "x", "snoozed_to": ""}), 'due time of the task "Water"'),
        (Edit(kind="manual_task", id="t", set={"assignee": "a"}), 'handing over the task "Water"'),
        (Edit(kind="rule_task", id="unknown", set={"meant_for": "a"}), "handing over a task"),
        (Edit(kind="corporate_task", id="unknown", set={"snoozed_to": "2026-12-01"}), "snoozing a task"),
        (Edit(kind="manual_task", id="t", set={"snoozed_to": ""}), 'ending the snooze of the task "Water"'),
        (Finish(kind="manual_task", id="t"), 'completing the task "Water"'),
        (Finish(kind="manual_task", id="t", how="dismissed", reason="r"), 'dismissing the task "Water"'),
        (Reopen(kind="manual_task", id="t"), 'reopening the task "Water"'),
        (Withdraw(id="k"), 'withdrawing the task "Given"'),
        (Share(id="l", token="A" * 26), 'sharing the lookbook "Opera" for Anna'),
        (Renew(id="l"), 'renewing the link of the lookbook "Opera" for Anna'),
        (Revoke(id="unknown"), "revoking the link of a lookbook"),
        (Delegate(id="q", taker="x", from_day="2026-12-01", to_day="2026-12-02"), 'delegating the picks "New in"'),
        (Undelegate(id="q", taker="x"), 'no longer delegating the picks "New in"'),
        (Claim(kind="manual_task", id="t"), 'taking the task "Water"'),
        (Create(kind="task_rule", id="r", doc={"name": "VIPs"}), 'rule "VIPs"'),
        (Remove(kind="task_rule", id="r"), 'removal of the rule "Thank you"'),
        (Create(kind="corporate_brief", id="x", doc={"title": "Window"}), 'corporate task "Window"'),
        (Merge(id="p", keep="a"), "merging Ann and Anne"),
        (Dismiss(id="unknown"), "keeping two customers separate"),
        (Park(id="x", customer="anna", operation=dict(plain(_PHONE))), "sending on the phone number of Anna"),
        (Accept(id="k"), "accepting the phone number of Anna"),
        (Discard(id="unknown"), "discarding the change that this version of Sellmode cannot read"),
    ],
)
def test_every_change_has_words(operation: Operation, words: str) -> None:
    pets = CustomField(name="pet", label="Pets", type="group")
    retailer = msgspec.structs.replace(RETAILER, custom_fields=(pets,))
    assert describe(operation, _BEFORE, {"anna": "Anna"}.get, retailer) == words


def test_a_field_that_nobody_knows_is_called_by_its_name() -> None:
    assert label_of("custom.hat", "customer") == "hat"
    assert label_of("shoe.size", "customer") == "shoe.size"
