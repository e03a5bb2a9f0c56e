"""``sellmode kpi``: figures of a store or a person over a period, from what this machine holds."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Sequence
from typing import Any

import click

from sellmode_contract import money
from sellmode_contract.results.kpis import KPIS
from sellmode_contract.results.periods import NAMES
from sellmode_contract.text import visible
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import minute, plain, say
from sellmode_tui.records import Compared, ShownFigures, Subject
from sellmode_tui.records.results import THIS_MONTH

_COLUMNS = (
    "store", "person", "of", "first_day", "last_day", "kpi", "name", "unit", "value", "text", "numerator",
    "denominator", "before", "year_before", "better", "formula", "source", "comes_later", "complete_until",
)  # fmt: skip


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
) -> None:
    """Print figures, beside those of the period before and of a year before; KPI names some of them.

    In Associate Mode they are your own, in Team Mode the store's; a manager has the store's and everybody's. Works
    without a connection, and says until when it is complete. docs/results.md says how each is worked out.

    sellmode kpi --period 28d

    sellmode kpi atv upt --of ada --period 2026-11 --json
    """
    if as_csv and opened.as_json:
        raise click.UsageError("--csv and --json exclude each other.")
    if unknown := [kpi for kpi in kpis if kpi not in KPIS]:
        raise Failure(f"No such figure {visible(unknown[0])}. There are {', '.join(KPIS)}.", Exit.USAGE)
    found = []
    for subject in _subjects(opened, whom, each=each):
        try:
            shown = opened.records.results.figures(subject, period)
        except ValueError as error:
            raise click.BadParameter(f"{error}.", param_hint="--period") from None
        found.append((shown, _wanted(shown, kpis, everything=everything)))
    if as_csv:
        writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_cells(_row(shown, figure)) for shown, figures in found for figure in figures)
    elif opened.as_json:
        opened.print_list([_row(shown, figure) for shown, figures in found for figure in figures], {}, empty="")
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


def _row(shown: ShownFigures, figure: Compared) -> dict[str, Any]:
    kpi = figure.now.kpi
    value, before, year_before = (_number(each.value, kpi.unit, shown.currency) for each in figure)
    return {
        "store": ",".join(shown.subject.stores),
        "person": shown.subject.person,
        "of": shown.subject.name,
        "first_day": str(shown.period.first),
        "last_day": str(shown.period.last),
        "kpi": kpi.id,
        "name": kpi.name,
        "unit": shown.currency if kpi.unit == "money" else kpi.unit,
        "value": value,
        "text": figure.now.text(shown.currency),
        "numerator": figure.now.numerator,
        "denominator": figure.now.denominator,
        "before": before,
        "year_before": year_before,
        "better": kpi.better,
        "formula": kpi.formula,
        "source": ", ".join(kpi.sources),
        "comes_later": kpi.comes_later,
        "complete_until": plain(shown.complete_until),
    }


def _number(value: Any, unit: str, currency: str) -> float | None:
    """A figure as a number: money in units of the currency."""
    if value is None:
        return None
    return round(float(value / 10 ** money.exponent(currency) if unit == "money" else value), 6)


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """The row for CSV: a name is text that neither a terminal nor a spreadsheet takes for more."""
    name = visible(row["of"])
    return {**row, "of": f"'{name}" if name[:1] in ("=", "@", "+", "-") else name}


def _print(opened: Opened, shown: ShownFigures, figures: Sequence[Compared]) -> None:
    days = f"{shown.period.text}; before {shown.before.text}; a year before {shown.year_before.text}"
    say(f"{visible(shown.subject.name)}, {days}")
    opened.print_list(
        figures,
        {
            "FIGURE": lambda figure: figure.now.kpi.name,
            "NOW": lambda figure: figure.now.text(shown.currency),
            "BEFORE": lambda figure: figure.before.text(shown.currency),
            "A YEAR BEFORE": lambda figure: figure.year_before.text(shown.currency),
        },
        empty="",
    )


def _tell(shown: ShownFigures, zone: dt.tzinfo, other_currency: int) -> None:
    if other_currency:
        say(f"Not in it: {other_currency:,} in other currencies.")
    if shown.complete_until:
        say(f"Complete until {minute(shown.complete_until, zone)}, when this machine last synced.")
    else:
        say("Not complete: this machine has not synced yet.")
