"""One decoder in a worker's thread, of whichever footage was asked for last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.footage import Decoder, Footage


class DecoderSeat:
    """Opens a decoder when a footage is first asked for and closes it when another one is.

    given_up: asked between two pictures on the way to a frame; reading then raises Abandoned, so
    that a worker can be stopped in the middle of a long picture group.  For one thread.
    """

    def __init__(self, given_up: Callable[[], bool]) -> None:
        self._given_up = given_up
        self._decoder: Decoder | None = None
        self._footage: Footage | None = None

    def of(self, footage: Footage) -> Decoder:
        """A decoder of this footage.  Raises UnreadableFootage."""
        from engine.footage import open_decoder

        if self._decoder is None or self._footage is not footage:
            self.close()
            self._decoder = open_decoder(footage, purpose="scrub", given_up=self._given_up)
            self._footage = footage
        return self._decoder

    def close(self) -> None:
        """Release the file."""
        if self._decoder is not None:
            self._decoder.close()
        self._decoder = self._footage = None
