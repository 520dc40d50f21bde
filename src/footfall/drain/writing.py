"""The batch that is being written, on a thread of its own, while the next one is planned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from footfall.spool.protocol import Batch


class Writing:
    """One batch at most. Called under the drain's lock; `begin` and `outcome` by the drain alone."""

    def __init__(self) -> None:
        self._name = ""
        self._batch: Batch | None = None
        self._done: Future[None] | None = None

    def begin(self, name: str, batch: Batch, write: Callable[[], None]) -> None:
        """Call `write` on a thread. The batch before must have come to its `outcome`."""
        done = Future[None]()

        def run() -> None:
            try:
                write()
            except BaseException as error:  # noqa: BLE001 - `outcome` gives it to the drain
                done.set_exception(error)
            else:
                done.set_result(None)

        threading.Thread(target=run, name="drain-write", daemon=True).start()
        self._name, self._batch, self._done = name, batch, done

    def of(self, name: str) -> Batch | None:
        """The batch of this spool that has been begun, and whose outcome has not been asked for."""
        return self._batch if self._name == name else None

    def wait(self) -> None:
        """Until nothing is being written."""
        if self._done is not None:
            self._done.exception()

    def outcome(self) -> tuple[str, BaseException | None]:
        """Wait; then the spool of the batch, and what its writing failed with. `""` where none was begun."""
        name, done = self._name, self._done
        error = None if done is None else done.exception()
        self._name, self._batch, self._done = "", None, None
        return name, error
