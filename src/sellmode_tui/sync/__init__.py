"""Keeping the cache right and the backend told: when to ask, what to send, what an answer means.

``engine`` decides, without any I/O, in the language of ``events``; so do its parts: ``answer`` (one answer, line by
line), ``pending_call``, ``schedule`` (when the next pass begins), ``sending`` (how much, and when again), ``salvage``
(of an account that was disabled), ``liveness`` (whether the backend can be reached), ``event_stream`` (when to listen
to its events), ``typing_notice`` (when a call says that the person types). ``executor`` does what it wants done to the
files, ``calls`` calls the backend. ``live`` runs it on threads, whose events come through ``inbox``; ``single_pass``
runs it without. ``leader`` lets one process at a time sync, ``status`` says how things stand.
"""
