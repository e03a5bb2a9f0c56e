"""Making, editing and removing customers, whose sets, maps and own fields merge entry by entry."""

from __future__ import annotations

from sellmode_contract.documents import as_document
from sellmode_contract.ids import source_id
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.mutations.customers import check_somebody, current_value, with_elements, with_value
from sellmode_contract.mutations.generic import differ, overwritten, signed, writer_of
from sellmode_contract.mutations.operations import Create, Edit, Remove
from sellmode_contract.mutations.reading import check_new, entries_of, read, texts_of
from sellmode_contract.mutations.world import Outcome, World
from sellmode_contract.refusals import Conflict, Rejected


def create(operation: Create, world: World) -> Outcome:
    """A new customer of the store and of whoever adds them."""
    account = world.account
    if len(account.stores) != 1:
        raise Rejected("not_allowed", "Only someone who works in exactly one store can add customers.")
    check_new(operation, world)
    customer = Customer(id=operation.id, store=account.stores[0], owner=account.id, created_at=world.now)
    for name, value in sorted(operation.doc.items()):
        if name in ("tags", "preferences"):
            customer = with_elements(customer, name, texts_of(value, name), ())
        elif name in ("sizes", "custom"):
            for entry, held in entries_of(value, name):
                customer = with_value(customer, f"{name}.{entry}", held, world.retailer)
        else:
            customer = with_value(customer, name, value, world.retailer)
    created = HistoryEntry(
        id=source_id("history", "sellmode", f"{operation.id}/created"),
        customer=operation.id,
        at=world.now,
        event="created",
        actor=account.id,
        subject=customer.store,
    )
    return Outcome(puts=(check_somebody(customer), created))


def edit(operation: Edit, world: World) -> Outcome:
    """Changes of fields, of entries of maps, and of sets."""
    before = customer = read(world, "customer", operation.id, Customer)
    conflicts: dict[str, Conflict] = {}
    written: list[str] = []
    for path, value in sorted(operation.set.items()):
        changed = with_value(customer, path, value, world.retailer)
        new, current, was = (
            current_value(changed, path),
            current_value(customer, path),
            operation.was.get(path) or None,
        )
        if new == current:
            continue
        if current != was:
            if operation.guard:
                raise Rejected(
                    "conflict", "Someone has changed this field since.", field=path, winner=writer_of(before, path)
                )
            conflicts[path] = Conflict(yours=new, theirs=current)
        customer = changed
        written.append(path)
    for name in sorted(operation.add.keys() | operation.remove.keys()):
        changed = with_elements(customer, name, operation.add.get(name, ()), operation.remove.get(name, ()))
        written += [name] if changed != customer else []
        customer = changed
    check_somebody(customer)
    customer = signed(customer, written, world)
    lost = tuple(overwritten(before, operation.id, path, conflict, world) for path, conflict in conflicts.items())
    return Outcome(puts=(customer, *lost) if customer != before else (), conflicts=conflicts)


def remove(operation: Remove, world: World) -> Outcome:
    """Take back that one has added somebody: only while nothing else has become of it."""
    customer: Customer = read(world, "customer", operation.id, Customer)
    held = as_document(customer)
    for name, was in operation.was.items():
        if name in held and differ(held[name], was):
            raise Rejected("conflict", "Someone has changed it since.", field=name, winner=writer_of(customer, name))
    belongings = world.records.belongings(customer.id)
    added = [item for item in belongings if isinstance(item, HistoryEntry) and item.event == "created"]
    if not any(entry.actor == world.account.id for entry in added):
        raise Rejected("not_allowed", "Only the person who added a customer can undo that.")
    others = [item for item in belongings if kind_of(item) not in ("history", "customer_card")]
    merged = any(isinstance(item, HistoryEntry) and item.event == "merged" for item in belongings)
    if others or merged or customer.figures.orders:
        raise Rejected("conflict", "The customer already has other records.")
    return Outcome(removes=(("customer", customer.id), *((kind_of(item), item.id) for item in belongings)))
