"""Keeping the cache right: what the backend sends, page by page, and when to ask for it.

``engine`` understands an answer without doing any I/O, ``live`` runs passes over a transport and a cache, ``leader``
lets one process at a time do so, ``status`` says how things stand.
"""
