"""Small boxes of the figures: over which days they go, and whose they are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from sellmode_contract.results.periods import named, read_period
from sellmode_contract.text import visible
from sellmode_tui.language import tr, trd
from sellmode_tui.records import Subject
from sellmode_tui.records.results import export
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.pick_box import Pick, PickBox
from sellmode_tui.screens.results.words import PERIODS, period_text

_LONGEST_NAME: Final = 80
"""Characters of a file's name, but for its ending."""


class PeriodBox(PickBox):
    """Ends with a period as it is typed."""

    BINDING_GROUP_TITLE = "Period"
    KIND: ClassVar = "results_period"
    WRITES: ClassVar = False

    def __init__(self, desk: Desk, today: dt.date) -> None:
        self._today = today
        picks = [Pick(name, trd(label), period_text(named(name, today))) for name, label in PERIODS.items()]
        super().__init__(
            desk, tr("Period"), picks, placeholder=tr("or 2026-11, 2026, 2026-11-01..2026-11-18"), does=tr("Show")
        )

    def matching(self, text: str) -> Sequence[Pick]:
        """Those with this in their names."""
        typed = text.casefold()
        return [each for each in self._picks if typed in each.label.casefold() or typed == each.value]

    def told(self, text: str) -> str:
        """Which days are meant."""
        return "" if self.matching(text) else period_text(read_period(text, self._today))

    def typed(self, text: str) -> str:
        """Days as they are typed."""
        read_period(text, self._today)
        return text


class WhoseBox(PickBox):
    """Ends with the place of one of those whose figures may be seen."""

    BINDING_GROUP_TITLE = "Whose figures"
    KIND: ClassVar = "results_whose"
    WRITES: ClassVar = False

    def __init__(self, desk: Desk, subjects: Sequence[Subject]) -> None:
        picks = [
            Pick(str(place), each.name, tr("person") if each.person else tr("store") if len(each.stores) == 1 else "")
            for place, each in enumerate(subjects)
        ]
        super().__init__(desk, tr("Whose figures"), picks, placeholder=tr("or part of a name"), does=tr("Show"))

    def matching(self, text: str) -> Sequence[Pick]:
        """Those with this in their names."""
        return [each for each in self._picks if text.casefold() in each.label.casefold()]

    def told(self, text: str) -> str:
        """Nothing more: the list says it."""
        return "" if self.matching(text) else self.typed(text)

    def typed(self, text: str) -> str:
        """There is nobody else."""
        raise ValueError(tr("No figures of {name} that you can see.", name=visible(text)))


class ExportBox(PickBox):
    """In which file the figures are saved; ends with its path."""

    BINDING_GROUP_TITLE = "Export"
    KIND: ClassVar = "results_export"
    WRITES: ClassVar = False

    def __init__(self, desk: Desk, name: str) -> None:
        """`name`: what the file is called, without its ending."""
        name = re.sub(r"[^\w -]", "", name.replace("..", " ")).strip()[:_LONGEST_NAME] or "figures"
        folder = next((each for each in (Path.home() / "Downloads", Path.home()) if each.is_dir()), Path())
        labels = (tr("A table (CSV)"), "JSON", tr("SQLite, for Datasette"))
        paths = [str(folder / f"{name}{ending}") for ending in export.ENDINGS]
        picks = [Pick(path, label, path) for path, label in zip(paths, labels, strict=True)]
        super().__init__(
            desk, tr("Export"), picks, placeholder=tr("or type a path that ends in .csv, .json or .db"), does=tr("Save")
        )

    def told(self, text: str) -> str:
        """The file that is meant."""
        return self.typed(text)

    def typed(self, text: str) -> str:
        """The file."""
        path = Path(text).expanduser()
        if path.suffix not in export.ENDINGS:
            raise ValueError(tr("The name has to end in .csv, .json or .db."))
        return str(path.absolute())


def saved(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    """Save rows in a new file; what to say of it. In a thread."""
    shown = visible(str(path))
    try:
        export.write(path, rows)
    except FileExistsError:
        return tr("Not saved: {path} already exists.", path=shown)
    except OSError as error:
        return tr("Not saved: {path}: {error}.", path=shown, error=error.strerror)
    except export.NoSqliteUtils:
        return tr("Not saved: SQLite files need sqlite-utils, which comes with sellmode[backend]. Take CSV or JSON.")
    return tr("Saved: {path}", path=shown)
