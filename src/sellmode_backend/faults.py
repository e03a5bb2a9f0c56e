"""What is logged of an error nobody expected.

A log entry holds the kind of the error and where it happened. Messages, arguments and locals stay out of it: they may
hold customers' data or passwords.
"""

from __future__ import annotations

import traceback


def traced(error: BaseException) -> str:
    """Kind and place of an error and of what led to it, without anything that data could be in."""
    parts = []
    link: BaseException | None = error
    while link is not None:
        frames = traceback.extract_tb(link.__traceback__)
        kind = type(link)
        parts.append("".join(f"  {frame.filename}:{frame.lineno} in {frame.name}\n" for frame in frames))
        parts.append(f"{kind.__module__}.{kind.__qualname__}\n")
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "".join(parts)
