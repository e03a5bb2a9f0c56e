"""``sellmode kpi``: figures of a store or a person over a period, from what this machine holds."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sellmode_contract.results.figures import Compared
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.periods import NAMES
from sellmode_contract.text import visible
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import minute, say
from sellmode_tui.figures import progress_text
from sellmode_tui.records import ShownFigures, Subject
from sellmode_tui.records.results import export
from sellmode_tui.records.results.access import THIS_MONTH


@command(
    "kpi",
    click.argument("kpis", metavar="[KPI]...", nargs=-1),
    click.option(
        "--period",
        metavar="PERIOD",
        default=THIS_MONTH,
        show_default=True,
        help=f"{', '.join(NAMES)}; a day, a month (2026-11), a year, or 2026-11-01..2026-11-30.",
    ),
    click.option("--of", "whom", metavar="NAME", help="A person or a store.  [default: what your view shows first]"),
    click.option("--each", is_flag=True, help="Of everybody whose figures you may see."),
    click.option("--all", "everything", is_flag=True, help="All figures, not only those of your kind of work."),
    click.option("--csv", "as_csv", is_flag=True, help="Print CSV."),
    click.option(
        "--sqlite",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write them into a new SQLite file, for Datasette.",
    ),
)
def kpi_command(
    opened: Opened,
    kpis: tuple[str, ...],
    period: str,
    whom: str | None,
    *,
    each: bool,
    everything: bool,
    as_csv: bool,
    sqlite: Path | None,
) -> None:
    """Print figures, beside those of the period before and of a year before; KPI names some of them.

    In Associate Mode they are your own, in Team Mode the store's; a manager has the store's and everybody's. Works
    without a connection, and says until when it is complete. docs/results.md says how each is worked out.

    sellmode kpi --period 28d

    sellmode kpi atv upt --of ada --period 2026-11 --json
    """
    if as_csv and opened.as_json:
        raise click.UsageError("--csv and --json exclude each other.")
    if sqlite is not None and (as_csv or opened.as_json):
        raise click.UsageError("--sqlite writes a file: it goes with neither --csv nor --json.")
    if unknown := [kpi for kpi in kpis if kpi not in KPIS]:
        raise Failure(f"No such figure {visible(unknown[0])}. There are {', '.join(KPIS)}.", Exit.USAGE)
    found = []
    for subject in _subjects(opened, whom, each=each):
        try:
            shown = opened.records.results.figures(subject, period)
        except ValueError as error:
            raise click.BadParameter(f"{error}.", param_hint="--period") from None
        found.append((shown, _wanted(shown, kpis, everything=everything)))
    rows = [row for shown, figures in found for row in export.rows(shown, figures)]
    if sqlite is not None:
        _write(sqlite, rows)
    elif as_csv:
        sys.stdout.write(export.as_csv(rows))
    elif opened.as_json:
        opened.print_list(rows, {}, empty="")
    else:
        for shown, figures in found:
            _print(opened, shown, figures)
    _tell(found[0][0], opened.records.zone(), sum(shown.other_currency for shown, _ in found))


def _subjects(opened: Opened, whom: str | None, *, each: bool) -> list[Subject]:
    known = opened.records.results.subjects()
    if not known:
        raise Failure("There are no figures yet: `sellmode sync` fetches them.", Exit.NOTHING)
    if each:
        return known
    if whom is None:
        return known[:1]
    found = [subject for subject in known if _is_named(opened, subject, whom.strip().casefold())]
    if len(found) == 1:
        return found
    names = ", ".join(visible(subject.name) for subject in known)
    said = "is the name of several" if found else "is nobody whose figures you may see"
    raise Failure(f"{visible(whom)} {said}. You see those of {names}.", Exit.USAGE if found else Exit.NOTHING)


def _is_named(opened: Opened, subject: Subject, name: str) -> bool:
    user_names = [each.user_name.casefold() for each in opened.records.colleagues() if each.id == subject.person]
    return name in (subject.name.casefold(), (subject.person or subject.stores[0]).casefold(), *user_names)


def _wanted(shown: ShownFigures, kpis: Sequence[str], *, everything: bool) -> Sequence[Compared]:
    if kpis:
        found = {figure.now.kpi.id: figure for figure in shown.figures}
        if missing := [kpi for kpi in kpis if kpi not in found]:
            of = "a person" if shown.subject.person else "a store"
            raise Failure(f"{missing[0]} is no figure of {of}.", Exit.USAGE)
        return [found[kpi] for kpi in kpis]
    return shown.figures if everything else shown.figures[: shown.first]


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    try:
        export.write_sqlite(path, rows)
    except export.NoSqliteUtils:
        raise Failure("sqlite-utils is not installed here: it comes with `sellmode[backend]`.", Exit.USAGE) from None
    except OSError as error:
        raise Failure(f"{visible(str(path))}: {error.strerror}.", Exit.USAGE) from None
    say(f"Written: {visible(str(path))}")


def _print(opened: Opened, shown: ShownFigures, figures: Sequence[Compared]) -> None:
    days = f"{shown.period.text}; before {shown.before.text}; a year before {shown.year_before.text}"
    say(f"{visible(shown.subject.name)}, {days}")
    opened.print_list(
        figures,
        {
            "FIGURE": lambda figure: figure.now.kpi.name,
            "NOW": lambda figure: figure.now.text(shown.currency),
            **({"TARGET": lambda figure: _progress(shown, figure)} if shown.goals else {}),
            "BEFORE": lambda figure: figure.before.text(shown.currency),
            "A YEAR BEFORE": lambda figure: figure.year_before.text(shown.currency),
        },
        empty="",
    )


def _progress(shown: ShownFigures, figure: Compared) -> str:
    progress = shown.progress(figure)
    return progress_text(progress, shown.currency) if progress else ""


def _tell(shown: ShownFigures, zone: dt.tzinfo, other_currency: int) -> None:
    if other_currency:
        say(f"Not in it: {other_currency:,} in other currencies.")
    if shown.complete_until:
        say(f"Complete until {minute(shown.complete_until, zone)}, when this machine last synced.")
    else:
        say("Not complete: this machine has not synced yet.")
