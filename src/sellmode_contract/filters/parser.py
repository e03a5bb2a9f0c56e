"""From a filter's text to its tree, by recursive descent."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, get_args

from sellmode_contract.filters.errors import FilterError, suggest
from sellmode_contract.filters.fields import NAME, Field, FieldType, typed_name
from sellmode_contract.filters.tree import (
    And,
    Comparison,
    Duration,
    Me,
    MonthDay,
    Named,
    Node,
    Not,
    Operator,
    Or,
    Period,
    PeriodName,
    Span,
    Unit,
    Value,
    Words,
)
from sellmode_contract.search import exact, parse_query
from sellmode_contract.translatable import Translatable, marked

if TYPE_CHECKING:
    from sellmode_contract.typed_days import TypedDate

MAX_LENGTH = 2000
"""Characters of a filter."""
MAX_TERMS = 100
"""Comparisons, their values, and words of a filter."""
MAX_DEPTH = 20
"""Parentheses and `not` inside each other."""

OPERATOR = re.compile("!=|<=|>=|[:=<>]")
_SPACE = re.compile(r"\s*")
_BARE = re.compile(r'[^\s()"]+')
_BARE_VALUE = re.compile(r'[^\s()",]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_DURATION = re.compile("([0-9]{1,4})([dwmy])")
_DATE = re.compile("([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}
_NUMERIC: frozenset[FieldType] = frozenset({"number", "money"})
_ORDERED: frozenset[FieldType] = frozenset({"number", "money", "date"})
_COMPARED: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_PERIODS: dict[str, PeriodName] = {name: name for name in get_args(PeriodName)}
_UNITS: dict[str, Unit] = {unit: unit for unit in get_args(Unit)}
_QUOTE_IT = marked("put it in quotes to search for it")


class _Item(NamedTuple):
    """A value as typed."""

    text: str
    quoted: bool
    start: int
    end: int


def parse(text: str, catalogue: Iterable[Field]) -> Node:
    """The tree of a filter over the fields of `catalogue`. Raises `FilterError`."""
    if len(text) > MAX_LENGTH:
        raise FilterError(
            Translatable(
                "a filter has at most {most} characters, this one {number}", most=MAX_LENGTH, number=len(text)
            ),
            MAX_LENGTH,
            len(text),
        )
    return _Parser(text, catalogue).whole()


class _Parser:
    def __init__(self, text: str, catalogue: Iterable[Field]) -> None:
        self.text = text
        self.at = 0
        self.terms = 0
        self.fields = {field.name: field for field in catalogue}
        self.named = ""
        """The field whose value is being read: what is wrong begins with it."""

    def whole(self) -> Node:
        if self.end():
            return And()
        tree = self.either(0)
        if not self.end():  # `either` stops at a closing parenthesis only
            raise FilterError("this parenthesis has no opening one", self.at, self.at + 1)
        return tree

    # ---------------------------------------------------------------- the grammar

    def either(self, depth: int) -> Node:
        items = [self.both(depth)]
        while self.keyword("or"):
            items.append(self.both(depth))
        flat = [part for item in items for part in (item.items if isinstance(item, Or) else (item,))]
        return flat[0] if len(flat) == 1 else Or(tuple(flat))

    def both(self, depth: int) -> Node:
        flat: list[Node] = []
        expecting = True
        while expecting or not (self.end() or self.ahead(")") or self.keyword("or", take=False)):
            item = self.unary(depth)
            for part in item.items if isinstance(item, And) else (item,):
                before = flat[-1] if flat else None
                if isinstance(part, Words) and isinstance(before, Words):
                    flat[-1] = Words(f"{before.text} {part.text}", Span(before.span.start, part.span.end))
                else:
                    flat.append(part)
            expecting = self.keyword("and")
        for part in flat:
            self.searchable(part)
        return flat[0] if len(flat) == 1 else And(tuple(flat))

    def unary(self, depth: int) -> Node:
        start = self.skip()
        if depth > MAX_DEPTH:
            raise FilterError(
                Translatable('more than {most} levels of parentheses and "not"', most=MAX_DEPTH), start, start + 1
            )
        if self.end() or self.ahead(")"):
            raise FilterError(
                "something is missing here", start, min(start + 1, len(self.text)), "type a field or a word"
            )
        for word in ("or", "and"):
            if self.keyword(word, take=False):
                raise FilterError(
                    Translatable('"{word}" needs a term before and after it', word=word),
                    start,
                    start + len(word),
                    _QUOTE_IT,
                )
        if self.ahead("-"):
            self.at += 1
            if self.at == len(self.text) or self.text[self.at].isspace():
                raise FilterError('"-" needs a term right after it', start, start + 1, _QUOTE_IT)
            return self.negated(depth + 1)
        if self.keyword("not"):
            return self.negated(depth + 1)
        if self.ahead("("):
            self.at += 1
            tree = self.either(depth + 1)
            if not self.ahead(")"):
                raise FilterError("this parenthesis is not closed", start, start + 1)
            self.at += 1
            return tree
        return self.term()

    def term(self) -> Node:
        start = self.at
        name = _run(NAME, self.text, start)
        after = start + len(name)
        sign = _run(OPERATOR, self.text, after + len(_run(_SPACE, self.text, after))) if name else ""
        if sign:
            self.at = self.text.index(sign, after) + len(sign)
            return self.comparison(name, start, sign)
        if self.ahead('"'):
            item = self.quotation()
        else:
            bare = _run(_BARE, self.text, start)
            if misplaced := OPERATOR.search(bare):
                raise FilterError(
                    Translatable('"{sign}" needs a field before it', sign=misplaced.group()),
                    start + misplaced.start(),
                    start + misplaced.end(),
                    _QUOTE_IT,
                )
            self.at = start + len(bare)
            item = _Item(bare, quoted=False, start=start, end=self.at)
        query = " ".join(item.text.split())
        if not query:
            raise FilterError("the quotes are empty", item.start, item.end)
        self.count(item.start, item.end)
        return Words(query, Span(item.start, item.end))

    def comparison(self, name: str, start: int, sign: str) -> Node:
        asked = typed_name(name)
        if asked in ("has", "none") and sign in (":", "=", "!="):
            present = [self.presence(item, start) for item in self.items(name)]
            tree = present[0] if len(present) == 1 else Or(tuple(present))
            return tree if (asked == "has") is (sign != "!=") else Not(tree)
        field = self.field(name, start)
        items = self.items(field.name)
        span = Span(start, self.at)
        if any(item.text == "*" and not item.quoted for item in items):
            if len(items) > 1 or sign not in (":", "=", "!="):
                raise FilterError(
                    '"*" means any value and stands alone', items[0].start, items[-1].end, f"has:{field.name}"
                )
            there = Comparison(field.name, field.type, "*", span=span)
            return Not(there) if sign == "!=" else there
        if field.type in _NUMERIC:
            items = self.numbers(field, sign, items)
        operator = self.operator(field, sign, start, items)
        values: list[Value] = []
        nobody = False
        self.named = field.name
        for item in items:
            if field.type == "person" and item.text.casefold() == "nobody" and not item.quoted:
                nobody = True
            elif (value := self.value(field, operator, item)) not in values:
                values.append(value)
        tests: list[Node] = [Comparison(field.name, field.type, operator, tuple(values), span)] if values else []
        if nobody:
            tests.append(Not(Comparison(field.name, field.type, "*", span=span)))
        tree = tests[0] if len(tests) == 1 else Or(tuple(tests))
        return Not(tree) if sign == "!=" else tree

    def presence(self, item: _Item, start: int) -> Node:
        field = self.field(item.text, item.start)
        return Comparison(field.name, field.type, "*", span=Span(start, item.end))

    def negated(self, depth: int) -> Node:
        item = self.unary(depth)
        self.searchable(item)
        return Not(item)

    # ---------------------------------------------------------------- fields, operators, values

    def field(self, name: str, start: int) -> Field:
        found = self.fields.get(typed_name(name))
        if not found:
            raise FilterError(
                Translatable('there is no field "{name}"', name=name),
                start,
                start + len(name),
                suggest(typed_name(name), self.fields),
            )
        return found

    def operator(self, field: Field, sign: str, start: int, items: Sequence[_Item]) -> Operator:
        place = (start, items[-1].end)
        if field.type == "presence":
            hint = Translatable("has:{name} or none:{name}; to find one, just type its beginning", name=field.name)
            raise FilterError(Translatable('"{name}" can only be tested for presence', name=field.name), *place, hint)
        if sign in (":", "=", "!="):
            return ":" if sign == ":" and field.type == "text" else "="
        if field.type in _ORDERED or (field.type == "anniversary" and sign in ("<", "<=")):
            if len(items) > 1:
                raise FilterError(
                    Translatable('"{sign}" compares with one value', sign=sign), items[0].start, items[-1].end
                )
            return _COMPARED[sign]
        if field.type == "anniversary":
            raise FilterError(
                "a date that recurs every year has no before or after",
                *place,
                Translatable("use {name}<14d", name=field.name),
            )
        raise FilterError(
            Translatable('"{name}" cannot be compared with "{sign}"', name=field.name, sign=sign),
            *place,
            Translatable("use {name}:", name=field.name),
        )

    def items(self, name: str) -> list[_Item]:
        """The values after an operator: one, or several with commas between them."""
        found = [self.item(name)]
        while self.at < len(self.text) and self.text[self.at] == ",":
            self.at += 1
            found.append(self.item(name))
        if self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] != ")":
            raise FilterError("the value ends before this", self.at, self.at + 1, "put the whole value in quotes")
        for item in found:
            self.count(item.start, item.end)
        return found

    def item(self, name: str) -> _Item:
        start = self.skip()
        if self.ahead('"'):
            return self.quotation()
        bare = _run(_BARE_VALUE, self.text, start)
        if not bare:
            raise FilterError(
                Translatable('"{name}" needs a value here', name=name), start, min(start + 1, len(self.text))
            )
        self.at += len(bare)
        return _Item(bare, quoted=False, start=start, end=self.at)

    def quotation(self) -> _Item:
        start = self.at
        found = _QUOTED.match(self.text, start)
        if not found:
            raise FilterError("this quote is not closed", start, start + 1)
        self.at = found.end()
        return _Item(_ESCAPED.sub(r"\1", found.group(1)), quoted=True, start=start, end=self.at)

    def value(self, field: Field, operator: Operator, item: _Item) -> Value:  # noqa: PLR0911 - a case for each type
        match field.type:
            case "number" | "money":
                return self.number(field, item)
            case "date":
                return self.day(field, operator, item)
            case "anniversary":
                return self.month_day(field, operator, item)
            case "boolean":
                if item.text.casefold() not in _BOOLEANS:
                    raise self.refusal(item, "is neither yes nor no")
                return _BOOLEANS[item.text.casefold()]
            case "choice" if field.values:
                for value in field.values:
                    if _choice_key(value) == _choice_key(item.text):
                        return value
                raise self.refusal(
                    item, Translatable('is not a value of "{name}"', name=field.name), suggest(item.text, field.values)
                )
            case "person" if item.text.casefold() == "me" and not item.quoted:
                return Me()
        if not (_has_words(item.text) if operator == ":" or field.type == "person" else exact(item.text)):
            raise self.refusal(item, "has nothing to search for")
        return item.text

    def number(self, field: Field, item: _Item) -> Decimal:
        from sellmode_contract.money import HOW, read_amount, read_number  # few filters have one

        try:
            return (read_amount if field.type == "money" else read_number)(item.text)
        except ValueError as error:
            raise self.refusal(item, Translatable.said(error), HOW) from None

    def numbers(self, field: Field, sign: str, items: list[_Item]) -> list[_Item]:
        """Commas in a number that is compared with are its own; in a list they may be both, which is asked about."""
        from sellmode_contract.money import has_groups  # few filters have one

        first, last = items[0], items[-1]
        whole = self.text[first.start : last.end]
        if len(items) == 1 or any(item.quoted for item in items) or any(each.isspace() for each in whole):
            return items
        if sign in _COMPARED:
            return [_Item(whole, quoted=False, start=first.start, end=last.end)]
        if has_groups(whole):
            plain = whole.replace(",", "")
            one_by_one = f"{field.name}:{', '.join(item.text for item in items)}"
            hint = Translatable(
                "write {name}:{plain}, or {several} with spaces", name=field.name, plain=plain, several=one_by_one
            )
            raise FilterError(
                Translatable('"{whole}" may be one number or {number}', whole=whole, number=len(items)),
                first.start,
                last.end,
                hint,
            )
        return items

    def day(self, field: Field, operator: Operator, item: _Item) -> Value:
        if period := _period(item):
            return Named(period)
        if length := self.duration(item):
            if operator == "=":
                hint = Translatable(
                    "{name}<{text} means within, {name}>{text} longer ago", name=field.name, text=item.text
                )
                raise self.refusal(item, "is a length of time, not a day", hint)
            return length
        if not (found := _DATE.fullmatch(item.text)):
            typed = self.typed_day(
                item, marked('try 2026-03-01, "1 Mar 2026", 2026-03, 2026, today, this-month, or 90d')
            )
            if typed.year is None:
                raise self.refusal(
                    item, "needs a year", Translatable("try {text} 2026 in quotes, or 2026-03-01", text=item.text)
                )
            found = _DATE.fullmatch(f"{typed.year:04}-{typed.month:02}-{typed.day:02}")
        assert found is not None  # noqa: S101 -- for the type checker: a day is written so
        year, month, day = (int(part) if part else None for part in found.groups())
        try:
            first = dt.date(year or 0, month or 1, day or 1)
        except ValueError:
            raise self.refusal(item, "is not in the calendar") from None
        if day:
            return Period(first, first)
        last_month = month or 12
        return Period(first, dt.date(first.year, last_month, calendar.monthrange(first.year, last_month)[1]))

    def month_day(self, field: Field, operator: Operator, item: _Item) -> Value:
        length = self.duration(item)
        if operator in ("<", "<="):
            if not length:
                raise self.refusal(item, "is not a length of time", Translatable("write {name}<14d", name=field.name))
            return length
        if length:
            raise self.refusal(
                item,
                "is a length of time, not a day",
                Translatable("{name}<{text} means within it", name=field.name, text=item.text),
            )
        if period := _period(item):
            return Named(period)
        typed = self.typed_day(item, marked('try 12-24, "24 Dec", today, this-week, next-month'))
        if typed.year is not None:
            raise self.refusal(
                item,
                "recurs every year",
                Translatable("leave the year out: {month:02}-{day:02}", month=typed.month, day=typed.day),
            )
        return MonthDay(typed.month, typed.day)

    def typed_day(self, item: _Item, hint: str) -> TypedDate:
        """A day as in forms."""
        from sellmode_contract.typed_days import HOW, UnclearDate, read_date  # few filters have one

        try:
            return read_date(item.text)
        except UnclearDate as unclear:
            why = str(unclear).removesuffix(HOW).strip().rstrip(".")
            no_date = why == "Not a valid date"
            raise self.refusal(
                item, marked("is not a valid date") if no_date else Translatable("is not clear: {why}", why=why), hint
            ) from None

    def duration(self, item: _Item) -> Duration | None:
        found = _DURATION.fullmatch(item.text)
        return Duration(int(found[1]), _UNITS[found[2]]) if found else None

    # ---------------------------------------------------------------- reading

    def skip(self) -> int:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at

    def end(self) -> bool:
        return self.skip() == len(self.text)

    def ahead(self, mark: str) -> bool:
        return self.text.startswith(mark, self.skip())

    def keyword(self, word: str, *, take: bool = True) -> bool:
        start = self.skip()
        found = _run(_BARE, self.text, start)
        if found.casefold() != word:
            return False
        if take:
            self.at += len(found)
        return True

    def count(self, start: int, end: int) -> None:
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise FilterError(Translatable("a filter has at most {most} terms and values", most=MAX_TERMS), start, end)

    def searchable(self, node: Node) -> None:
        if isinstance(node, Words):
            query = parse_query(node.text)
            place = (node.span.start, node.span.end)
            if not (query.words or query.digits):
                raise FilterError("nothing to search for", *place, "type letters or digits")
            if query.ignored:
                raise FilterError(
                    "too many words to search for", *place, Translatable("leave out {words}", words=query.ignored)
                )

    def refusal(self, item: _Item, why: str, hint: str = "") -> FilterError:
        said = Translatable('{field}: "{text}" {why}', field=self.named, text=item.text, why=Translatable.said(why))
        return FilterError(said, item.start, item.end, hint)


def _run(pattern: re.Pattern[str], text: str, at: int) -> str:
    """What `pattern` takes of `text` from `at` on; empty if nothing."""
    found = pattern.match(text, at)
    return found.group() if found else ""


def _period(item: _Item) -> PeriodName | None:
    """A period that moves with today: `last-week`, or in quotes `"last week"`."""
    return _PERIODS.get("-".join(item.text.casefold().split()))


def _choice_key(text: str) -> str:
    return exact(text.replace("_", " ").replace("-", " "))


def _has_words(text: str) -> bool:
    query = parse_query(text)
    return bool(query.words or query.digits)
