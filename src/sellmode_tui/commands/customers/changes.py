"""``sellmode customers add|edit|note|log|consent|date``: what the screens write, from the command line."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal, get_args

import click

from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.contact import ContactChannel
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.refusals import named
from sellmode_contract.text import visible
from sellmode_contract.typed_days import TypedDate, UnclearDate
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.inputs import (
    elements,
    field_values,
    from_option,
    nested,
    read_json,
    read_text,
    set_option,
)
from sellmode_tui.commands.kit.when import read_past
from sellmode_tui.dates.day_words import read_typed_day
from sellmode_tui.records import Match, Profile, RecordStore
from sellmode_tui.records.customers.duplicates import same_words

_CONTACTS: Final = get_args(ContactChannel)
_MAX_MATCHES: Final = 10
_CUSTOMER: Parameter = click.argument("customer", metavar="CUSTOMER")
_ADD: Parameter = click.option(
    "--add", "added", metavar="tag=VALUE", multiple=True, help="Add a tag, or preference=VALUE."
)


@command(
    "add",
    click.option("--given", "given_name", metavar="NAME", help="Given name."),
    click.option("--family", "family_name", metavar="NAME", help="Family name."),
    click.option("--email", metavar="ADDRESS"),
    click.option("--phone", metavar="NUMBER"),
    set_option,
    _ADD,
    from_option("Read the fields as a JSON object from FILE, which keeps them private."),
    click.option(
        "--anyway", is_flag=True, help=("Add the customer even if one with this e-mail address or phone number exists.")
    ),
)
def add_command(
    opened: Opened,
    assignments: tuple[str, ...],
    added: tuple[str, ...],
    source: str | None,
    *,
    anyway: bool,
    **named: str | None,
) -> None:
    """Add a customer.

    Without --anyway, nothing is added if you can see a customer with the same e-mail address or phone number.

    sellmode customers add --given Anna --family Muster --phone '+41 44 123 45 67' --add tag=vip
    sellmode customers add --from anna.json
    """
    fields: dict[str, Any] = read_json(source) if source else {}
    fields |= nested(field_values(assignments, opened.records.retailer()))
    fields |= {name: value for name, value in named.items() if value is not None}
    fields |= elements(added, "--add")
    if not anyway:
        _refuse_known(opened.records, fields)
    opened.report(opened.records.customers.create(fields))


def _refuse_known(records: RecordStore, fields: dict[str, Any]) -> None:
    email, phone = (value if isinstance(value := fields.get(name), str) else "" for name in ("email", "phone"))
    if not (found := records.customers.matches(email, phone, _MAX_MATCHES + 1)):
        return
    shown = "\n".join(f"  {_match(match)}" for match in found[:_MAX_MATCHES])
    more = "\n  and more" if len(found) > _MAX_MATCHES else ""
    raise Failure(
        "Nothing was added: there may already be such a customer. If it is another person, use "
        f"--anyway.\n{shown}{more}",
        Exit.AGAINST_RULES,
    )


def _match(match: Match) -> str:
    owner = f", of {visible(match.owner_name)}" if match.owner_name else ""
    return f"{match.id}  {visible(match.name)}{owner}: the same {same_words(match.matched)}"


@command(
    "edit",
    _CUSTOMER,
    set_option,
    _ADD,
    click.option("--remove", "removed", metavar="tag=VALUE", multiple=True, help="Remove one."),
    from_option('Read {"set": {...}, "add": {...}, "remove": {...}} as JSON from FILE, which keeps it private.'),
)
def edit_command(
    opened: Opened,
    customer: str,
    assignments: tuple[str, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
    source: str | None,
) -> None:
    """Change fields of CUSTOMER.

    sellmode customers edit C-00042 --set phone='+41 44 123 45 67' --set sizes.shoes=42
    sellmode customers edit C-00042 --add tag=vip --remove tag=new --set language=
    sellmode customers edit C-00042 --from changes.json
    """
    id = resolve.customer(opened.records, customer)
    given = read_json(source) if source else {}
    if unknown := given.keys() - {"set", "add", "remove"}:
        raise Failure(f"The JSON has set, add and remove, not {visible(min(unknown))}.", Exit.USAGE)
    changed = {name: _object(given, name) for name in ("set", "add", "remove")}
    changed["set"] |= field_values(assignments, opened.records.retailer())
    for name, assigned in (("add", added), ("remove", removed)):
        for field, values in elements(assigned, f"--{name}").items():
            changed[name][field] = [*_texts(changed[name].get(field, [])), *values]
        changed[name] = {field: _texts(values) for field, values in changed[name].items()}
    if not any(changed.values()):
        raise Failure("Name what to change: --set, --add, --remove or --from.", Exit.USAGE)
    opened.report(opened.records.customers.edit(id, **changed))


def _object(given: dict[str, Any], name: str) -> dict[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise Failure(f"{name} in the JSON has to be an object.", Exit.USAGE)
    return dict(value)


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Failure("add and remove in the JSON hold lists of texts, by field.", Exit.USAGE)
    return value


@command(
    "note",
    _CUSTOMER,
    click.argument("text", metavar="[TEXT|-]", required=False),
    click.option("--private", is_flag=True, help="For yourself only."),
    click.option("--edit", "edited", metavar="NOTE", help="Replace the text of your note with this id."),
    click.option("--remove", "removed", metavar="NOTE", help="Remove your note with this id."),
)
def note_command(
    opened: Opened, customer: str, text: str | None, edited: str | None, removed: str | None, *, private: bool
) -> None:
    """Write a note about CUSTOMER: TEXT, or standard input, which stays private.

    sellmode customers note C-00042 - < note.txt
    sellmode customers note C-00042 --private 'Prefers the back door'
    """
    if removed is not None and (text is not None or private or edited is not None):
        raise Failure("A note that is removed takes no text.", Exit.USAGE)
    records, id = opened.records, resolve.customer(opened.records, customer)
    known = [note.id for note in _profile(records, id).notes] if removed or edited else []
    if removed is not None:
        opened.report(records.remove("note", _own(known, removed, "note")))
    elif edited is not None:
        note = _own(known, edited, "note")
        opened.report(records.customers.edit_note(note, text=read_text(text), private=True if private else None))
    else:
        opened.report(records.customers.write_note(id, read_text(text), private=private))


@command(
    "log",
    _CUSTOMER,
    click.argument("channel", type=click.Choice(_CONTACTS), required=False),
    click.argument("summary", metavar="[SUMMARY|-]", required=False),
    click.option("--inbound", is_flag=True, help="The customer got in touch."),
    click.option(
        "--at",
        "moment",
        metavar="TIME",
        help="When, as in forms: 'yesterday 3pm', in the store's time zone.  [default: now]",
    ),
    click.option("--remove", "removed", metavar="CONTACT", help="Remove the contact of this id, which you logged."),
)
def log_command(
    opened: Opened,
    customer: str,
    channel: ContactChannel | None,
    summary: str | None,
    moment: str | None,
    removed: str | None,
    *,
    inbound: bool,
) -> None:
    """Log a call, visit or message with CUSTOMER.

    sellmode customers log C-00042 call --inbound 'Asked for the blue coat'
    sellmode customers log C-00042 visit --at 2026-11-21T17:30
    """
    if (channel is None) == (removed is None):
        raise Failure(f"Say what to log ({', '.join(_CONTACTS)}) or what to --remove.", Exit.USAGE)
    records, id = opened.records, resolve.customer(opened.records, customer)
    if channel is None:
        contacts = [contact.id for contact in _profile(records, id).contacts]
        opened.report(records.remove("contact", _own(contacts, removed or "", "contact")))
    else:
        text = "" if summary is None else read_text(summary)
        at = None if moment is None else read_past(moment, records.zone())
        opened.report(records.customers.log_contact(id, channel, inbound=inbound, summary=text, at=at))


@command(
    "consent",
    _CUSTOMER,
    click.argument("channel", type=click.Choice(get_args(Channel))),
    click.argument("state", type=click.Choice(get_args(ConsentState))),
    click.option("--evidence", metavar="TEXT", help="Evidence that the customer agreed; - reads standard input."),
)
def consent_command(opened: Opened, customer: str, channel: Channel, state: ConsentState, evidence: str | None) -> None:
    """Record CUSTOMER's consent on a channel.

    Allowing more than before needs evidence. Only customers themselves can undo an unsubscribe.

    sellmode customers consent C-00042 email unsubscribed
    sellmode customers consent C-00042 sms subscribed --evidence 'Signed form of 22 November'
    """
    id = resolve.customer(opened.records, customer)
    text = "" if evidence is None else read_text(evidence)
    opened.report(opened.records.customers.set_consent(id, channel, state, text))


@command(
    "date",
    _CUSTOMER,
    click.argument("action", type=click.Choice(("add", "edit", "remove"))),
    click.argument("label", metavar="LABEL"),
    click.argument("day", metavar="[DAY]", required=False),
    click.option("--year", type=int, metavar="YEAR", help="The year, if known and not in DAY."),
    click.option("--about", metavar="NAME", help="Whose date it is, if not the customer's."),
)
def date_command(
    opened: Opened,
    customer: str,
    action: Literal["add", "edit", "remove"],
    label: str,
    day: str | None,
    year: int | None,
    about: str | None,
) -> None:
    """Add, edit or remove an important date of CUSTOMER, such as a birthday; the year is optional.

    To edit or remove one, LABEL is its label or its id.

    sellmode customers date C-00042 add birthday 03-14
    sellmode customers date C-00042 edit birthday 03-14 --year 1990
    sellmode customers date C-00042 remove birthday
    """
    if (day is None) == (action in ("add", "edit")):
        raise Failure("Give a DAY to add or edit a date, and none to remove one.", Exit.USAGE)
    records, id = opened.records, resolve.customer(opened.records, customer)
    typed = None if day is None else _typed(day, year, records.zone())
    held = None if action == "add" else _date_of(_profile(records, id), label)
    if held is None and typed is not None:
        opened.report(records.customers.add_date(id, label, *typed, about or ""))
    elif held is not None and typed is None:
        opened.report(records.remove("date", held.id))
    elif held is not None and typed is not None:
        opened.report(
            records.customers.edit_date(
                held.id,
                label=held.label,
                month=typed.month,
                day=typed.day,
                year=typed.year,
                about=held.about if about is None else about,
            )
        )


def _typed(day: str, year: int | None, zone: dt.tzinfo) -> TypedDate:
    try:
        typed = read_typed_day(day, dt.datetime.now(zone).date())
    except UnclearDate as error:
        raise Failure(named("Day", str(error)), Exit.USAGE) from None
    if year is not None and typed.year not in (None, year):
        raise Failure("DAY has another year than --year.", Exit.USAGE)
    return typed if year is None else typed._replace(year=year)


def _date_of(profile: Profile, label: str) -> ImportantDate:
    same = [date for date in profile.dates if date.label.casefold() == label.casefold()]
    if len(same) > 1:
        ids = "\n".join(f"  {date.id}  {date.month:02}-{date.day:02}  {visible(date.about)}".rstrip() for date in same)
        raise Failure(f"There are several; give one of these ids:\n{ids}", Exit.USAGE)
    if same:
        return same[0]
    id = _own([date.id for date in profile.dates], label, "date")
    return next(date for date in profile.dates if date.id == id)


def _own(ids: list[str], text: str, noun: str) -> str:
    missing = f"The customer has no such {noun}; `sellmode customers show --json` lists the ids."
    return resolve.one_of(ids, text, noun, missing=missing)


def _profile(records: RecordStore, id: str) -> Profile:
    profile = records.customers.profile(id)
    if profile is None:  # left between the two readings
        raise resolve.unknown("customer", id)
    return profile


CHANGES: Final = (add_command, edit_command, note_command, log_command, consent_command, date_command)
