"""Keeping the cache right and the backend told: when to ask, what to send, what an answer means.

``engine`` decides, without any I/O, with ``answer`` (one answer, line by line) and ``listening`` (the events'
stream); ``events`` is its language. ``executor`` does what it wants done to the files, ``calls`` calls the backend.
``live`` runs it on threads, whose events come through ``inbox``; ``single_pass`` runs it without. ``leader`` lets one
process at a time sync, ``status`` says how things stand.
"""
