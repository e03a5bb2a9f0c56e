"""The forms of a weekly summary: text, a page of HTML, and what JSON is made of."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from sellmode_backend import text_tables
from sellmode_backend.reports.weekly import Section, Summary
from sellmode_contract import money, text
from sellmode_contract.results.figures import Compared, Figure
from sellmode_contract.results.targets import Progress

HEADINGS: Final = ("Figure", "This week", "Week before", "A year before")


def as_text(summary: Summary) -> str:
    """As text that no terminal takes for more."""
    lines = [text.visible(title(summary)), text.visible(for_whom(summary))]
    for section in summary.sections:
        lines += ["", text.visible(section.name)]
        lines += [told(each, summary.currency) for each in section.stands_out]
        rows = [[each.now.kpi.name, *cells(each, summary.currency)] for each in section.figures]
        lines += text_tables.lines([HEADINGS, *rows], numbers=True)
        lines += [towards(each, summary) for each in section.progress]
        lines += not_in_it(section)
    return "".join(f"{line}\n" for line in lines)


def as_html(summary: Summary) -> str:
    """As a page that stands alone: it fetches nothing and runs nothing."""
    return _template().render(summary=summary)


def as_json(summary: Summary) -> dict[str, Any]:
    """As JSON has it; money in units of the currency."""
    currency = summary.currency

    def figure(each: Compared) -> dict[str, Any]:
        kpi = each.now.kpi
        now, before, year_before = (_number(one, currency) for one in each)
        return {
            "kpi": kpi.id,
            "name": kpi.name,
            "unit": currency if kpi.unit == "money" else kpi.unit,
            "better": kpi.better,
            "value": now,
            "before": before,
            "year_before": year_before,
        }

    def target(each: Progress) -> dict[str, Any]:
        return {
            "kpi": each.goal.kpi.id,
            "month": summary.month,
            "target": _number(each.goal, currency),
            "value": _number(each.now, currency),
            "met": each.met,
        }

    return {
        "user_name": summary.account.user_name,
        "name": summary.account.name,
        "week": summary.week,
        "first_day": str(summary.period.first),
        "last_day": str(summary.period.last),
        "sections": [
            {
                "of": section.name,
                "stores": section.stores,
                "person": section.person,
                "figures": [figure(each) for each in section.figures],
                "targets": [target(each) for each in section.progress],
                "stands_out": [each.now.kpi.id for each in section.stands_out],
                "other_currency": section.other_currency,
            }
            for section in summary.sections
        ],
    }


def title(summary: Summary) -> str:
    """What it is."""
    return f"{summary.retailer}: week {summary.week}, {summary.period.text}"


def for_whom(summary: Summary) -> str:
    """Whose it is."""
    return f"For {summary.account.name}"


def cells(each: Compared, currency: str) -> list[str]:
    """A figure and what it is compared with, as people read them."""
    return [one.text(currency) for one in each]


def told(each: Compared, currency: str) -> str:
    """How a figure stands out, in a sentence."""
    percent = round((each.change or Fraction()) * 100)
    verdict, more = "Better" if each.is_better else "Worse", "more" if percent > 0 else "less"
    figure = f"{each.now.kpi.name}: {each.now.text(currency)}"
    return f"{verdict}: {figure}, {abs(percent):,} % {more} than the week before"


def towards(each: Progress, summary: Summary) -> str:
    """How far a figure of the month is, in a sentence."""
    figure, share = f"{each.goal.kpi.name} {each.now.text(summary.currency)}", each.share
    if each.is_way and share is not None:
        how = f"{math.floor(share * 100):,} % of the target"
    else:
        how = "within the target" if each.met else "target not met"
    return f"{summary.month} so far: {figure}, {how} ({each.goal.text(summary.currency)})"


def not_in_it(section: Section) -> list[str]:
    """What is in no figure, if there is something."""
    count = section.other_currency
    return [f"Not in it: {count:,} sale{'s' * (count != 1)} in other currencies."] if count else []


def _number(figure: Figure, currency: str) -> float | None:
    if figure.value is None:
        return None
    scale = 10 ** money.exponent(currency) if figure.kpi.unit == "money" else 1
    return round(float(figure.value / scale), 6)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sellmode_backend.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"visible": text.visible}
    environment.globals |= {
        "headings": HEADINGS, "title": title, "for_whom": for_whom, "cells": cells, "told": told,
        "not_in_it": not_in_it, "towards": towards,
    }  # fmt: skip
    return environment.get_template("weekly.html")
