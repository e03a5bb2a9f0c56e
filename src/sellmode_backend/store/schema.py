"""The tables, the same on SQLite and PostgreSQL.

Amounts are integer minor units; instants are UTC (``Instant``); ids are UUID text. The migrations make exactly these
tables, which a test holds them to.
"""

from __future__ import annotations

import sqlalchemy as sa

from sellmode_backend.store import webhook_tables  # noqa: F401  # its tables are among the metadata
from sellmode_backend.store.columns import Instant, metadata

# ------------------------------------------------------------------ the retailer

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What belongs to this database: its epoch. What the terminals need too is the retailer record's."""

store = sa.Table(
    "store",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
)
"""The truth about stores; the retailer record repeats it for the terminals (settings.write_stores)."""

# ------------------------------------------------------------------ what is synced

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("min_seq", sa.BigInteger, nullable=False, server_default="0"),
    postgresql_with={"fillfactor": 50},
)
"""The clock of a store, and of the retailer. A cursor below min_seq may have missed removals: it is reset."""

OPEN_TASK = {"sqlite": "instr(doc, '\"state\":') = 0", "postgresql": "strpos(doc, '\"state\":') = 0"}
"""Whether the document of a task is an open one's, by engine: being open is not written out (``omit_defaults``).

In a text the quotes would be escaped, so that these characters are a field's name wherever they stand.
"""

record = sa.Table(
    "record",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False, doc="Whose clock gave seq; empty while nobody may see the record"),
    sa.Column("parent", sa.Text, doc="The customer it belongs to"),
    sa.Column("team", sa.Text, doc="Audience in Team Mode"),
    sa.Column("own", sa.Text, doc="Audience in Associate Mode"),
    sa.Column(
        "team_since", sa.BigInteger, nullable=False, server_default="0", doc="The number at which team became so"
    ),
    sa.Column("own_since", sa.BigInteger, nullable=False, server_default="0", doc="The number at which own became so"),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("rev", sa.Integer, nullable=False),
    sa.Column("doc", sa.Text, nullable=False, doc="JSON"),
    sa.CheckConstraint("(feed = '') = (team IS NULL AND own IS NULL)", name="feed_of_tags"),
    sa.Index(None, "team", "seq"),
    sa.Index(None, "own", "seq"),
    sa.Index(None, "parent", "kind"),
    # A store's customers in the order of their ids: to go through a million of them a thousand at a time.
    sa.Index(
        "record_customers_of",
        "team",
        "id",
        sqlite_where=sa.text("kind = 'customer'"),
        postgresql_where=sa.text("kind = 'customer'::text"),
    ),
    # Customers' open tasks of rules: of those that are done there are more every year.
    sa.Index(
        "record_open_tasks",
        "parent",
        sqlite_where=sa.text(f"kind = 'rule_task' AND {OPEN_TASK['sqlite']}"),
        postgresql_where=sa.text(f"kind = 'rule_task'::text AND {OPEN_TASK['postgresql']}"),
    ),
    # seq is indexed, so an update writes a new row version; many of them stay on their page and are cleaned early.
    postgresql_with={"fillfactor": 90, "autovacuum_vacuum_scale_factor": 0.02},
)
"""Every record as the terminals know it. Written by records.write only."""

gone = sa.Table(
    "gone",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("rev", sa.Integer, nullable=False, doc="No terminal holds a higher one"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False, server_default="0", doc="The number at which it came into it"),
    sa.Index(None, "scope", "seq"),
    sqlite_with_rowid=False,
)
"""Which record left which scope, for the terminals that have it. Kept 90 days."""

# ------------------------------------------------------------------ for the backend's own questions

customer_key = sa.Table(
    "customer_key",
    metadata,
    sa.Column(
        "kind",
        sa.Text,
        primary_key=True,
        doc="email, phone or number; of a customer who was merged, merged before it; as a source says it, the source",
    ),
    sa.Column("key", sa.Text, primary_key=True, doc="As keys.normal_key makes it"),
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Index(None, "customer"),
    sqlite_with_rowid=False,
)
"""By what a customer can be found. Kept by records.write."""

record_key = sa.Table(
    "record_key",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column(
        "key", sa.Text, primary_key=True, doc="As lookup.KEYS says: a product's SKU, the token of a link, whose picks"
    ),
    sa.Column("id", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)
"""By what records of some kinds are found besides their ids. Kept by records.write."""

imported = sa.Table(
    "imported",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("fields", sa.JSON, nullable=False),
)
"""The last imported value of each field: the base of the next import's merge."""

order = sa.Table(
    "order_",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("customer", sa.Text, index=True),
    sa.Column("store", sa.Text),
    sa.Column("sold_by", sa.Text),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False, doc="The channel as the source names it: pos, web"),
    sa.Column("employee", sa.Text, nullable=False, doc="Who sold it, as the source names them"),
    sa.Column("placed_at", Instant, nullable=False, index=True),
    sa.Column("cancelled_at", Instant),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("refunded", sa.BigInteger, nullable=False),
    sa.Column("net_sales", sa.BigInteger, nullable=False, server_default="0", doc="As kinds.order.net_sales makes it"),
    sa.Column("click", sa.Text, nullable=False, server_default=sa.text("''"), doc="What the link to the shop ended in"),
    sa.Column("refunds", sa.JSON, doc="Those whose time is known: at and amount; null of orders from before these"),
)
"""Every order, with or without a customer. Written by orders.write_orders only."""

order_line = sa.Table(
    "order_line",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("order_.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False, doc="As kinds.order.LineKind says"),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("product", sa.Text),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

judgement = sa.Table(
    "judgement",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("doc", sa.Text, nullable=False, doc="JSON of the results.attribution.Judgement"),
    sqlite_with_rowid=False,
)
"""Who earned an online sale, by the rules and the mode that judged it first. Written by sale_credit only."""

told_measure = sa.Table(
    "told_measure",
    metadata,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, primary_key=True, doc="Empty: of nobody of the store"),
    sa.Column("day", sa.Text, primary_key=True, doc="Of the store: 2026-11-30"),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True, doc="By results.measures"),
    sa.Column("value", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What other systems have counted, as they said it last, and what was counted here. Written by store.measures only."""

unmatched_order = sa.Table(
    "unmatched_order",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("order_.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True, doc="email, phone or number"),
    sa.Column("key", sa.Text, nullable=False, doc="As keys.normal_key makes it"),
    sa.Column("source", sa.Text, nullable=False, doc="Whose order it is: shopify"),
    sa.Index(None, "key"),
    sqlite_with_rowid=False,
)
"""By what orders name a customer who is not known. See matching."""

# ------------------------------------------------------------------ accounts

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, doc="Also the id of the staff record"),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("user_key", sa.Text, nullable=False, unique=True, doc="The user name folded, for signing in"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("work", sa.Text, nullable=False, server_default="omnichannel"),
    sa.Column("capabilities", sa.JSON, nullable=False, doc="List of names"),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("password_hash", sa.Text, doc="Argon2id; null until a code was used"),
    sa.Column("created_at", Instant, nullable=False),
)

account_store = sa.Table(
    "account_store",
    metadata,
    sa.Column("account", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("store", sa.Text, sa.ForeignKey("store.id"), primary_key=True),
)
"""Where an account works: one store for associates and managers."""

activation_code = sa.Table(
    "activation_code",
    metadata,
    sa.Column("account", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("code_hash", sa.Text, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)
"""The code that is good for an account, once; a new one takes its place, use deletes it."""

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False, doc="Last contact, give or take what is saved by not writing it"),
    sa.Column("expires_at", Instant, nullable=False),
)

device = sa.Table(
    "device",
    metadata,
    sa.Column("account", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False, doc="32 bytes: opens this account's files on this device"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, nullable=False, doc="Whose attempts are counted: an account, an address"),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "subject", "at"),
)
"""Attempts to sign in, for the limits on them."""

disabled_account = sa.Table(
    "disabled_account",
    metadata,
    sa.Column("account", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
"""Since when an account is disabled: for how long its terminals may still hand in what they had not sent."""

# ------------------------------------------------------------------ what clients write

client = sa.Table(
    "client",
    metadata,
    sa.Column("cid", sa.Text, primary_key=True, doc="Random name of a journal"),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("last_seq", sa.BigInteger, nullable=False, doc="The highest that is done with"),
    sa.Column("failing_mid", sa.Text, doc="The mutation that the backend last failed at"),
    sa.Column("failures", sa.Integer, nullable=False, doc="How often it did"),
    sa.Column("seen_at", Instant, nullable=False, doc="Last push"),
)
"""Who sends mutations. The row is held while a client's mutations are done, so that they are one after the other."""

mutation = sa.Table(
    "mutation",
    metadata,
    sa.Column("mid", sa.Text, primary_key=True),
    sa.Column("cid", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("st", sa.Text, nullable=False, doc="As wire.Result has it"),
    sa.Column("code", sa.Text, doc="Of what was refused or handed over"),
    sa.Column("result", sa.Text, doc="JSON of the wire.Result; null once its words are forgotten"),
    sa.Column("body", sa.Text, doc="The operation's JSON, of what was refused"),
    sa.Column("op", sa.Text, doc="The operation's name; null of what could not be read, as its target"),
    sa.Column("target_kind", sa.Text),
    sa.Column("target_id", sa.Text),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("cid", "seq"),
    # What was refused is few: it is asked for what a later mutation builds on.
    sa.Index(
        None, "target_id", sqlite_where=sa.text("st = 'rejected'"), postgresql_where=sa.text("st = 'rejected'::text")
    ),
    sqlite_with_rowid=False,
)
"""The ledger: what became of each mutation, so that none has its effect twice. Written with the effect."""

account_scope = sa.Table(
    "account_scope",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("last_at", Instant, nullable=False, doc="Give or take what is saved by not writing it"),
    sqlite_with_rowid=False,
)
"""When an account was last told of a scope: what it had, and until when."""

account_sent = sa.Table(
    "account_sent",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""As of which numbers an account was sent all of a scope: the last one, and those before something left the scope."""

merged_customer = sa.Table(
    "merged_customer",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kept", sa.Text, nullable=False, index=True, doc="The customer who has what belonged to this one"),
    sa.Column("at", Instant, nullable=False),
)
"""Customers who were found to be somebody else: edits and imports that name them mean the one who was kept."""

changed_customer = sa.Table(
    "changed_customer",
    metadata,
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("before", sa.Text, doc="JSON of the customer as pairs know them; null for a new one"),
)
"""Customers whose pairs are still to be looked at: see duplicates.catch_up."""

# ------------------------------------------------------------------ who is available for chat

presence_lease = sa.Table(
    "presence_lease",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("stream", sa.Text, primary_key=True, doc="Of events; empty: polls, where there is no stream"),
    sa.Column("until", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""Until when a device counts as connected without a further sign of life."""

presence_interval = sa.Table(
    "presence_interval",
    metadata,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("begins", Instant, primary_key=True),
    sa.Column("ends", Instant, nullable=False),
    sa.Index(None, "store", "ends"),
    sqlite_with_rowid=False,
)
"""When somebody was available: what chat availability is counted of. Kept for good, as orders are."""

# ------------------------------------------------------------------ rules that make tasks

rule_pass = sa.Table(
    "rule_pass",
    metadata,
    sa.Column("store", sa.Text, primary_key=True, doc="Empty: where the corporate tasks are"),
    sa.Column("turn", sa.BigInteger, nullable=False, doc="How often the row was written: who has seen it works on it"),
    sa.Column("fingerprint", sa.Text, nullable=False, doc="Of the rules and settings gone by"),
    sa.Column("day", sa.Text, nullable=False, doc="The store's day gone by"),
    sa.Column("at", Instant, nullable=False, doc="The latest moment gone by"),
    sa.Column("cursor", sa.Text, doc="The last customer looked at; null once all were"),
    sa.Column("seen_seq", sa.BigInteger, nullable=False, doc="Up to where of the feed changes were looked at"),
    sa.Column("since", sa.JSON, doc="Since which day each rule (slug) is on; null: not noted yet"),
)
"""How far a store's customers have been looked at. Moved on in the transaction that writes what came of it."""

rule_occurrence = sa.Table(
    "rule_occurrence",
    metadata,
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True, doc="Slug"),
    sa.Column("occurrence", sa.Text, primary_key=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False, doc="The store's day on which the task was made"),
    sa.Column("person", sa.Text, nullable=False, doc="Whose cap it counts in"),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "store", "day", "rule"),
    sqlite_with_rowid=False,
)
"""What rules have made, so that nobody gets a task twice. Kept for good: a rule may be changed to look far back."""

rule_waiting = sa.Table(
    "rule_waiting",
    metadata,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("occurrence", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, doc="Whose cap it counts in"),
    sa.Column("spend", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Who may get the tasks of a rule with a daily cap: known only when a store's customers have all been looked at."""

rule_event = sa.Table(
    "rule_event",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("customer", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("person", sa.Text),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("fresh", sa.Boolean, nullable=False, doc="Whether no pass has looked at it yet"),
    sa.Index(None, "customer", "at"),
    sa.Index("rule_event_fresh", "customer", sqlite_where=sa.text("fresh"), postgresql_where=sa.text("fresh")),
)
"""What happened to customers outside of the records: back in stock, an abandoned cart."""

# ------------------------------------------------------------------ what customers open and do

touch = sa.Table(
    "touch",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, doc="What goes on to the shop with a click; tells nobody anything"),
    sa.Column("at", Instant, nullable=False, doc="Of several: the last one"),
    sa.Column("what", sa.Text, nullable=False, doc="open, click, liked, refused, reply, request"),
    sa.Column("way", sa.Text, nullable=False, doc="Kind of the record that was shared, or that was asked"),
    sa.Column("about", sa.Text, nullable=False, doc="Its id"),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("person", sa.Text, doc="Staff id of who shared it"),
    sa.Column("customer", sa.Text),
    sa.Column("sku", sa.Text, nullable=False, doc="Empty: the page as a whole"),
    sa.Column("reason", sa.Text, nullable=False, doc="Why it does not count as a person's; empty: it does"),
    sa.Column("times", sa.Integer, nullable=False, doc="What does not count is added up by day"),
    sa.Column("silent", sa.Boolean, nullable=False, doc="Whether the browser said nothing of what it asked for"),
    sa.Index(None, "about", "at"),
    sa.Index(None, "customer", "at"),
    sqlite_with_rowid=False,
)
"""What customers did with what was shared with them: the ledger that credit for a sale goes by."""

tracking_refusal = sa.Table(
    "tracking_refusal",
    metadata,
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
"""Customers of whom it is not noted what they open and look at."""

talk_session = sa.Table(
    "talk_session",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True, doc="SHA-256 of what the talk's link ends in"),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("expires_at", Instant, nullable=False, index=True),
)
"""Who may read and go on with the talk of a request: the customer who has made it, and whoever has their link."""

talk_typing = sa.Table(
    "talk_typing",
    metadata,
    sa.Column("talk", sa.Text, primary_key=True),
    sa.Column("side", sa.Text, primary_key=True, doc="customer or store"),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""Who writes just now in a talk, and since when that was not said again."""

picture = sa.Table(
    "picture",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, doc="SHA-256 of its address, and of what for if not for pages"),
    sa.Column("at", Instant, nullable=False, doc="When it was fetched, or could not be"),
    sa.Column("data", sa.LargeBinary, doc="JPEG for pages, PNG for terminals; null if it cannot be had"),
    sa.Column("problem", sa.Text, nullable=False, doc="Why it cannot be had"),
    sa.Index(None, "at"),
)
"""Pictures of products as customers' pages and terminals show them: fetched from the shop's hosts and made anew."""
