"""One daemon per data folder: a lock that the system lets go of when its process ends, however it ends."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from store.files import explained, give_to_owner_of
from store.protocol import InUseError, StoreError


class Lock:
    """Held from construction to `release`. The file stays: were it removed, two could hold "the" lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained(path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            give_to_owner_of(path.parent, self._descriptor)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise _refusal(path, holder, error) from error
        with suppress(OSError):  # a full disk must not keep the daemon from starting
            self._sign()

    def must_hold(self) -> None:
        """StoreError where another folder lies there by now, or none: what is written there is not ours."""
        if self._descriptor < 0:  # let go of on purpose
            return
        with suppress(OSError):
            if os.path.samestat(os.fstat(self._descriptor), self._path.stat()):
                return
        raise StoreError(
            f"The data folder {self._path.parent} was removed or replaced while Keepwarm was running: put it back, or "
            "start Keepwarm again, so that it takes what is there now."
        )

    def release(self) -> None:
        """Let another process have it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _sign(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)


def _refusal(path: Path, holder: str, error: OSError) -> StoreError:
    if not isinstance(error, BlockingIOError):
        return StoreError(
            f"{path} cannot be locked ({error.strerror}): put the data folder on a disk with locks."
        )
    who = f"process {holder}" if holder else "another process"
    return InUseError(
        f"The data folder {path.parent} is in use by {who}: stop it first, or choose another folder (--data)."
    )
