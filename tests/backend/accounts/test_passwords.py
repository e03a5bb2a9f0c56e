from __future__ import annotations

import itertools

import pytest

from sellmode_backend.accounts import passwords
from sellmode_backend.accounts.passwords import Passwords, WeakPassword, check_new


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2024!",
        "P@$$w0rd1234",
        "$unshine2024!",
        "123456789012",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "correcthorsebatterystaple",
        "SommerSommer2026",
        "Motdepasse2026",
        "E1001 E1001 E1001",
        "maisontest2026",
        "Maison-Test-2026!",
        "sellmode-2026",
        "été2026été2026!!",
    ],
)
def test_what_many_would_try_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword, match="easy to guess"):
        check_new(password, "E1001", "Maison Test")


def test_thousands_of_common_passwords_are_refused() -> None:
    words = sorted(passwords._common_words())
    endings = ("1234", "2026", "123!", "!!!", "12345678")
    common = [f"{word.title()}{ending}" for word, ending in itertools.product(words, endings)]
    long = [password for password in common if len(password) >= passwords.MIN_CHARACTERS]
    assert len(long) > 1500
    for password in long:
        with pytest.raises(WeakPassword):
            check_new(password)


@pytest.mark.parametrize(
    "password",
    [
        "x7Kd9-qmZp-4tRw",
        "horse-lamp-tractor-9",
        "ein grüner Tisch im Regen",
        "purple tractor reads 9 maps",
        "ぬるいお茶を三杯ください",
        "p" * 6 + "Qv7" * 9 + "z",
    ],
)
def test_no_rule_on_composition(password: str) -> None:
    check_new(password, "E1001", "Maison Test")


def test_length_counts_characters_below_and_bytes_above() -> None:
    with pytest.raises(WeakPassword, match="at least 12 characters; this one has 11"):
        check_new("x7Kd9-qmZp-")
    with pytest.raises(WeakPassword, match="at most 1024 bytes; this one has 1026"):
        check_new("vx" * 513)
    varied = "".join(chr(0x4E00 + 7 * number) for number in range(341)) + "x"
    assert len(varied.encode()) == passwords.MAX_BYTES
    check_new(varied)


def test_accents_without_end_take_no_time() -> None:
    """Putting 60,000 of them in order would take longer than all the tests."""
    accents = "a" + "\u0301" * 30_000 + "\u0316" * 30_000
    assert not Passwords(memory_kib=8, passes=1).verify(None, accents)
    with pytest.raises(WeakPassword, match="at most 1024 bytes"):
        check_new(accents)


def test_a_hash_is_argon2id_with_the_parameters_asked_for() -> None:
    stored = Passwords().hash("x7Kd9-qmZp-4tRw")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_verifying() -> None:
    kept = Passwords(memory_kib=8, passes=1)
    stored = kept.hash("caf\u00e9 au lait 77")
    assert kept.verify(stored, "cafe\u0301 au lait 77"), "the same letters, composed otherwise"
    assert not kept.verify(stored, "cafe au lait 77")
    assert not kept.verify(None, "nobody's password"), "an unknown user has no password, not even the stand-in"
    assert not kept.verify("not a hash", "anything at all")
    too_long = "x" * (passwords.MAX_BYTES + 1)
    assert not kept.verify(kept.hash(too_long), too_long)
    assert not kept.verify(kept.hash(""), too_long)
    assert kept.outdated(Passwords(memory_kib=16, passes=1).hash("x"))
    assert not kept.outdated(stored)
