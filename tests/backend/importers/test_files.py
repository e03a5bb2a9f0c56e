from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from sellmode_backend.importers.files import find
from sellmode_backend.importers.sources.shopify import CUSTOMERS
from sellmode_backend.importers.tables import Tables
from tests.backend.importers.exports import as_csv, customer


def write(path: Path, content: str = "A\n1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def names(*paths: Path) -> list[str]:
    return [file.name for file in find(paths).files]


def test_no_two_files_have_one_name(tmp_path: Path) -> None:
    for folder in ("north/june", "north/july", "south/june"):
        write(tmp_path / folder / "orders.csv")
    write(tmp_path / "north/june/customers.csv")
    paths = [tmp_path / folder for folder in ("north/june", "north/july", "south/june")]
    assert sorted(names(*paths)) == sorted(
        ["customers.csv", "july/orders.csv", *(f"{paths[place]}/orders.csv" for place in (0, 2))]
    )


def test_no_two_members_have_one_name(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("june/orders.csv", "A\n1\n")
        archive.writestr("july/orders.csv", "A\n1\n")
        archive.writestr("customers.csv", "A\n1\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("customers.csv", "A\n2\n")
    assert sorted(names(path)) == ["all.zip/customers.csv", "all.zip/july/orders.csv", "all.zip/june/orders.csv"]
    with next(file for file in find([path]).files if file.member == "customers.csv").open() as file:
        assert file.read() == b"A\n2\n"


def test_numbers_in_names_count_as_numbers(tmp_path: Path) -> None:
    wanted = ["o_1.csv", "o_2.csv", "o_10.csv", f"o_{'9' * 200}.csv", "o_²1.csv"]
    for name in reversed(wanted):
        write(tmp_path / name)
    assert names(tmp_path) == wanted


@pytest.mark.parametrize(
    "packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=str
)
def test_however_an_archive_is_damaged_it_is_read_or_told_of(tmp_path: Path, packed: int) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", packed) as archive:
        archive.writestr("é/customers.csv", as_csv([customer(str(number)) for number in range(50)]))
    sound, damage = path.read_bytes(), random.Random(packed)
    for _ in range(150):
        data = bytearray(sound)
        for place in damage.sample(range(len(data)), 3):
            data[place] = damage.randrange(256)
        path.write_bytes(data)
        tables = Tables([path], [CUSTOMERS])
        rows = sum(1 for table in tables.of(CUSTOMERS, lambda _: None) for _ in table)
        assert rows or tables.unread or not list(tables)
