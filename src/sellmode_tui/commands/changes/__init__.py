"""``sellmode attention``, ``undo`` and ``unsent``: what one has written."""
