"""The books: what spans relationships. A projection of the store, rebuilt at start, kept current by commits.

Who is who, each relationship's story, the outbox, what counts towards the limits, and when each relationship has
to be looked at next: so that a tick costs what is new and what is due, however many relationships there are. Of
the stories those are kept that were told last: they are told anew from the store, and most rest most of the time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from relationship.check_ins.outlook import Outlook
from relationship.check_ins.pairs import Span
from relationship.clocks.moments import NEVER
from relationship.correspondence.past import changed
from relationship.facts import Fact, Facts, Installation, Profile, RuleMark
from relationship.facts.check_in import CheckIn
from relationship.facts.letters import Letter, State
from relationship.facts.messages import Message, Side
from relationship.facts.news import News
from relationship.facts.summary import Summary
from relationship.folding import tell
from relationship.parties import Contractor, People
from relationship.story import Story
from rules.docket import Docket
from rules.gates.world import Outgoing
from rules.notices import NOTICES
from rules.policy import Policy, Rule
from store.aggregate import every_fact, merged
from store.protocol import OWNER, Store, StoreError
from store.recent import Recent
from tick.bookkeeping.identity import keys_of
from tick.bookkeeping.looks import Looks
from tick.bookkeeping.post import Post
from tick.bookkeeping.slots_taken import SlotsTaken, slots_taken
from tick.bookkeeping.stars import Stars

MOST_MESSAGES = 3000  # of the stories that are kept in memory


class Books:
    """The projection over all relationships."""

    def __init__(
        self, store: Store, policy: Policy, readers: Mapping[str, Side], most: int = MOST_MESSAGES
    ) -> None:
        self.store, self._most = store, most
        self._rebuild()
        self.adopt(policy, readers)

    def _rebuild(self) -> None:
        """All that is projected from the store, from nothing."""
        self.post = Post()
        self.routes: dict[str, str] = {}  # UID of a check-in, token of a letter -> relationship
        self.late_words: dict[str, str] = {}  # of the owner's about letters, by token
        self.profiles: dict[str, Profile] = {}
        self.stars = Stars()
        self.slots = SlotsTaken()
        self._told: Recent[Story] = Recent(self._most)  # as they were told last
        self._current: set[str] = set()  # of these, what nothing was added to since
        self._dockets: dict[str, Docket] = {}  # what is left to do; of those that are told
        for name, facts in self._readable():
            self._project(name, [*facts.profile.values(), *facts.letters.values(), *facts.check_ins.values()])
            self.stars.take_in(name, facts.messages.values())
            self.slots.take_in(name, facts.check_ins.values())

    def _readable(self) -> Iterator[tuple[str, Facts]]:
        """All aggregates but those of contractors whose file is damaged: the others go on without them."""
        for name in self.store.names():
            try:
                yield name, self.store.load(name)
            except StoreError:
                if name == OWNER or name not in self._unreadable():
                    raise

    def _unreadable(self) -> dict[str, str]:
        """The aggregates that cannot be read at all, and what to do about it."""
        sound = self.store.names()
        return {name: advice for name, advice in self.store.damaged().items() if name not in sound}

    @property
    def flaws(self) -> tuple[str, ...]:
        """What of the archived facts that were read could not be understood, and was left out."""
        unreadable = self._unreadable()
        return tuple(flaw for name, flaw in self.store.damaged().items() if name not in unreadable)

    def leave_out_the_lost(self) -> None:
        """Take nothing for granted of a file that was sound at first."""
        if self._unreadable().keys() & self.profiles.keys():
            self._rebuild()

    def _project(self, key: str, facts: Iterable[Fact]) -> None:
        """Take in what was added to an aggregate, but for its messages."""
        for fact in facts:
            if isinstance(fact, Profile):
                self.profiles[key] = fact
            elif isinstance(fact, Letter):
                self.post.note(key, [fact])
                self._note_word(fact)
            if isinstance(fact, Letter | CheckIn) and key != OWNER:
                self.routes[fact.key] = key  # whom an answer is about that names no contractor

    def _note_word(self, letter: Letter) -> None:
        if letter.late_word is None:
            self.late_words.pop(letter.token, None)
        else:
            self.late_words[letter.token] = letter.late_word

    # -- the policy ----------------------------------------------------------------------------------------

    def adopt(self, policy: Policy, readers: Mapping[str, Side]) -> None:
        """Take up a policy: everybody is looked at anew."""
        self.policy = policy
        self.readers = readers
        self.enrolled = self.settled = False  # under this policy (roll.py)
        self.unread: dict[str, Contractor] = {}  # whose history is still to be read
        self.rules: tuple[Rule, ...] = policy.rules + NOTICES
        self.booking = next((rule for rule in self.rules if rule.when == "check-in due"), None)
        self._current.clear()
        self.outlooks: dict[str, Outlook] = {}
        self.slots.doubt_all()
        self._dockets.clear()
        found = keys_of(policy.contractors, self.profiles, self.store.damaged_of)
        unreadable = self._unreadable()
        self.lost = {key: unreadable[key] for key in found if key in unreadable}  # who is left out, and why
        self.people = People(policy.owner, {key: who for key, who in found.items() if key not in self.lost})
        self.looks = Looks(self.people.contractors)

    # -- the owner's aggregate -----------------------------------------------------------------------------

    @property
    def owner(self) -> Facts:
        """The owner's own facts."""
        return self.store.load(OWNER)

    @property
    def installation(self) -> Installation | None:
        """None until the mailbox was collected completely for the first time."""
        return self.owner.installation.get("installation")

    @property
    def marks(self) -> Mapping[str, RuleMark]:
        """From when each rule may act."""
        return self.owner.marks

    # -- stories -------------------------------------------------------------------------------------------

    def story(self, key: str) -> Story:
        """The story of one relationship."""
        before = self._told.get(key)  # what has not changed is taken from there
        if before and key in self._current:
            return before
        story = self._tell(key, self.store.load(key), before)
        for name, _ in self._told.put(key, story, len(story.messages) + story.past.size // 6 + 1):
            self._dockets.pop(name, None)
        self._current.add(key)
        return story

    def story_with(self, key: str, messages: Iterable[Message]) -> Story:
        """The story as it would be with these messages."""
        return self._tell(key, merged(self.store.load(key), messages), self._told.get(key))

    def whole_story(self, key: str) -> Story:
        """The story with all that was archived: for listings, never for a tick."""
        return self._tell(key, self.whole(key))

    def whole(self, key: str) -> Facts:
        """The facts of one relationship, with all that was archived."""
        whole = Facts()
        for fact in (*self.store.history(key), *every_fact(self.store.load(key))):
            whole.add(fact)
        whole.summaries.clear()  # all that they tell of is here
        return whole

    def _tell(self, key: str, facts: Facts, before: Story | None = None) -> Story:
        contractor, owner = self.people.contractors[key], self.people.owner
        return tell(key, contractor, owner, self._profile(key), facts, self.owner.news, before)

    def _profile(self, key: str) -> Profile:
        """The relationship's profile; of one that was never enrolled, one that never acts."""
        if key in self.profiles:
            return self.profiles[key]
        contractor = self.people.contractors[key]
        return Profile(contractor.name, contractor.addresses, NEVER)

    def story_of(self, address: str) -> Story | None:
        """The story of the contractor with this address."""
        key = self.people.key_of(address)
        return self.story(key) if key else None

    def booked(self, but: str, now: datetime) -> tuple[Span, ...]:
        """The slots of everybody's standing check-ins, but for one relationship's; none of those long over."""
        keys = self.people.contractors.keys()
        return self.slots.by_others(but, keys, lambda key: slots_taken(self.story(key), self.rules, now))

    def docket(self, key: str) -> Docket:
        """What is left to do in one relationship."""
        if key not in self._dockets:
            self._dockets[key] = Docket()
        return self._dockets[key]

    # -- writing -------------------------------------------------------------------------------------------

    def commit(self, key: str, facts: Iterable[Fact], foreseen: bool = False) -> None:
        """Make facts durable, and the books current; what was `foreseen` is no reason to look again sooner."""
        self.commit_many({key: list(facts)}, foreseen)

    def commit_many(self, facts: Mapping[str, list[Fact]], foreseen: bool = False) -> None:
        """The same for several aggregates."""
        if not facts:
            return
        self.store.commit_many(facts)
        for key, added in facts.items():
            self._note(key, added, foreseen)

    def _note(self, key: str, added: Sequence[Fact], foreseen: bool = False) -> None:
        """Facts were added to an aggregate."""
        self._project(key, added)
        self.stars.take_in(key, added)
        self.slots.take_in(key, added)
        if any(isinstance(fact, Message) for fact in added):  # another conversation may be the last
            self.looks.may_close(key)
        self._current.discard(key)
        self._stir(key, added)
        if any(isinstance(fact, News) for fact in added):  # it stands in every story
            self._current.clear()
            for name in self._dockets:
                self._stir(name, added)
            self.looks.news_for_all()
        if not foreseen:
            self.looks.news(key)

    def _stir(self, key: str, facts: Iterable[Fact]) -> None:
        if key in self._dockets:
            self._dockets[key].stir(facts)

    def archive(
        self,
        key: str,
        facts: Sequence[Fact],
        conversation_of: Mapping[str, str],
        left: Sequence[Fact] = (),
    ) -> None:
        """Move closed facts of a relationship to the yearly files: nothing is in them on which a rule acts."""
        self.looks.may_close(key)
        self.store.archive(key, facts, conversation_of, left)
        self.stars.let_go(key, facts)
        self._current.discard(key)
        self.slots.doubt(key)
        if any(not isinstance(fact, Summary) for fact in left):
            self._note(key, left)

    def let_go(self, key: str) -> None:
        """Keep nothing of a relationship in memory: it will not be wanted soon."""
        self._told.drop(key)
        self._current.discard(key)
        self._dockets.pop(key, None)
        self.store.let_go(key)

    def forget(self, key: str) -> None:
        """Remove a relationship, and what the others say of the person."""
        self.store.forget(key)
        self._rebuild()

    def is_archived(self, key: str, name: str) -> bool:
        """Whether a mail that is seen once more lies in the yearly files already."""
        return self.store.conversation_of(key, name) is not None

    def revive(self, key: str, names: Iterable[str]) -> bool:
        """Make the archived conversations live again to which these ids and hints lead; whether there were any."""
        found = {self.store.conversation_near(key, name) or "" for name in names} - {""}
        facts = [fact for conversation in found for fact in self.store.archived(key, conversation)]
        live = self.store.load(key) if facts else Facts()
        gone = [fact for fact in facts if fact.key not in live.table(type(fact))]
        if gone:  # else they are back, and newer
            self.looks.may_close(key)
            self.commit(key, [*gone, *changed(live.summaries, gone=found)])
        return bool(gone)

    # -- letters -------------------------------------------------------------------------------------------

    def recount(self) -> None:
        """Note all letters anew: one that was let go of as old counts again, where the clock was set back."""
        for name in self.store.names():
            self.post.note(name, self.store.load(name).letters.values())

    @property
    def letters(self) -> Mapping[str, Letter]:
        """The outbox, what waits for the owner, and what the limits count, by token."""
        return self.post.letters

    def outbox(self) -> list[Letter]:
        """Letters on their way, oldest first."""
        return self.post.outbox()

    def drafts(self) -> list[Letter]:
        """Drafts that wait for the owner's word, oldest first."""
        return self.post.in_state(State.ASKED)

    def notes(self) -> list[Letter]:
        """Notes to the owner that wait for the day's one mail; those of a mail that never went out wait again."""
        return [note for note in self.post.in_state(State.BUNDLED) if not self.post.carrier(note)]

    def outgoing(self, now: datetime) -> list[Outgoing]:
        """Letters to contractors that the limits count."""
        return self.post.outgoing(self.policy.limits.per_contractor + self.policy.limits.in_total, now)
