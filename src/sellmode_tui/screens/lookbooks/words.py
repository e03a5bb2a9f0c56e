"""What is said of looks: their state, what their customers did."""

from __future__ import annotations

from collections.abc import Iterator

from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_tui.records.looks.details import LookDetails
from sellmode_tui.records.looks.lines import LookLine
from sellmode_tui.records.looks.products import LookProduct
from sellmode_tui.screens.kit.words import Words, counted

MY_LOOK = "My Look"


def whose(line: LookLine) -> str:
    """For whom a look is."""
    look = line.look
    if not isinstance(look, Lookbook):
        return "everybody"
    return line.customer_name or ("a colleague's customer" if look.customer else MY_LOOK)


def state(line: LookLine, words: Words) -> str:  # noqa: PLR0911  # one for each
    """What has become of it: ``draft``, ``shared 22 Nov 2026``, ``opened 3 times``."""
    look = line.look
    if not isinstance(look, Lookbook):
        return "to use"
    match line.state:
        case "unsent":
            return "link not sent yet"
        case "shared":
            return f"shared {words.day(look.shared_at)}"
        case "opened":
            return f"opened {counted(line.result.opened if line.result else 0, 'time')}"
        case "expired":
            return f"expired {words.day(look.expires_at)}"
        case "deleted":
            return "deleted by the customer"
    return line.state


def link_words(details: LookDetails, words: Words) -> Iterator[str]:
    """Whether its link works, and until when."""
    look, line = details.look, details.line
    if not isinstance(look, Lookbook) or not look.token:
        return
    until = f" Until {words.day(look.expires_at)}." if look.expires_at else ""
    match line.state:
        case "unsent":
            yield f"Not sent yet. The link works as soon as the server has it.{until}"
        case "shared" | "opened":
            yield f"The server has it. The link works.{until}"
        case "archived":
            yield f"Archived. The link still works.{until}"
        case "expired":
            yield f"The link expired on {words.day(look.expires_at)}. Press r to renew it."
        case "revoked":
            yield f"The link was revoked on {words.day(look.revoked_at)}. Press r to renew it."
        case "deleted":
            yield "The customer deleted the page. Nobody can open it."


def opened_words(details: LookDetails, words: Words) -> Iterator[str]:
    """How often people opened it, and what was not counted."""
    result = details.line.result
    if result is None or not result.opened:
        yield "Not opened yet."
    else:
        first, last = result.first_opened_at, result.last_opened_at
        when = f", first {words.time(first)}" if first else ""
        when += f", last {words.time(last)}" if last and last != first else ""
        yield f"Opened {counted(result.opened, 'time')}{when}."
    if result is not None and result.not_counted:
        told = ", ".join(f"{number:,} {reason}" for reason, number in sorted(result.not_counted.items()))
        yield f"Not counted, as not by a person: {told}."


def did(details: LookDetails, product: LookProduct, words: Words) -> str:
    """What the customer did with a product, and whether they have bought it since."""
    done = details.result_of(product.item.sku)
    told = [counted(done.clicks, "click") if done.clicks else ""]
    told.append({"liked": "likes it", "refused": "not for them"}.get(done.verdict, ""))
    if bought := details.bought.get(product.item.sku):
        told.append(f"bought {words.day(bought)}")
    return words.between.join(filter(None, told))


def changed_lines(products: tuple[LookProduct, ...]) -> list[str]:
    """Each product of which something is to be known, with that."""
    return [f"{each.name}: {each.changed}" for each in products]
