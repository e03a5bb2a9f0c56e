"""``sellmode customers add|edit|note|log|consent|date``: what the screens write, from the command line."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal, get_args

import click

from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.text import visible
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.given import (
    elements,
    field_values,
    from_option,
    nested,
    read_json,
    read_text,
    set_option,
)
from sellmode_tui.commands.kept import tell_written
from sellmode_tui.commands.outcome import Exit, Failure
from sellmode_tui.commands.output import json_option
from sellmode_tui.commands.which import not_found, resolve
from sellmode_tui.visibility import Door, Match, Profile
from sellmode_tui.visibility.typed_dates import TypedDate, UnclearDate, read_date

_CONTACTS: Final = ("call", "visit", "email", "sms", "chat")
_MATCHES_SHOWN: Final = 10
_LEAST_ID: Final = 8

# ------------------------------------------------------------------ a new one


@click.command("add")
@click.option("--given", metavar="NAME", help="Given name.")
@click.option("--family", metavar="NAME", help="Family name.")
@click.option("--email", metavar="ADDRESS")
@click.option("--phone", metavar="NUMBER")
@set_option
@click.option("--add", "added", metavar="tag=VALUE", multiple=True, help="Add a tag, or preference=VALUE.")
@from_option("Read the fields as a JSON object from FILE: nobody else sees them there.")
@click.option("--anyway", is_flag=True, help="Also if you know somebody with this e-mail address or phone number.")
@json_option
@account_options
def add_command(
    choice: Choice,
    given: str | None,
    family: str | None,
    email: str | None,
    phone: str | None,
    assignments: tuple[str, ...],
    added: tuple[str, ...],
    source: str | None,
    *,
    anyway: bool,
    as_json: bool,
) -> None:
    """Add a customer of your own.

    Nobody is added if you can see somebody with the same e-mail address or phone number, unless you say --anyway.

    \b
      sellmode customers add --given Anna --family Muster --phone '+41 44 123 45 67' --add tag=vip
      sellmode customers add --from anna.json
    """  # noqa: D301  # click's mark for lines to be kept
    named = {"given_name": given, "family_name": family, "email": email, "phone": phone}
    with opened(choice) as workspace:
        door = workspace.door
        fields: dict[str, Any] = read_json(source) if source else {}
        fields |= nested(field_values(assignments, door.retailer()))
        fields |= {name: value for name, value in named.items() if value is not None}
        for name, values in elements(added, "--add").items():
            fields[name] = values
        if not anyway:
            _refuse_known(door, fields)
        tell_written(door, door.create_customer(fields), as_json=as_json)


def _refuse_known(door: Door, fields: dict[str, Any]) -> None:
    email, phone = (value if isinstance(value := fields.get(name), str) else "" for name in ("email", "phone"))
    if not (found := door.matches(email, phone, _MATCHES_SHOWN + 1)):
        return
    shown = "\n".join(f"  {_match(match)}" for match in found[:_MATCHES_SHOWN])
    more = "\n  and more" if len(found) > _MATCHES_SHOWN else ""
    raise Failure(
        f"Nobody was added: you know somebody like this already. If it is another person, say --anyway.\n{shown}{more}",
        Exit.AGAINST_RULES,
    )


def _match(match: Match) -> str:
    same = " and ".join({"email": "e-mail", "phone": "phone"}[each] for each in match.matched)
    owner = f", of {visible(match.owner_name)}" if match.owner_name else ""
    return f"{match.id}  {visible(match.name)}{owner}: the same {same}"


# ------------------------------------------------------------------ fields


@click.command("edit")
@click.argument("customer", metavar="CUSTOMER")
@set_option
@click.option("--add", "added", metavar="tag=VALUE", multiple=True, help="Add a tag, or preference=VALUE.")
@click.option("--remove", "removed", metavar="tag=VALUE", multiple=True, help="Take one away.")
@from_option('Read {"set": {...}, "add": {...}, "remove": {...}} as JSON from FILE: nobody else sees it there.')
@json_option
@account_options
def edit_command(
    choice: Choice,
    customer: str,
    assignments: tuple[str, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
    source: str | None,
    *,
    as_json: bool,
) -> None:
    """Change fields of CUSTOMER.

    \b
      sellmode customers edit C-00042 --set phone='+41 44 123 45 67' --set sizes.shoes=42
      sellmode customers edit C-00042 --add tag=vip --remove tag=new --set language=
      sellmode customers edit C-00042 --from changes.json
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        id = resolve(door, customer)
        given = read_json(source) if source else {}
        if unknown := given.keys() - {"set", "add", "remove"}:
            raise Failure(f"The JSON has set, add and remove, not {visible(min(unknown))}.", Exit.USAGE)
        changes = {name: _object(given, name) for name in ("set", "add", "remove")}
        changes["set"] |= field_values(assignments, door.retailer())
        for name, assigned in (("add", added), ("remove", removed)):
            for field, values in elements(assigned, f"--{name}").items():
                changes[name][field] = [*_list(changes[name].get(field, [])), *values]
        if not any(changes.values()):
            raise Failure("Say what to change: --set, --add, --remove or --from.", Exit.USAGE)
        for name in ("add", "remove"):
            changes[name] = {field: _list(values) for field, values in changes[name].items()}
        written = door.edit_customer(id, set=changes["set"], add=changes["add"], remove=changes["remove"])
        tell_written(door, written, as_json=as_json)


def _object(given: dict[str, Any], name: str) -> dict[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise Failure(f"{name} in the JSON has to be an object.", Exit.USAGE)
    return dict(value)


def _list(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Failure("add and remove in the JSON hold lists of texts, by field.", Exit.USAGE)
    return value


# ------------------------------------------------------------------ notes and contacts


@click.command("note")
@click.argument("customer", metavar="CUSTOMER")
@click.argument("text", metavar="[TEXT|-]", required=False)
@click.option("--private", is_flag=True, help="For yourself only.")
@click.option("--edit", "edited", metavar="NOTE", help="Replace the text of your note with this id.")
@click.option("--remove", "removed", metavar="NOTE", help="Remove your note with this id.")
@json_option
@account_options
def note_command(
    choice: Choice,
    customer: str,
    text: str | None,
    edited: str | None,
    removed: str | None,
    *,
    private: bool,
    as_json: bool,
) -> None:
    """Write a note about CUSTOMER: TEXT, or what standard input has, which nobody else sees.

    \b
      sellmode customers note C-00042 - < note.txt
      sellmode customers note C-00042 --private 'Prefers the back door'
    """  # noqa: D301  # click's mark for lines to be kept
    if removed is not None and (text is not None or private or edited is not None):
        raise Failure("A note that is removed takes no text.", Exit.USAGE)
    with opened(choice) as workspace:
        door = workspace.door
        id = resolve(door, customer)
        if removed is not None:
            written = door.remove_note(_named([note.id for note in _profile(door, id).notes], removed, "note"))
        elif edited is not None:
            note = _named([note.id for note in _profile(door, id).notes], edited, "note")
            written = door.edit_note(note, text=read_text(text), private=True if private else None)
        else:
            written = door.write_note(id, read_text(text), private=private)
        tell_written(door, written, as_json=as_json)


@click.command("log")
@click.argument("customer", metavar="CUSTOMER")
@click.argument("channel", type=click.Choice(_CONTACTS), required=False)
@click.argument("summary", metavar="[SUMMARY|-]", required=False)
@click.option("--inbound", is_flag=True, help="It came from the customer.")
@click.option(
    "--at", "moment", metavar="TIME", help="When: 2026-11-22T14:05, in the store's time zone.  [default: now]"
)
@click.option("--remove", "removed", metavar="CONTACT", help="Remove the contact of this id, which you logged.")
@json_option
@account_options
def log_command(
    choice: Choice,
    customer: str,
    channel: Literal["call", "visit", "email", "sms", "chat"] | None,
    summary: str | None,
    moment: str | None,
    removed: str | None,
    *,
    inbound: bool,
    as_json: bool,
) -> None:
    """Log a call, visit or message with CUSTOMER.

    \b
      sellmode customers log C-00042 call --inbound 'Asked for the blue coat'
      sellmode customers log C-00042 visit --at 2026-11-21T17:30
    """  # noqa: D301  # click's mark for lines to be kept
    if (channel is None) == (removed is None):
        raise Failure(f"Say what to log ({', '.join(_CONTACTS)}) or what to --remove.", Exit.USAGE)
    with opened(choice) as workspace:
        door = workspace.door
        id = resolve(door, customer)
        if channel is None:
            contacts = [contact.id for contact in _profile(door, id).contacts]
            written = door.remove_contact(_named(contacts, removed or "", "contact"))
        else:
            text = "" if summary is None else read_text(summary)
            at = None if moment is None else _moment(moment, door.zone())
            written = door.log_contact(id, channel, inbound=inbound, summary=text, at=at)
        tell_written(door, written, as_json=as_json)


def _moment(text: str, zone: dt.tzinfo) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Failure("Write the time as 2026-11-22T14:05.", Exit.USAGE) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


# ------------------------------------------------------------------ consent


@click.command("consent")
@click.argument("customer", metavar="CUSTOMER")
@click.argument("channel", type=click.Choice(get_args(Channel)))
@click.argument("state", type=click.Choice(get_args(ConsentState)))
@click.option("--evidence", metavar="TEXT", help="What shows that the customer wants it; - reads standard input.")
@json_option
@account_options
def consent_command(
    choice: Choice, customer: str, channel: Channel, state: ConsentState, evidence: str | None, *, as_json: bool
) -> None:
    """Note what CUSTOMER allows on a channel.

    Allowing more than before needs evidence. Who has unsubscribed can only come back by themselves.

    \b
      sellmode customers consent C-00042 email unsubscribed
      sellmode customers consent C-00042 sms subscribed --evidence 'Signed form of 22 November'
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        door = workspace.door
        id = resolve(door, customer)
        text = "" if evidence is None else read_text(evidence)
        tell_written(door, door.set_consent(id, channel, state, text), as_json=as_json)


# ------------------------------------------------------------------ dates


@click.command("date")
@click.argument("customer", metavar="CUSTOMER")
@click.argument("action", type=click.Choice(("add", "edit", "remove")))
@click.argument("label", metavar="LABEL")
@click.argument("day", metavar="[DAY]", required=False)
@click.option("--year", type=int, metavar="YEAR", help="The year, if it is known and not in DAY.")
@click.option("--about", metavar="NAME", help="Whose day it is, if not the customer's own.")
@json_option
@account_options
def date_command(
    choice: Choice,
    customer: str,
    action: Literal["add", "edit", "remove"],
    label: str,
    day: str | None,
    year: int | None,
    about: str | None,
    *,
    as_json: bool,
) -> None:
    """Add, edit or remove a day to remember of CUSTOMER, such as a birthday; its year need not be known.

    To edit or remove one, LABEL is its label or its id.

    \b
      sellmode customers date C-00042 add birthday 03-14
      sellmode customers date C-00042 edit birthday 03-14 --year 1990
      sellmode customers date C-00042 remove birthday
    """  # noqa: D301  # click's mark for lines to be kept
    if (day is None) == (action in ("add", "edit")):
        raise Failure("A date that is added or edited takes a DAY, one that is removed takes none.", Exit.USAGE)
    with opened(choice) as workspace:
        door = workspace.door
        id = resolve(door, customer)
        if day is None:
            written = door.remove_date(_date_of(_profile(door, id), label).id)
        else:
            typed = _typed(day, year)
            if action == "add":
                written = door.add_date(id, label, typed.month, typed.day, typed.year, about or "")
            else:
                held = _date_of(_profile(door, id), label)
                written = door.edit_date(
                    held.id,
                    label=held.label,
                    month=typed.month,
                    day=typed.day,
                    year=typed.year,
                    about=held.about if about is None else about,
                )
        tell_written(door, written, as_json=as_json)


def _typed(day: str, year: int | None) -> TypedDate:
    try:
        typed = read_date(day)
    except UnclearDate as error:
        raise Failure(str(error), Exit.USAGE) from None
    if year is not None and typed.year not in (None, year):
        raise Failure("DAY has another year than --year.", Exit.USAGE)
    return typed if year is None else typed._replace(year=year)


def _date_of(profile: Profile, label: str) -> ImportantDate:
    found = [date for date in profile.dates if date.label.casefold() == label.casefold()]
    if not found:
        id = _named([date.id for date in profile.dates], label, "date")
        found = [date for date in profile.dates if date.id == id]
    if len(found) > 1:
        ids = "\n".join(f"  {date.id}  {date.month:02}-{date.day:02}  {visible(date.about)}".rstrip() for date in found)
        raise Failure(f"There are several; give one of these ids:\n{ids}", Exit.USAGE)
    return found[0]


# ------------------------------------------------------------------ what belongs to a customer


def _profile(door: Door, id: str) -> Profile:
    profile = door.profile(id)
    if profile is None:  # left between the two readings
        raise not_found(id)
    return profile


def _named(ids: list[str], text: str, what: str) -> str:
    """The one of some ids that a text is, or begins with at least eight characters."""
    found = [id for id in ids if id == text] or [id for id in ids if len(text) >= _LEAST_ID and id.startswith(text)]
    if not found:
        raise Failure(
            f"The customer has no such {what}; `sellmode customers show --json` tells their ids.", Exit.NOTHING
        )
    if len(found) > 1:
        listed = "\n".join(f"  {id}" for id in found)
        raise Failure(f"There are several; give one of these ids:\n{listed}", Exit.USAGE)
    return found[0]


CHANGES: Final = (add_command, edit_command, note_command, log_command, consent_command, date_command)
