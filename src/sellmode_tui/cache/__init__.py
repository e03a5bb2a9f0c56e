"""The encrypted, disposable copy of what this account may see, and what was written here on top of it.

``store`` is the file that takes what the backend sends and is read from, ``page`` applies a page of it, ``fold``
shows what was written here on what was sent, ``touched`` notes what that reads and writes, ``visible`` reads what may
be shown, ``rows`` writes and deletes rows, ``meta`` is what the file knows of itself, ``scrub`` leaves nothing of
deleted rows in the file, ``tables`` says which columns a kind has beside its document, ``schema`` makes the tables,
``listing`` keeps customers in the orders that lists need, ``search`` keeps their search index. All of it can be
fetched or folded again. Only ``sellmode_tui.records`` reads records from it.
"""
