"""The readers: what people do about Keepwarm's letters: they answer, accept, follow a link, or do nothing."""

import re
from collections import Counter
from collections.abc import Iterable
from email.parser import BytesHeaderParser
from functools import partial

from commands.demo import post
from commands.demo.post import Mail
from commands.demo.script import Part
from commands.demo.stage import Arrived, Stage, Thread
from commands.demo.view import Sent
from commands.house import Keepwarm
from relationship.clocks.durations import Duration
from relationship.facts.decisions import Verdict
from relationship.facts.letters import Letter
from relationship.facts.messages import Side
from relationship.parties import Contractor
from relationship.story import Story

CLICK = Duration(20, "minutes", working=True)  # after which the owner says how a call went
_ID = re.compile(r"<[^>]+>")


class Readers:
    """Everybody, in front of what Keepwarm sent them."""

    def __init__(self, stage: Stage, keepwarm: Keepwarm, parts: Iterable[Part]) -> None:
        self._stage, self._keepwarm = stage, keepwarm
        self._parts = {part.contractor: part for part in parts}
        self._taken = 0  # how many of the mails that SMTP accepted were looked at
        self._invited, self._called = Counter[str](), Counter[str]()

    def hand_out(self) -> None:
        """Show the letters that SMTP has accepted since, and let their readers react."""
        accepted = self._stage.servers.accepted
        news, self._taken = accepted[self._taken :], len(accepted)
        for _, _, content in news:
            headers = BytesHeaderParser().parsebytes(content)
            self._hand_out(content, headers["X-Keepwarm-Letter"], _ID.findall(headers["References"] or ""))

    def _hand_out(self, content: bytes, token: str, references: list[str]) -> None:
        letters, stage = self._keepwarm.books.letters, self._stage
        letter = letters[token]
        parts = [letters[one] for one in letter.items] or [letter]
        whys = tuple(map(self._why, parts))
        to_owner = letter.reader is Side.OWNER
        reader = stage.cast.owner if to_owner else stage.cast.people.contractors[letter.contractor]
        stage.view.letter(Sent(stage.now, letter, reader, tuple(parts), whys, content))
        arrived = Arrived(None if to_owner else self._as_mail(letter, content, references), content)
        for part in parts:
            if part.contractor in stage.cast.people.contractors:
                self._react(part, arrived, self._keepwarm.books.story(part.contractor))

    def _why(self, letter: Letter) -> str:
        """The reason of the decision behind a letter; Keepwarm's own mail to the owner has none."""
        if letter.contractor not in self._stage.cast.people.contractors:
            return ""
        decisions = self._keepwarm.books.story(letter.contractor).decisions.values()
        return next((decision.why for decision in decisions if decision.letter == letter.token), "")

    def _as_mail(self, letter: Letter, content: bytes, references: list[str]) -> Mail:
        """A letter as an answer quotes it: without the footer."""
        cast = self._stage.cast
        text = post.text_of(content).partition("\n-- ")[0].strip()
        writer = post.Writer(cast.owner, cast.mailbox)
        name = f"<{letter.message_id}>"
        return Mail(writer, "", self._stage.now, letter.subject, text, name, tuple(references))

    # -- reactions -----------------------------------------------------------------------------------------

    def _react(self, letter: Letter, arrived: Arrived, story: Story) -> None:
        """What the reader of a letter, or of a note in the day's mail, does about it."""
        if letter.template == "owner/check-in-over":
            self._say_how_the_call_went(story.contractor, arrived)
        elif letter.template == "check-ins/agenda":
            self._answer_invitation(story.contractor, arrived)
        for thread in self._about(letter, story):
            cue = thread.cue
            if cue and cue.after == letter.template and not thread.scheduled:
                self._stage.schedule(thread, cue, arrived)

    def _about(self, letter: Letter, story: Story) -> list[Thread]:
        """The conversations that a letter speaks of."""
        names = (f"<{message.message_id}>" for message in story.in_conversation(letter.conversation))
        found = (self._stage.thread_of.get(name) for name in names)
        return list(dict.fromkeys(thread for thread in found if thread))

    def _answer_invitation(self, contractor: Contractor, arrived: Arrived) -> None:
        """The calendar's answer, as the script has it for this one."""
        replies = self._parts[contractor.first_name].invitations
        reply = replies[min(self._invited[contractor.first_name], len(replies) - 1)]
        self._invited[contractor.first_name] += 1
        if reply:
            answer, delay = reply
            act = partial(self._rsvp, contractor, arrived.content, answer)
            self._stage.plan(contractor.clock.after(self._stage.now, delay), act)

    def _rsvp(self, contractor: Contractor, invitation: bytes, answer: str) -> None:
        stage = self._stage
        reader, to = stage.cast.reader(contractor), stage.cast.named(stage.cast.owner)
        stage.send(post.rsvp(reader, to, stage.now, invitation, answer))
        stage.view.rsvp(stage.now, contractor, answer)

    def _say_how_the_call_went(self, contractor: Contractor, arrived: Arrived) -> None:
        said = self._parts[contractor.first_name].calls
        tag = said[min(self._called[contractor.first_name], len(said) - 1)]
        self._called[contractor.first_name] += 1
        if tag:
            owner = self._stage.cast.owner
            act = partial(self._stage.click, self._stage.cast.reader(owner), arrived.content, tag)
            self._stage.plan(owner.clock.after(self._stage.now, CLICK), act)

    # -- what nobody gets to read --------------------------------------------------------------------------

    def tell_what_was_held_back(self) -> None:
        """Show the decisions of this tick that sent nothing."""
        now = self._stage.now
        for key in self._stage.cast.people.contractors:
            for decision in self._keepwarm.books.story(key).decisions.values():
                if decision.at == now and decision.verdict is not Verdict.SEND:
                    self._stage.view.held_back(now, decision)
