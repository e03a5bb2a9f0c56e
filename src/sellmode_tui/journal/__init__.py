"""`journal.db` and what stands beside it: what the person wrote, under the account's key. Never thrown away.

``journal`` is the file with its session, clock and saved filters; ``outbox`` holds the mutations in it, ``tray`` those
that were refused and ``losses`` what damage took; ``entries`` are their rows, ``schema`` makes the tables. ``drafts``
holds what was typed and not saved. ``clock`` reads the terminal's clocks. ``tally`` and ``witness`` are plain numbers
beside the file. ``recovery`` puts a new journal in place of a damaged one, with what ``rescue`` can still read.
"""
