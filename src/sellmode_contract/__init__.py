"""What the terminal and the backend agree on.

Records, the visibility table, filters, mutations, the wire format and the formulas of the figures. Nothing here does
I/O or knows a database or a screen: msgspec, pure libraries and the standard library only, so that both sides run the
same code and neither depends on the other.
"""
