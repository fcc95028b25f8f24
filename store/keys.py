"""Keys: what an aggregate is called, in the store and as a file name."""

import hashlib
import re
import unicodedata
from collections.abc import Container, Iterable
from itertools import count

_NEW = re.compile(r".+-[0-9a-f]{6}")
_SAFE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def new_key(name: str, addresses: Iterable[str], taken: Container[str]) -> str:
    """A key for a new relationship, such as "maria-santos-1f3a9c": safe as a file name, not in `taken`."""
    words = "-".join(re.findall(r"[a-z0-9]+", _plain(name)))[:24].strip("-") or "contractor"
    identity = "\n".join((name, *addresses))
    digests = (hashlib.sha256(f"{identity}\n{n}".encode()).hexdigest()[:6] for n in count())
    return next(key for digest in digests if (key := f"{words}-{digest}") not in taken)


def is_key(name: str) -> bool:
    """Whether an aggregate may be called so."""
    return bool(_SAFE.fullmatch(name))


def like_a_new_one(name: str) -> bool:
    """Whether `new_key` makes such keys; it says nothing of those that other stores were given."""
    return bool(_NEW.fullmatch(name))


def checked(name: str) -> str:
    """The key itself; ValueError unless it is safe as a file name on every system."""
    if not is_key(name):
        raise ValueError(f"{name!r} is no key of an aggregate: use lower-case letters, digits and hyphens")
    return name


def _plain(name: str) -> str:
    """Lower case, without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
