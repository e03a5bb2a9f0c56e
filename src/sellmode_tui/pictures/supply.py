"""Pictures of products for whoever shows them: what is kept at once, what is not in the background.

One thread asks the backend, for what was wanted last first: whoever leafs through the catalogue waits for nothing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Final

from sellmode_tui import sealed
from sellmode_tui.pictures import bitmap
from sellmode_tui.pictures.bitmap import Bitmap
from sellmode_tui.pictures.kept import Kept, PictureFile
from sellmode_tui.transport.client import Picture
from sellmode_tui.transport.errors import Interrupted, Refused, TransportError

FRESH_SECONDS: Final = 7 * 86400.0
"""After so long the backend is asked whether a picture is still the same one."""
_NONE_SECONDS: Final = 3600.0
"""After so long it is asked again for one that there was none of."""
_PAUSE_SECONDS: Final = 20.0
"""After a call that failed nothing is asked for so long."""
_MOST_WANTED: Final = 16

Ask = Callable[[str, str], Picture | None]
"""Asks the backend for a product's picture, if it is not the one with a tag; None if it is. Raises TransportError."""


class Pictures:
    """An account's pictures. ``close`` ends what is under way."""

    def __init__(
        self,
        open_file: Callable[[], PictureFile],
        ask: Ask,
        stop_asking: Callable[[], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is opened, and nobody asked, before a picture is wanted."""
        self._open_file, self._ask, self._stop_asking, self._now = open_file, ask, stop_asking, now
        self.arrived: Callable[[str], None] = lambda _: None
        """Called in a thread when there is another picture of a product, or none any more."""
        self._changing = threading.Condition()
        self._file: PictureFile | None = None
        self._wanted: dict[str, str] = {}
        """Tags of what is kept by product, what was wanted last at the end."""
        self._thread: threading.Thread | None = None
        self._silent_until = float("-inf")
        self._closed = False

    def find(self, product: str) -> Bitmap | None:
        """A product's picture if it is here. Where it is not, or may be another one now, the backend is asked."""
        try:
            file = self._opened()
            kept = file.find(product, self._now()) if file else None
        except (sealed.SealedError, sealed.Closed, OSError):
            return None
        if file and self._is_due(kept):
            self._want(product, kept.tag if kept else "")
        try:
            return bitmap.read(kept.png) if kept and kept.png else None
        except bitmap.NoPicture:
            return None

    def close(self) -> None:
        """May be called again."""
        with self._changing:
            self._closed = True
            file, self._file, thread, self._thread = self._file, None, self._thread, None
            self._changing.notify_all()
        if thread is not None:
            self._stop_asking()
            thread.join()
        if file is not None:
            file.close()

    def _opened(self) -> PictureFile | None:
        with self._changing:
            if self._file is None and not self._closed:
                self._file = self._open_file()
            return self._file

    def _is_due(self, kept: Kept | None) -> bool:
        return kept is None or self._now() - kept.checked > (_NONE_SECONDS if kept.png is None else FRESH_SECONDS)

    def _want(self, product: str, tag: str) -> None:
        with self._changing:
            if self._closed or self._now() < self._silent_until:
                return
            self._wanted.pop(product, None)
            self._wanted[product] = tag
            if len(self._wanted) > _MOST_WANTED:
                del self._wanted[next(iter(self._wanted))]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="pictures", daemon=True)
                self._thread.start()
            self._changing.notify_all()

    def _work(self) -> None:
        while True:
            with self._changing:
                self._changing.wait_for(lambda: self._closed or self._wanted)
                if self._closed:
                    return
                product, tag = self._wanted.popitem()
                file = self._file
            if file is not None and self._fetch(file, product, tag):
                self.arrived(product)

    def _fetch(self, file: PictureFile, product: str, tag: str) -> bool:
        """Ask, and keep what comes; whether it is another one than before."""
        try:
            found = self._ask(product, tag)
            if found is not None and found.png is not None:
                bitmap.read(found.png)
        except Interrupted:
            return False
        except (TransportError, bitmap.NoPicture) as error:
            if not (isinstance(error, Refused) and error.problem.code == "not_found"):
                self._pause()
                return False
            found = Picture(None, "")
        with contextlib.suppress(sealed.SealedError, sealed.Closed):
            if found is None:
                file.confirm(product, self._now())
            else:
                file.keep(product, Kept(*found, self._now()))
        return found is not None

    def _pause(self) -> None:
        with self._changing:
            self._silent_until = self._now() + _PAUSE_SECONDS
            self._wanted.clear()
