"""What commands asked of the daemon while it ran: pause, resume, forget. Applied before anything else in a tick."""

import logging
from dataclasses import replace

from relationship.facts import Profile
from store.protocol import OWNER, Store, StoreError
from tick.bookkeeping.books import Books

OWNER_SAYS = "owner"

log = logging.getLogger(__name__)


def apply_requests(books: Books) -> None:
    """Do what was asked, oldest first; each may be done again without harm, and is as long as the store fails."""
    for verb, key in books.store.requests():
        if verb == "forget" and books.enrolled and key in books.people.contractors:
            continue  # it was asked of a file without them, which is yet to be taken up
        try:
            apply(books, verb, key)
        except StoreError as error:  # a full disk, say: the request stays
            log.warning("The request to %s %s could not be done yet: %s", verb, key, error)
            continue
        except ValueError as error:  # it would fail for ever
            log.warning("The request to %s %s could not be done: %s", verb, key, error)
        books.store.answered(verb, key)


def apply(books: Books, verb: str, key: str) -> None:
    """Pause or resume a relationship for the owner, or forget one that is in the rules no longer."""
    if verb == "forget":
        if key in books.people.contractors:
            log.warning("%s is in the rules again, and is not forgotten.", key)
        else:
            books.forget(key)
        return
    profile = books.store.load(key).profile.get("profile")
    if profile:
        others = tuple(who for who in profile.paused_by if who != OWNER_SAYS)
        paused_by = (*others, OWNER_SAYS) if verb == "pause" else others
        books.commit(key, [replace(profile, paused_by=paused_by)])


def profiles(store: Store) -> dict[str, Profile]:
    """Everybody whom the data folder knows, by key, but for those whose file is damaged: `damaged` tells of them."""
    found: dict[str, Profile] = {}
    for name in store.names():
        try:
            profile = store.load(name).profile.get("profile")
        except StoreError:
            if name == OWNER or name in store.names():
                raise  # all of it is of no use, or of a newer version
        else:
            if profile:
                found[name] = profile
    return found
