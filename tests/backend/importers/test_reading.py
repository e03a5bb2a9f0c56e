from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.importers import reading
from sellmode_backend.importers.lines import MAX_ROW, UnusableFile
from sellmode_backend.importers.reading import Layout, Row, Table
from sellmode_backend.importers.rejects import Rejected
from sellmode_backend.importers.sources.staff import STAFF
from tests.backend.importers.exports import read
from tests.support.hostile import HOSTILE

LAYOUT = Layout("t.csv", {"a": ("A", "Old A"), "b": ("B",)}, frozenset({"a"}), frozenset({"Unused"}), ("Tax ",))


def rows(table: Table) -> Iterable[tuple[int, str, str]]:
    return [(row.line, row["a"], row["b"]) for row in table]


def lines(rejected: list[Rejected]) -> list[tuple[int, str, str]]:
    return [(item.line, item.column, item.reason) for item in rejected]


@pytest.mark.parametrize(
    "content",
    [
        b"A,B\n1,\xc3\xa9\n",
        codecs.BOM_UTF8 + b"A,B\r\n1,\xc3\xa9\r\n",
        b"A;B\r1;\xc3\xa9\r",
        b"A\tB\n1\t\xc3\xa9",
        codecs.BOM_UTF16_LE + "A,B\n1,é\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "A\tB\r\n1\té\r\n".encode("utf-16-be"),
        b'"A","B"\n"1","\xc3\xa9"\n',
    ],
)
def test_encodings_delimiters_and_line_ends(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, LAYOUT, content, rows) == ([(2, "1", "é")], [])


def test_a_line_is_the_physical_one_where_a_row_begins(tmp_path: Path) -> None:
    content = 'A,B\n1,"two\r\nthree\rfour"\n\n\r\n7,x\r8,y\r\n'
    assert read(tmp_path, LAYOUT, content, rows)[0] == [(2, "1", "two\r\nthree\rfour"), (7, "7", "x"), (8, "8", "y")]


def test_headers_old_and_new_missing_and_unknown(tmp_path: Path) -> None:
    def use(table: Table) -> Iterable[object]:
        assert table.unknown == ["What"]
        assert not table.has("b")
        return [(row["a"], row["b"]) for row in table]

    assert read(tmp_path, LAYOUT, "Unused, old  a,What,Tax 5 Name,Sellmode Line\n0,1,2,3,4\n", use)[0] == [("1", "")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "t.csv is empty"),
        (b"\n,,\nsep=,\n", "t.csv is empty"),
        (b"B,C\n1,2\n", "t.csv has no column 'A' or 'Old A'"),
        (b"\n1,2\n", "t.csv has no column 'A' or 'Old A'"),
        (b"A,B,A\n1,2,3\n", "t.csv has the column 'A' more than once"),
        (b'A,"B\n1,2\n', "t.csv has no column 'A'"),
        (b"PK\x03\x04 and so on", "t.csv is a spreadsheet or archive"),
        ("A,B\n1,2\n".encode("utf-16-le"), "t.csv is not a CSV file in UTF-8"),
        (b"A,B\xe9\n1,2\n", "t.csv is not a CSV file in UTF-8"),
        (codecs.BOM_UTF32_LE + "A,B\n".encode("utf-32-le"), "t.csv is UTF-32"),
        pytest.param(
            b"A,B," + b"x," * MAX_ROW + b"\n1,2\n", "t.csv has a first line of more than 600,000 characters", id="long"
        ),
        (codecs.BOM_UTF16_LE + "A,B\n1,2\n".encode("utf-16-le") + b"x", "t.csv cannot be read after line"),
    ],
)
def test_a_file_that_is_no_such_table(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(UnusableFile, match=told):
        read(tmp_path, LAYOUT, content, rows)


@pytest.mark.parametrize(
    ("bad", "column", "reason"),
    [
        ('x,"open', "", f"has a quote that is not closed within {MAX_ROW:,} characters"),
        ('x,"closed" early', "", "has a quote that ends in the middle of a field"),
        ("x", "", "has 1 fields where the header has 2"),
        ("x,y,z", "", "has 3 fields where the header has 2"),
        ("x," + "," * 16_383 + "z", "", "has 16385 fields where the header has 2"),
        ("x,Ann\0Lee", "B", "character 4 of the field is a NUL, which cannot be stored"),
        ('"x","An\0"', "B", "character 3 of the field is a NUL, which cannot be stored"),
        ("x" * (MAX_ROW + 1) + ",y", "", f"is longer than {MAX_ROW:,} characters"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bad_row_costs_nothing_but_itself(tmp_path: Path, bad: str, column: str, reason: str, end: str) -> None:
    content = end.join(["A,B", "1,2", bad, "3,4", '5,"6', '7"', ""])
    given, rejected = read(tmp_path, LAYOUT, content, rows)
    if "open" in bad:  # the next quote closes it, in the middle of a field: whatever can be read as a row is
        assert given[:2] == [(2, "1", "2"), (4, "3", "4")]
        assert lines(rejected)[0] == (3, "", "has a quote that ends in the middle of a field")
    else:
        assert given == [(2, "1", "2"), (4, "3", "4"), (5, "5", f"6{end}7")]
        assert lines(rejected) == [(3, column, reason)]
    assert rejected[0].file == "t.csv"
    assert rejected[0].raw in (bad[:1000], bad + end)


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\nA;B\n1;2\n",
        "\n,,\r\nA,B\n\n1,2\n",
        "A,B,,\n1,2\n",
        "A,B\n1,2,,,\n,,\n",
        "A,B,C,D\n1,2\n",
        " a ,b\n1,2\n",
    ],
)
def test_what_a_spreadsheet_does_to_a_table_is_undone(tmp_path: Path, content: str) -> None:
    given, rejected = read(tmp_path, LAYOUT, content, lambda table: [(row["a"], row["b"]) for row in table])
    assert given == [("1", "2")]
    assert rejected == []


def test_a_row_that_is_cut_off_is_not_taken_for_one_with_empty_fields(tmp_path: Path) -> None:
    given, rejected = read(tmp_path, LAYOUT, "A,B,C\n1,2,3\n4,5", rows)
    assert given == [(2, "1", "2")]
    assert lines(rejected) == [(3, "", "has 2 fields where the header has 3")]


def test_a_quote_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    content = 'A,B\n1,"open\n' + "".join(f"{n},x\n" for n in range(2, 3000))
    given, rejected = read(tmp_path, LAYOUT, content, rows)
    assert given == [(line, str(line - 1), "x") for line in range(3, 3001)]
    assert lines(rejected) == [(2, "", f"has a quote that is not closed within {MAX_ROW:,} characters")]


def test_a_file_of_nothing_but_open_quotes_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would be looked for to the end of the file."""
    monkeypatch.setattr(reading, "_MAX_READ_AGAIN", 100_000)
    with pytest.raises(UnusableFile, match=r"t\.csv has too many quotes that are not closed, the last on line 10:"):
        read(tmp_path, LAYOUT, "A,B\n" + 'a","b\n' * 2_000, rows)


def test_an_oversized_line_inside_a_quote_is_told_of_too(tmp_path: Path) -> None:
    content = 'A,B\n1,"open\n' + "x" * (MAX_ROW + 5) + "\n2,y\n"
    given, rejected = read(tmp_path, LAYOUT, content, rows)
    assert given == [(4, "2", "y")]
    assert [item.line for item in rejected] == [2, 3]


def test_a_byte_that_is_not_utf8_is_named_and_kept(tmp_path: Path) -> None:
    given, rejected = read(tmp_path, LAYOUT, b"A,B\n1,Ren\xe9e\n2,x\n", rows)
    assert given == [(3, "2", "x")]
    assert lines(rejected) == [(2, "B", "character 4 of the field is the byte 0xE9, which is not UTF-8")]
    assert rejected[0].raw.encode("utf-8", "surrogateescape") == b"1,Ren\xe9e\n"


def test_a_lone_surrogate_in_utf16(tmp_path: Path) -> None:
    content = codecs.BOM_UTF16_LE + "A,B\n1,\ud83dx\n2,x\n".encode("utf-16-le", "surrogatepass")
    given, rejected = read(tmp_path, LAYOUT, content, rows)
    assert given == [(3, "2", "x")]
    assert "lone surrogate" in rejected[0].reason


def test_many_columns_are_read_and_told_of(tmp_path: Path) -> None:
    headers = ["A", "B", *(f"extra {n}" for n in range(16_383))]

    def use(table: Table) -> Iterable[object]:
        assert len(table.unknown) == 16_383
        return rows(table)

    content = ",".join(headers) + "\n" + ",".join(["1", "2"] + [""] * 16_383) + "\n"
    assert read(tmp_path, LAYOUT, content, use)[0] == [(2, "1", "2")]


def test_every_hostile_text_comes_out_as_it_went_in(tmp_path: Path) -> None:
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerows([["A", "B"], *(["x", hostile] for hostile in HOSTILE)])
    given, rejected = read(tmp_path, LAYOUT, file.getvalue(), lambda table: [row["b"] for row in table])
    assert given == HOSTILE
    assert rejected == []


def content_of(text: str) -> list[str]:
    """The characters of a text without those that only divide it into rows and fields."""
    return sorted(text.translate(dict.fromkeys(map(ord, ',;\t"\r\n'))))


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(before=st.lists(st.tuples(TEXT, TEXT), max_size=3), junk=TEXT, after=st.lists(st.tuples(TEXT, TEXT), max_size=3))
def test_whatever_stands_in_a_file_is_a_row_or_a_reject(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, str]],
    junk: str,
    after: list[tuple[str, str]],
) -> None:
    file = io.StringIO(newline="")
    table = csv.writer(file, quoting=csv.QUOTE_ALL)
    table.writerows([("A", "B"), *before])
    file.write(junk + "\n")
    table.writerows(after)
    seen: list[Row] = []

    def use(table: Table) -> Iterable[object]:
        seen.extend(table)
        return seen

    _, rejected = read(tmp_path_factory.mktemp("t"), LAYOUT, file.getvalue(), use)
    said = [fields for fields in before if any(fields)]
    assert [(row["a"], row["b"]) for row in seen[: len(said)]] == said
    whole = "".join([row.raw for row in seen] + [item.raw for item in rejected])
    told = file.getvalue().partition("\n")[2]
    # Blank rows are no rows; every other character is in a row or in a reject, once.
    assert content_of(whole) == content_of(told)


def test_the_staff_layout_needs_all_its_columns(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"staff\.csv has no column .*'Role'"):
        read(tmp_path, STAFF, "Employee ID,Name,Location\n")
