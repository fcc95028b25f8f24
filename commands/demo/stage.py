"""The stage: the people of the demo write to each other, on a simulated clock.

Everything that happens is on one agenda, in order of time. A conversation puts its next cue on it when the
cue before was played, or when the letter that the cue answers has arrived: nobody on this stage knows more
than what lies in their mailbox.
"""

import heapq
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from commands.demo import post
from commands.demo.cast import Cast, later, spoken
from commands.demo.post import Mail, Writer
from commands.demo.script import Conversation, Cue, Part
from commands.demo.view import View
from commands.demo_servers import EmbeddedMail

Act = Callable[[], None]
GRACE = timedelta(minutes=11)  # a star counts after ten minutes: something is looked for soon after


@dataclass(eq=False)
class Thread:
    """A conversation on the stage."""

    script: Conversation
    dice: random.Random
    mails: list[Mail] = field(default_factory=list)
    played: int = 0  # cues
    scheduled: bool = True  # the next cue is on the agenda

    @property
    def cue(self) -> Cue | None:
        """The next one."""
        return self.script.cues[self.played] if self.played < len(self.script.cues) else None


@dataclass(frozen=True)
class Arrived:
    """A letter as its reader has it: to answer (None: they answer elsewhere), or to follow its links."""

    mail: Mail | None
    content: bytes


class Stage:
    """The people and the servers between them. `monday` begins week 0."""

    def __init__(self, servers: EmbeddedMail, cast: Cast, view: View, monday: datetime) -> None:
        self.servers, self.cast, self.view, self.monday = servers, cast, view, monday
        self.now = monday
        self.thread_of: dict[str, Thread] = {}  # by Message-ID, with brackets
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._number = count()
        servers.now = lambda: self.now

    # -- the agenda ----------------------------------------------------------------------------------------

    def plan(self, moment: datetime, act: Act) -> None:
        """Put something on the agenda."""
        heapq.heappush(self._agenda, (moment, next(self._number), act))

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens."""
        return max(self._agenda[0][0], self.now) if self._agenda else None

    def move_to(self, moment: datetime) -> None:
        """Let happen what happens until then."""
        while self._agenda and self._agenda[0][0] <= moment:
            at, _, act = heapq.heappop(self._agenda)
            self.now = at
            act()
        self.now = moment

    # -- cues ----------------------------------------------------------------------------------------------

    def set_up(self, parts: Iterable[Part], seed: int) -> None:
        """Put every conversation's first mail on the agenda."""
        for script in (script for part in parts for script in part.conversations):
            dice = random.Random(f"{seed} {script.contractor} {script.subject}")  # noqa: S311 - a play's dice
            self._open(Thread(script, dice))

    def _open(self, thread: Thread) -> None:
        """On the writer's own wall clock; a holiday's mail is written on the next working day."""
        script = thread.script
        clock = self.cast.party(script.cues[0].who).clock
        date = self.monday.date() + timedelta(weeks=script.week, days=script.weekday)
        at = datetime.combine(date, script.at, clock.zone) + timedelta(minutes=thread.dice.randint(-12, 12))
        self.plan(clock.next_open(at), lambda: self._play(thread))

    def schedule(self, thread: Thread, cue: Cue, arrived: Arrived | None = None) -> None:
        """Put a conversation's next cue on the agenda, so much later than now."""
        thread.scheduled = True
        at = later(self.cast.party(cue.who), self.now, cue.delay, thread.dice)
        self.plan(at, lambda: self._play(thread, arrived))

    def _play(self, thread: Thread, arrived: Arrived | None = None) -> None:
        """Play the next cue of a conversation, and put the one after it on the agenda."""
        cue = thread.script.cues[thread.played]
        thread.played, thread.scheduled = thread.played + 1, False
        if cue.does == "stars":
            self._star(thread.mails[-1])
        elif cue.does.startswith("clicks") and arrived:
            self.click(self.cast.reader(self.cast.party(cue.who)), arrived.content, cue.does.split()[1])
        else:
            self._write(thread, cue, arrived.mail if arrived else None)
        if thread.cue and not thread.cue.after:
            self.schedule(thread, thread.cue)

    # -- acts ----------------------------------------------------------------------------------------------

    def _write(self, thread: Thread, cue: Cue, letter: Mail | None) -> None:
        """A mail: the conversation's first, an answer to the one before, or to a letter of Keepwarm's."""
        writer = self.cast.writer(cue)
        answered = letter or (thread.mails[-1] if thread.mails else None)
        text = spoken(cue.text, self.now.astimezone(writer.zone), writer.language, thread.dice)
        contractor = self.cast.party(thread.script.contractor)
        other = contractor if cue.who == self.cast.owner.first_name else self.cast.owner
        mail = post.written(writer, self.cast.named(other), self.now, thread.script.subject, text, answered)
        self.thread_of[mail.message_id] = thread
        if cue.does == "away":
            self.send(post.vacation(mail))
        else:
            thread.mails.append(mail)
            self._deliver(mail, post.in_bytes(mail, answered), contractor.addresses[0])
        self.view.mail(self.now, mail, other.first_name, cue.does, is_first=answered is None)

    def _deliver(self, mail: Mail, content: bytes, contractor: str) -> None:
        if mail.writer.address == self.cast.mailbox:
            self.servers.deliver_to(self.cast.mailbox, content, self.now, "Sent", ["\\Seen"])
            self.servers.deliver_to(contractor, content, self.now)
        else:
            self.send(content)

    def send(self, content: bytes) -> None:
        """A mail comes to the shared mailbox."""
        self.servers.deliver_to(self.cast.mailbox, content, self.now)

    def click(self, writer: Writer, letter: bytes, tag: str) -> None:
        """Follow a letter's link, and send off the mail that it fills in."""
        content = post.click(writer, self.now, letter, tag)
        if content:
            self.send(content)
            self.view.click(self.now, writer.party, tag)

    def _star(self, mail: Mail) -> None:
        name = f"Message-ID: {mail.message_id}".encode()
        inbox = self.servers.mailbox(self.cast.mailbox)
        index = next(n for n, stored in enumerate(inbox) if name in stored.content)
        self.servers.flag(self.cast.mailbox, "INBOX", index, [*inbox[index].flags, "\\Flagged"])
        self.view.star(self.now, mail)
        self.plan(self.now + GRACE, lambda: None)
