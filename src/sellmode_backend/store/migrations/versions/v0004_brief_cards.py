"""How far stores are with corporate tasks: a card for each brief and store, of the tasks that are there."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_feed = sa.table("feed", sa.column("id"), sa.column("seq"))
_record = sa.table(
    "record",
    *map(sa.column, ("kind", "id", "feed", "parent", "team", "own", "seq", "rev", "doc")),
)
_NAMESPACE = uuid.UUID("7c5d2a55-0d3c-5b0e-9a3d-51ce11d0de00")


def upgrade() -> None:
    connection = op.get_bind()
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for doc in connection.scalars(sa.select(_record.c.doc).where(_record.c.kind == "corporate_task")):
        task = json.loads(doc)
        if task.get("brief"):
            found[task["store"]][task["brief"]][task.get("state", "open")] += 1
    for store, briefs in found.items():
        tick = sa.update(_feed).where(_feed.c.id == store).values(seq=_feed.c.seq + 1).returning(_feed.c.seq)
        seq, audience = connection.scalar(tick), f"lead:{store}"
        cards = [
            {
                "kind": "brief_card",
                "id": (id := str(uuid.uuid5(_NAMESPACE, f"brief_card\x1fsellmode\x1f{brief}/{store}"))),
                "feed": store,
                "parent": None,
                "team": audience,
                "own": audience,
                "seq": seq,
                "rev": 1,
                "doc": json.dumps({"id": id, "store": store, "brief": brief, **counts}),
            }
            for brief, counts in briefs.items()
        ]
        connection.execute(sa.insert(_record), cards)
