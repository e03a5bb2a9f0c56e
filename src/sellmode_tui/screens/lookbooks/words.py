"""What is said of looks: their state, what their customers did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_tui import language
from sellmode_tui.language import marked, tr, trd, trn
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.lines import LookLine
from sellmode_tui.records.looks.products import LookProduct
from sellmode_tui.screens.kit.words import Words

_NOT_COUNTED: Final = {
    "head": marked("head"),
    "prefetch": marked("prefetch"),
    "program": marked("program"),
    "all links at once": marked("all links at once"),
    "not seen": marked("not seen"),
    "too many": marked("too many"),
}
"""Why the server does not count an opening as a person's."""


def whose(line: LookLine) -> str:
    """For whom a look is."""
    look = line.look
    if not isinstance(look, Lookbook):
        return tr("everybody")
    return line.customer_name or (tr("a colleague's customer") if look.customer else tr("My Look"))


def state(line: LookLine, words: Words) -> str:  # noqa: PLR0911  # one for each
    """What has become of it: ``draft``, ``shared 22 Nov 2026``, ``opened 3 times``."""
    look = line.look
    if not isinstance(look, Lookbook):
        return tr("to use")
    match line.state:
        case "unsent":
            return tr("link not sent yet")
        case "shared":
            return tr("shared {day}", day=words.day(look.shared_at))
        case "opened":
            times = line.result.opened if line.result else 0
            return trn("opened {number:,} time", "opened {number:,} times", times)
        case "expired":
            return tr("expired {day}", day=words.day(look.expires_at))
        case "deleted":
            return tr("deleted by the customer")
        case "revoked":
            return tr("revoked")
    return trd(line.state)


def link_words(details: LookDetails, words: Words) -> Iterator[str]:
    """Whether its link works, and until when."""
    look, line = details.look, details.line
    if not isinstance(look, Lookbook) or not look.token:
        return
    until = words.day(look.expires_at)
    match line.link:
        case "unsent":
            yield tr("Not sent yet. The link works as soon as the server has it, until {day}.", day=until)
        case "shared" | "opened" if line.state == "archived":
            yield tr("Archived. The link still works, until {day}.", day=until)
        case "shared" | "opened":
            yield tr("The server has it: the link works until {day}.", day=until)
        case "expired":
            yield tr("The link expired on {day}. Press r to renew it.", day=until)
        case "revoked":
            yield tr("The link was revoked on {day}. Press r to renew it.", day=words.day(look.revoked_at))
        case "deleted":
            yield tr("The customer deleted the page. Nobody can open it.")


def opened_words(details: LookDetails, words: Words) -> Iterator[str]:
    """How often people opened it, and what was not counted."""
    result = details.line.result
    if result is None or not result.opened:
        yield tr("Not opened yet.")
    else:
        first, last = result.first_opened_at, result.last_opened_at
        said = [trn("Opened {number:,} time", "Opened {number:,} times", result.opened)]
        if first:
            said.append(tr("first {time}", time=words.time(first)))
        if last and last != first:
            said.append(tr("last {time}", time=words.time(last)))
        yield f"{', '.join(said)}."
    if result is not None and result.not_counted:
        told = ", ".join(
            f"{language.number(n)} {trd(_NOT_COUNTED.get(why, why))}" for why, n in sorted(result.not_counted.items())
        )
        yield tr("Not counted, as not by a person: {reasons}.", reasons=told)


def did(details: LookDetails, product: LookProduct, words: Words) -> str:
    """What the customer did with a product, and whether they have bought it since."""
    done = details.result_of(product.item.sku)
    told = [trn("{number:,} click", "{number:,} clicks", done.clicks) if done.clicks else ""]
    told.append({"liked": tr("likes it"), "refused": tr("not for them")}.get(done.verdict, ""))
    if bought := details.bought.get(product.item.sku):
        told.append(tr("bought {day}", day=words.day(bought)))
    return words.between.join(filter(None, told))


def changed_lines(products: tuple[LookProduct, ...]) -> list[str]:
    """Each product of which something is to be known, with that."""
    return [f"{each.name}: {each.changed}" for each in products]
