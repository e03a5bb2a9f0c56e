"""Rules and corporate tasks as TOML, with errors that point at the place."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.rules import DEFAULT_RULES, default_rules
from sellmode_contract.rules.checking import problems
from sellmode_contract.rules.files import read_briefs, read_rules, write_rules
from sellmode_contract.table_files import MAX_FILE, TableFileError
from tests.contract.rules.making import RETAILER

START = '[[rule]]\nslug = "thanks"\nname = "Thanks"\ntrigger = "purchase"\ntitle = "Say thanks"\n'
CUSTOM = RETAILER.custom_fields


def test_the_rules_to_begin_with_are_read_as_they_were_written() -> None:
    found = default_rules(CUSTOM)
    assert tuple(read_rules(write_rules(found), CUSTOM)) == found
    assert write_rules(DEFAULT_RULES[:1]).startswith('[[rule]]\nslug = "thank-you"\nname = "Thank-you after')


def test_a_filter_with_quotes_and_a_text_of_several_lines_stay_readable() -> None:
    rule = msgspec.structs.replace(
        DEFAULT_RULES[0], audience='city:"New York" -tag:vip', message='Dear {name},\n\n"thanks"\\o/ \t'
    )
    text = write_rules([rule])
    assert "audience = 'city:\"New York\" -tag:vip'\n" in text
    assert 'message = """\nDear {name},\n\n\\"thanks\\"' in text
    assert read_rules(text, CUSTOM) == [rule]
    assert read_rules("\ufeff" + text.replace("\n", "\r\n"), CUSTOM) == [rule], "as editors on Windows save it"


_LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS = st.text(st.sampled_from("\"'\\\n\r\t\x7f\x1b# =[]{}ä👍") | _LETTERS, max_size=30)


@given(
    st.lists(
        st.builds(
            lambda slug, name, details, message, products, **fields: TaskRule(
                id=task_rule_id(fields["store"], slug),
                slug=slug,
                trigger="purchase",
                name=f"n{name}",
                title=f"t{name}",
                details=details,
                message=message.replace("{", "("),
                products=tuple(f"p{one}" for one in products),
                **fields,
            ),
            st.from_regex(r"[a-z0-9]{1,8}(-[a-z]{1,8})?", fullmatch=True),
            _TEXTS,
            _TEXTS,
            _TEXTS,
            st.lists(_TEXTS, max_size=3),
            store=st.none() | st.just("s1"),
            enabled=st.booleans(),
            offset_days=st.integers(-366, 3660),
            expires_days=st.none() | st.integers(0, 3660),
            daily_cap=st.none() | st.integers(1, 10_000),
            due_time=st.sampled_from(["", "09:00", "23:59"]),
            action=st.sampled_from([None, "call", "email"]),
            consent=st.sampled_from(["", "any"]),
            audience=st.sampled_from(["", "tag:vip", 'city:"Old \\"Town\\"" or name:"o\'neil"']),
        ),
        max_size=4,
        unique_by=lambda rule: rule.id,
    )
)
def test_what_is_written_is_read_as_it_was(rules: list[TaskRule]) -> None:
    assert [list(problems(rule, CUSTOM)) for rule in rules] == [[] for _ in rules]
    assert read_rules(write_rules(rules), CUSTOM) == rules


@pytest.mark.parametrize(
    ("text", "line", "column", "rule", "field", "says"),
    [
        ("[[rule]\n", 1, 7, "", "", "Expected ']]'"),
        ('[[rule]]\nslug = "a', 2, 10, "", "", "Unterminated string"),
        pytest.param("[" * 5000, 1, 3, "", "", "Invalid initial character", id="brackets"),
        pytest.param("x = " + "[" * 5000, 1, 1, "", "", "not valid TOML", id="deep"),
        pytest.param("x = " + "9" * 5000, 1, 1, "", "", "not valid TOML", id="digits"),
        ("\n\nx = 1\n", 3, 1, "", "x", "tables [[rule]]"),
        ("# it's\n[rule]\nslug = 1", 2, 1, "", "rule", "write it as [[rule]]"),
        ("[[rules]]\n", 1, 1, "", "rules", "tables [[rule]]"),
        (START + "nmae = 1", 6, 1, "thanks", "nmae", "no such field; there are slug,"),
        (START + "nmae.x = 1", 6, 1, "thanks", "nmae", "no such field"),
        (START + "\n[rule.extra]\nx = 1", 7, 1, "thanks", "extra", "no such field"),
        (START + 'id = "x"', 6, 1, "thanks", "id", "no such field"),
        (START + 'enabled = "yes"', 6, 11, "thanks", "enabled", "Expected `bool`, got `str`"),
        (START + "products = [\n  'a', # one ]\n  3,\n]", 6, 12, "thanks", "products", "Expected `str`, got `int`"),
        (START + '"expires_days"   =   "3"', 6, 22, "thanks", "expires_days", "Expected `int | null`"),
        (START + "expires_days = -1", 6, 16, "thanks", "expires_days", "from 0 to 3660"),
        (START + "offset_days = 1" + "0" * 40, 6, 15, "thanks", "offset_days", "from -366"),
        (START + "times_average = inf", 6, 17, "thanks", "times_average", "has no times_average"),
        (START + "action = 'fax'", 6, 10, "thanks", "action", "one of call, visit"),
        (START + "goes_to = 'fax'", 6, 11, "thanks", "goes_to", "one of owner, seller"),
        (START + "after_days = 3", 6, 14, "thanks", "after_days", "has no after_days"),
        (START + "message = 'Dear {nmae}'", 6, 11, "thanks", "message", "Unknown placeholder {nmae}"),
        (START.replace("Say thanks", " "), 5, 9, "thanks", "title", "needs a title"),
        (START.replace("thanks", "Thanks!"), 2, 8, "Thanks!", "slug", "lower-case letters"),
        ("[[rule]]\nname = 'x'", 1, 1, "x", "slug", "it is missing"),
        (START + "\n" + START, 8, 8, "thanks", "slug", "another rule with this slug"),
        ("rule = [{slug = 'a'}]", 1, 1, "a", "name", "it is missing"),
        (START + "audience = 'tag:vip skin:dry'", 6, 21, "thanks", "audience", 'no field "skin"'),
        (START + 'audience = "city:\\"Bern\\" \\u0073kin:dry"', 6, 27, "thanks", "audience", 'no field "skin"'),
        (START + 'audience = """\ntag:vip \\\n   skin:dry"""', 8, 4, "thanks", "audience", 'no field "skin"'),
        (START + "audience = '''tag:vip\nskin:dry'''", 7, 1, "thanks", "audience", 'no field "skin"'),
        (START + "audience = 'tag:'", 6, 17, "thanks", "audience", "needs a value"),
        (START + "audience = 'owner:me'", 6, 13, "thanks", "audience", "cannot use me"),
        pytest.param("x" * (MAX_FILE + 1), 1, 1, "", "", "more than", id="long"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_pointed_at(text: str, line: int, column: int, rule: str, field: str, says: str) -> None:
    with pytest.raises(TableFileError) as caught:
        read_rules(text, CUSTOM)
    error = caught.value
    assert says in error.message
    assert (error.line, error.column, error.called, error.field) == (line, column, rule, field)
    assert str(error).startswith(f"line {line}, column {column}: ")


def test_an_error_is_safe_to_print() -> None:
    with pytest.raises(TableFileError) as caught:
        read_rules(START + '"\\u001b[31m\\n" = 1', CUSTOM)
    assert str(caught.value).isprintable()


@given(st.text(st.sampled_from("[]{}=#\"'\\\n .,ruleslgx1tfa-:"), max_size=60) | st.text(max_size=40), st.booleans())
def test_any_text_is_read_or_refused(text: str, within: bool) -> None:
    given_text = START + text if within else text
    found: TableFileError | None = None
    try:
        read_rules(given_text, CUSTOM)
    except TableFileError as error:
        found = error
    assert found is None or (1 <= found.line <= len(given_text.splitlines()) + 1 and found.column >= 1)


def test_a_time_of_day_may_be_tomls_own() -> None:
    (found,) = read_rules(START + "due_time = 09:30:00", CUSTOM)
    assert found.due_time == "09:30"


# ------------------------------------------------------------------ corporate tasks


def test_corporate_tasks_are_read() -> None:
    text = """
        [[corporate_task]]
        title = "Show the new collection"
        details = "To everybody who bought silk."
        stores = ["s1"]
        works = ["omnichannel"]
        due = 2026-12-01
        expires = 2026-12-24T18:00:00
        action = "email"
        products = ["1001"]

        [[corporate_task]]
        title = "Count"
    """
    show, count = read_briefs(text, ["s1", "s2"])
    assert show == CorporateBrief(
        id="",
        title="Show the new collection",
        details="To everybody who bought silk.",
        stores=("s1",),
        works=("omnichannel",),
        due="2026-12-01",
        expires="2026-12-24T18:00",
        action="email",
        products=("1001",),
    )
    assert count == CorporateBrief(id="", title="Count")


@pytest.mark.parametrize(
    ("text", "line", "column", "field", "says"),
    [
        ("due = '2026-02-30'", 3, 7, "due", "no such day"),
        ("due = 2026-02-30", 3, 7, "", "Invalid date or datetime"),
        ("due = 2026-02-28T10:00:00Z", 3, 7, "due", "Not a valid due date"),
        ("stores = ['s9']", 3, 10, "stores", "no store s9"),
        ("works = ['x']", 3, 9, "works", "omnichannel and ecommerce"),
        ("created_by = 'x'", 3, 1, "created_by", "no such field"),
        ("withdrawn = true", 3, 1, "withdrawn", "no such field"),
        (f"products = {list(map(str, range(11)))}", 3, 12, "products", "10 products"),
        ("action = 'fax'", 3, 10, "action", "one of call"),
    ],
)
def test_what_is_wrong_with_a_corporate_task_is_pointed_at(
    text: str, line: int, column: int, field: str, says: str
) -> None:
    with pytest.raises(TableFileError, match=says) as caught:
        read_briefs(f"[[corporate_task]]\ntitle = 'Show'\n{text}\n", ["s1"])
    assert (caught.value.line, caught.value.column, caught.value.field) == (line, column, field)
