"""Online sales and their credit in words, as screens and commands say them. Names are as they came."""

from __future__ import annotations

from collections.abc import Iterator

from sellmode_contract.kinds.dispute import OUTCOMES, Dispute, DisputeCard
from sellmode_contract.kinds.sale import CreditedSale
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_contract.results.attribution import METHODS, WAYS, WORDS, Considered, Judgement, Touch, why
from sellmode_tui.figures import priced
from sellmode_tui.language import tr, trc, trd
from sellmode_tui.records.context import Context
from sellmode_tui.records.sales.lists import SaleLine


def credits(line: SaleLine) -> Iterator[str]:
    """Who is credited, and with how much."""
    sale = line.sale
    if isinstance(sale, SaleNotice):
        if not sale.credited:
            yield tr("not to you")
        else:
            yield tr("{amount} to you", amount=priced(sale.amount, sale.currency)) + taken_back(sale)
        return
    for part in sale.parts:
        who = _who(part.person, sale.store, line.around)
        yield tr("{amount} to {who}", amount=priced(part.amount, sale.currency), who=who)
    if not sale.parts:
        yield tr("nobody")


def credited(line: SaleLine) -> str:
    """Who is credited, in a word or two."""
    sale = line.sale
    if isinstance(sale, SaleNotice):
        return trc("credited", "you") if sale.credited else trc("credited", "not you")
    names = dict.fromkeys(_who(part.person, sale.store, line.around) for part in sale.parts)
    return ", ".join(names) or tr("nobody")


def amount(sale: CreditedSale | SaleNotice) -> str:
    """What it is worth now to whoever looks at it; empty for a sale that others earned."""
    if isinstance(sale, SaleNotice) and not sale.credited:
        return ""
    return priced(sale.amount, sale.currency)


def net_value(sale: CreditedSale) -> str:
    """What the whole sale is worth now."""
    return priced(sale.amount, sale.currency) + taken_back(sale)


def taken_back(sale: CreditedSale | SaleNotice) -> str:
    """What returns have taken back of it."""
    back = sale.was - sale.amount
    return f" {tr('(returns have taken back {amount})', amount=priced(back, sale.currency))}" if back > 0 else ""


def mode(judgement: Judgement) -> str:
    """By which mode it was judged."""
    return tr("Team Mode") if judgement.mode == "team" else tr("Associate Mode")


def rule(judgement: Judgement) -> str:
    """By which version of the rules, and whom they credit."""
    return tr(
        "version {version}: {method}", version=judgement.rules.version, method=trd(METHODS[judgement.rules.method])
    )


def touch(item: Touch) -> str:
    """By which way, and what happened: ``lookbook, product clicked``."""
    way = trd(WAYS.get(item.way, item.way))
    return f"{way}, {trd(WORDS[item.what])}" if item.what in WORDS else way


def considered(item: Considered, line: SaleLine) -> str:
    """A touch that was looked at: whose it was, and what came of it."""
    who = _who(item.touch.person, item.touch.store, line.around)
    return tr("{touch} ({who}): {why}", touch=touch(item.touch), who=who, why=trd(why(item)))


def deciding(line: SaleLine) -> str:
    """The touch that earned the sale; to somebody who did not earn it, why their own last one did not."""
    judgement = line.sale.judgement
    if judgement is None:
        return ""
    if isinstance(line.sale, SaleNotice) and not line.sale.credited:
        own = next((item for item in judgement.considered if item.touch.person), None)
        return f"{touch(own.touch)}: {trd(why(own))}" if own else ""
    return next((touch(item.touch) for item in judgement.considered if item.verdict in ("won", "part")), "")


def corrections(line: SaleLine) -> Iterator[str]:
    """Who is credited by whose decision, not by the rule."""
    judgement, sale = line.sale.judgement, line.sale
    for each in judgement.corrections if judgement else ():
        manager = line.around.name_of(each.by)
        if isinstance(sale, SaleNotice) and each.person:
            yield tr("to you, by decision of {manager}", manager=manager)
        else:
            who = _who(each.person, each.store, line.around)
            yield tr("to {who}, by decision of {manager}", who=who, manager=manager)


def dispute_state(dispute: Dispute | DisputeCard) -> str:
    """Whether it is answered, and how."""
    return trd(OUTCOMES[dispute.outcome])


def disputed(line: SaleLine) -> str:
    """That it is disputed, and what became of that; empty if it is not."""
    states = ", ".join(dispute_state(each) for each in line.disputes)
    return tr("disputed: {state}", state=states) if states else ""


def more(judgement: Judgement) -> str:
    """That there were more touches than are told of; empty if there were none."""
    return tr("and {number:,} more that earned nothing", number=judgement.more) if judgement.more else ""


def _who(person: str | None, store: str, around: Context) -> str:
    if person is None:
        return around.store_name(store) if store else tr("another store")
    return around.name_of(person) or tr("somebody else")
