"""Keeping the cache right and the backend told: when to ask, what to send, what an answer means.

``engine`` decides, without any I/O, with ``answer`` (one answer, line by line) and ``listening`` (the events' stream);
``events`` is its language. ``executor`` does what it wants done to the files, ``live`` runs it on threads and sockets,
``leader`` lets one process at a time do so, ``status`` says how things stand.
"""
