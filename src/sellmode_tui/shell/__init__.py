"""The Textual app: one shell, put together from services that each own a piece of its state.

``app`` has the keys and puts everything together; ``paged_app`` beneath it knows pages, talk and errors, and
``background`` does work in threads. ``current`` holds the account that is open, ``sign_in`` and ``sign_out`` are the
ways in and out, ``status`` keeps counts, facts and the status line right, ``drafts`` what was typed and not saved,
``idle`` locks what nobody touches, ``navigation`` goes from one main page to another, ``signals`` ends in order.
"""
