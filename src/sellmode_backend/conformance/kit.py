"""What checks are given: a world, the way to the backend, and terminals of the people in that world."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from sellmode_backend.conformance.expecting import expect_status
from sellmode_backend.conformance.http import Answer, Line
from sellmode_backend.conformance.terminal import Terminal, uuid7
from sellmode_backend.conformance.world import Person, World
from sellmode_contract import wire
from sellmode_contract.mutations import Create

SOON = 5.0


class Kit:
    """A run of checks against one backend."""

    def __init__(self, world: World, line: Line, *, soon: float = SOON) -> None:
        """``soon`` is how many seconds a sign of life or a poke may take to come."""
        self.world, self.line, self.soon = world, line, soon
        self._run = secrets.token_hex(4)
        self._terminals: dict[tuple[str, str], Terminal] = {}

    def device(self, user_name: str, name: str) -> str:
        """The id of a device that only this run knows."""
        return f"{user_name}-{name}-{self._run}"

    def sign_in(self, user_name: str, password: str, device: str) -> Answer:
        """Try to sign in."""
        asked = wire.SignIn(user_name=user_name, password=password, device=device, device_name="conformance")
        return self.line.ask("POST", wire.SIGN_IN_PATH, asked)

    def signed_in(self, person: Person, device: str) -> wire.SignedIn:
        """A new session. Raises Broken."""
        answer = self.sign_in(person.account.user_name, person.password, device)
        expect_status(answer, 200)
        return msgspec.json.decode(answer.body, type=wire.SignedIn)

    def terminal(self, user_name: str, name: str = "1") -> Terminal:
        """Somebody's terminal of this name, signed in once in this run and up to date. Raises Broken."""
        if (user_name, name) not in self._terminals:
            self._terminals[user_name, name] = self.new_terminal(user_name, name)
        terminal = self._terminals[user_name, name]
        terminal.pull()
        return terminal

    def new_terminal(self, user_name: str, name: str) -> Terminal:
        """Somebody's terminal, which has nothing yet; the one of this name before is signed out. Raises Broken."""
        self._terminals.pop((user_name, name), None)
        device = self.device(user_name, name)
        return Terminal(self.line, user_name, device, self.signed_in(self.world.person(user_name), device))

    def forget(self) -> None:
        """Begin with new terminals: what those there are hold may be wrong."""
        self._terminals.clear()

    def new_customer(self, of: Terminal, **fields: Any) -> str:
        """The id of a customer whom somebody has just added. Raises Broken."""
        id = uuid7()
        of.done(Create(kind="customer", id=id, doc={"given_name": "Kit", "family_name": id[-8:], **fields}))
        return id

    def new_note(self, of: Terminal, customer: str, text: str = "A note.") -> str:
        """The id of a note that somebody has just written. Raises Broken."""
        id = uuid7()
        of.done(Create(kind="note", id=id, doc={"customer": customer, "text": text}))
        return id
