"""Who may send events: signatures over the raw body, as Shopify and Standard Webhooks make them."""

from __future__ import annotations

import datetime as dt

import pytest

from sellmode_backend.webhooks import signatures

NOW = dt.datetime.fromtimestamp(1614265330, dt.UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""The example of Standard Webhooks' own libraries."""


def test_the_standards_own_example_is_taken() -> None:
    assert signatures.by_standard([SECRET], HEADERS, BODY, NOW)
    assert signatures.sign(SECRET, HEADERS["webhook-id"], NOW, BODY) == HEADERS
    more = HEADERS | {"webhook-signature": f"v1,AAAA v2,xx {HEADERS['webhook-signature']}"}
    assert signatures.by_standard(["whsec_AAAA", SECRET], more, BODY, NOW)


@pytest.mark.parametrize(
    ("changed", "after"),
    [
        ({}, dt.timedelta(minutes=6)),
        ({}, dt.timedelta(days=365)),
        ({}, -dt.timedelta(minutes=6)),
        ({"webhook-id": "msg_other"}, dt.timedelta()),
        ({"webhook-id": ""}, dt.timedelta()),
        ({"webhook-timestamp": "1614265331"}, dt.timedelta()),
        ({"webhook-timestamp": "9" * 400}, dt.timedelta()),
        ({"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"}, dt.timedelta()),
        ({"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, dt.timedelta()),
        ({"webhook-signature": "v1,"}, dt.timedelta()),
        ({"webhook-signature": "v1,é"}, dt.timedelta()),
        ({"webhook-signature": "v1,AA " * 10_000}, dt.timedelta()),
    ],
)
def test_what_was_changed_or_is_old_is_refused(changed: dict[str, str], after: dt.timedelta) -> None:
    assert not signatures.by_standard([SECRET], HEADERS | changed, BODY, NOW + after)


def test_another_body_or_secret_is_refused() -> None:
    assert not signatures.by_standard([SECRET], HEADERS, BODY + b" ", NOW)
    assert not signatures.by_standard(["whsec_AAAA", "whsec_!", ""], HEADERS, BODY, NOW)
    assert not signatures.by_standard([], HEADERS, BODY, NOW)


def test_shopifys_is_over_the_raw_body() -> None:
    headers = {"x-shopify-hmac-sha256": signatures.sign_as_shopify("hush", BODY)}
    assert signatures.by_shopify(["older", "hush"], headers, BODY)
    assert not signatures.by_shopify(["hush"], headers, BODY.replace(b" ", b""))
    assert not signatures.by_shopify(["other"], headers, BODY)
    assert not signatures.by_shopify(["hush"], {}, BODY)
    assert not signatures.by_shopify(["hush"], {"x-shopify-hmac-sha256": "é" * 5000}, BODY)
