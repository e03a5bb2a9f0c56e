"""The encrypted, disposable copy of what this account may see.

``store`` applies what the backend sends, ``tables`` says which columns a kind has beside its document, ``schema``
makes the file, ``listing`` keeps customers in the orders that lists need, ``search`` keeps their search index. All of
it can be fetched again. Only ``sellmode_tui.visibility`` reads records from it.
"""
