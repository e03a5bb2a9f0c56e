"""Signing in and out, the key of an account's files, and how long it may be used without contact.

``session`` is what screens and commands call; it stands on ``folders`` (where the files of each account are), ``slot``
(the key under the password), ``lease`` (pure) and ``keyring`` (an offer, off by default).
"""
