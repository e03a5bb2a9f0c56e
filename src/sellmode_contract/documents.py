"""Records and values as JSON has them."""

from __future__ import annotations

from typing import Any

import msgspec


def as_json(value: Any) -> Any:
    """A value as it is read from JSON: lists, where builtins would keep tuples that equal no list."""
    return msgspec.json.decode(msgspec.json.encode(value))


def as_document(record: msgspec.Struct) -> dict[str, Any]:
    """A record's fields as JSON has them, those with nothing in them too."""
    return {name: as_json(getattr(record, name)) for name in record.__struct_fields__}
