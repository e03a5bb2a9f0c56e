"""The OpenAPI document as a judge of what is really sent."""

from __future__ import annotations

import functools
import json
from collections import Counter
from http import HTTPStatus
from typing import Any, get_args

import msgspec
from openapi_schema_validator import OAS31Validator

from sellmode_backend import openapi
from sellmode_backend.conformance.http import Answer, Asked
from sellmode_contract import wire


@functools.cache
def _validator(name: str) -> OAS31Validator:
    components = msgspec.json.decode(openapi.encoded())["components"]
    return OAS31Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def problems_of(name: str, value: Any) -> list[str]:
    """What is wrong with a value, as JSON has it, by the schema of this name: places and reasons."""
    return [f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(value)]


class Judge:
    """Hears of requests and answers, and notes what is not as the document says."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.judged: Counter[str] = Counter()
        """How many, by the line's ``t``, or the path of a request, or ``Problem``."""
        self._seen = set[str]()

    def listen(self, asked: Asked) -> None:
        """Judge a request that was taken, and any answer."""
        answer = asked.answer
        if answer.status >= HTTPStatus.BAD_REQUEST:
            self._judge("Problem", "Problem", answer.json())
            if answer.status == HTTPStatus.CONFLICT:
                self._judge(asked.path, _BODIES[asked.path], asked.body)
        elif asked.path in _BODIES and asked.body is not None:
            self._judge(asked.path, _BODIES[asked.path], _without_refused(asked.body, answer))
            if asked.path == wire.SYNC_PATH:
                for line in map(json.loads, filter(None, answer.body.split(b"\n"))):
                    self._judge(line["t"], _LINES[line["t"]], line)
            else:
                self._judge("SignedIn", "SignedIn", answer.json())

    @staticmethod
    def answer(status: int, body: bytes) -> Answer:
        """An answer, to be judged."""
        return Answer(status, {}, body)

    def _judge(self, what: str, name: str, value: Any) -> None:
        self.judged[what] += 1
        if (text := f"{name} {value}") in self._seen:
            return
        self._seen.add(text)
        self.problems += [f"{what}: {problem}" for problem in problems_of(name, value)]


_LINES = {str(line.__struct_config__.tag): line.__name__ for line in get_args(wire.Line)}
_BODIES = {wire.SIGN_IN_PATH: "SignIn", wire.SYNC_PATH: "SyncRequest", wire.SALVAGE_PATH: "Salvage"}


def _without_refused(body: Any, answer: Answer) -> Any:
    """A request without the mutations that were refused: some are not as the document says on purpose."""
    if not isinstance(body, dict) or "m" not in body:
        return body
    lines = [json.loads(line) for line in answer.body.split(b"\n") if line.startswith(b'{"t":"m"')]
    done = {line["mid"] for line in lines if line["st"] in ("applied", "merged")}
    return body | {"m": [mutation for mutation in body["m"] if mutation["mid"] in done]}
