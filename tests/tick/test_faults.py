"""The send protocol, aborted at every point: whatever dies in between, the end is that of the undisturbed run.

The idea is isync's: play the same scene once undisturbed and count its steps, then once for each step, aborted there,
and resumed. The steps are the commits of the store, and every line said to the SMTP and to the IMAP server.

Where only the line to the IMAP server dies, and not the process, the next tick goes on by itself.
"""

import imaplib
import os
import random
import signal
import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bench.servers.proxy import Proxy, dying_at
from commands.demo_servers import EmbeddedMail
from mail.imap.inbox import InboxError
from mail.letters.rendering import BUILT_IN, Templates
from relationship.facts import Facts
from store.files import Files
from store.memory import MemoryStore
from store.tinydb_store import TinyStore

TEAM, DANA = "team@acme.example", "dana@acme.example"
MARIA, BEN, AIKO = "maria@contract.example", "ben@contract.example", "aiko@contract.example"
BOTH = (MARIA, BEN)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Died(BaseException):
    """The process is gone."""


class Fuse:
    """Burns down by one at every step, and blows at the last; unarmed, it counts."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.steps = 0
        self.hot: list[int] = []  # the steps between a final dot and its answer

    def step(self) -> None:
        self.steps += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Died

    def around(self, work: Callable) -> Callable:
        def stepped(*args, **kwargs):
            self.step()
            done = work(*args, **kwargs)
            if any(isinstance(said, bytes) and said.endswith(b"\r\n.\r\n") for said in args):
                self.hot += (self.steps, self.steps + 1, self.steps + 2)
            self.step()
            return done

        return stepped


class DyingStore(MemoryStore):
    """Dies before or after a commit; a commit itself is all or nothing."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.commit_many = fuse.around(super().commit_many)
        self.move_cursor = fuse.around(super().move_cursor)


@contextmanager
def dying_lines(fuse: Fuse) -> Iterator[None]:
    """Die before or after each thing said to a server, and each answer of the SMTP server."""
    with pytest.MonkeyPatch.context() as patch:
        for kind, name in ((smtplib.SMTP, "send"), (smtplib.SMTP, "getreply"), (imaplib.IMAP4, "send")):
            patch.setattr(kind, name, fuse.around(getattr(kind, name)))
        yield


@pytest.fixture
def staged(scene_of, tmp_path, monkeypatch) -> Iterator[Callable]:
    """Makes fresh scenes, each on servers of its own."""
    monkeypatch.setenv("KEEPWARM_TEST_PASSWORD", "secret")
    index = Templates((BUILT_IN,)).index()
    monkeypatch.setattr(Templates, "index", lambda self: index)  # half of a restart's time
    servers: list[EmbeddedMail] = []

    def make(store=None, *edits: tuple[str, str]):
        if servers:
            servers.pop().stop()
        servers.append(EmbeddedMail(dict.fromkeys((TEAM, DANA, *BOTH, AIKO), "secret")))
        servers[0].start()
        scene = scene_of(servers[0], tmp_path, START)
        scene.store = store or MemoryStore()
        scene.policy(scene.rules_text, *edits)
        return scene

    yield make
    while servers:
        servers.pop().stop()


def tick_through(scene, moment: str = "") -> None:
    """One tick; where it dies, the daemon starts anew and goes on, and where the line does, by the next tick."""
    if moment:
        scene.at(moment)
    try:
        scene.tick()
    except Died:
        scene.restart()
        scene.tick()
    except InboxError as error:
        assert "was lost" in str(error), error
        scene.tick()


def play(scene) -> None:
    """Two thank-yous, a reminder, its cancelled successor, and the owner's notes."""
    tick_through(scene)
    scene.at("2026-03-02 10:00")
    asked = {who: scene.writes(DANA, who, "Logo", "Could you send the logo?") for who in BOTH}
    scene.writes(DANA, MARIA, "Flyer", "Could you send the flyer?")
    scene.at("2026-03-02 10:40")
    for who in BOTH:
        scene.writes(who, TEAM, "Re: Logo", "Here it is. Shall I go on?", asked[who])
    tick_through(scene)
    tick_through(scene, "2026-03-03 10:30")
    tick_through(scene, "2026-03-03 15:30")
    scene.writes(DANA, MARIA, "Re: Logo", "Yes, please do go on.", asked[MARIA])
    tick_through(scene, "2026-03-03 16:30")
    tick_through(scene, "2026-03-03 17:30")


def file_the_last(scene) -> None:
    """The copies of the last letters are recorded, and filed."""
    for _ in range(2):
        tick_through(scene)


def normal(facts: Facts) -> dict[str, set]:
    """What is known in the end, without tokens and times."""
    return {
        "messages": {m.subject for m in facts.messages.values()},
        "decisions": {(d.rule, d.occasion, d.step, d.verdict) for d in facts.decisions.values()},
        "letters": {(x.rule, x.occasion, x.step, x.reader, x.state) for x in facts.letters.values()},
    }


def outcome(scene) -> tuple[dict, dict]:
    found = {name: normal(scene.store.load(name)) for name in scene.store.names() if name != "owner"}
    return found, {who: Counter(scene.subjects(who)) for who in BOTH}


def performance(staged, where: str, blows_at: int | None = None):
    """The scene after a play that died at a step of the store's commits or of the lines; how many steps there were."""
    fuses = {"commits": Fuse(), "lines": Fuse()}
    scene = staged(DyingStore(fuses["commits"]))
    fuses[where].steps, fuses[where].hot, fuses[where].left = 0, [], blows_at
    with dying_lines(fuses["lines"]):
        play(scene)
        file_the_last(scene)
    return scene, fuses[where]


def is_the_same_wherever_it_dies(staged, where: str, some: int | None) -> None:
    undisturbed, fuse = performance(staged, where)
    count, hot = fuse.steps, set(fuse.hot)
    facts, letters = outcome(undisturbed)
    assert letters == {MARIA: Counter({"Re: Logo": 1, "Re: Flyer": 1}), BEN: Counter({"Re: Logo": 1})}
    told = set(undisturbed.subjects(DANA))
    assert told
    assert count > 60
    assert bool(hot) == (where == "lines")
    for n in range(count) if some is None else sorted(hot | set(random.sample(range(count), some))):
        scene, _ = performance(staged, where, n)
        assert outcome(scene) == (facts, letters), f"died at step {n} of {count}"
        assert (True, False) not in filed(scene)["INBOX"], f"an unread copy: died at step {n} of {count}"
        assert told <= set(scene.subjects(DANA)), f"died at step {n} of {count}"


@pytest.mark.parametrize("where", ["commits", "lines"])
def test_aborted_somewhere_and_resumed_the_end_is_the_same(staged, where):
    is_the_same_wherever_it_dies(staged, where, 12)


@pytest.mark.campaign
@pytest.mark.timeout(900)
@pytest.mark.parametrize("where", ["commits", "lines"])
def test_aborted_anywhere_and_resumed_the_end_is_the_same(staged, where):
    is_the_same_wherever_it_dies(staged, where, None)


def filed(scene) -> dict[str, Counter]:
    """How many mails lie in each folder: whether they are ours, and read."""
    mails = {folder: scene.servers.mailbox(TEAM, folder) for folder in ("INBOX", "Sent")}
    return {
        folder: Counter((b"X-Keepwarm-Letter" in mail.content, "\\Seen" in mail.flags) for mail in found)
        for folder, found in mails.items()
    }


def said_over_a_line_that_dies(staged, at: int, heard: bool = False):
    """The scene after a play in which the line died once; how many things were said to the IMAP server."""
    scene = staged()
    with Proxy(scene.servers.imap_port) as proxy:
        proxy.fault = dying_at(proxy, at, heard)
        scene.policy(scene.rules_text, (scene.servers.imap_url, f"imap://127.0.0.1:{proxy.port}"))
        play(scene)
        file_the_last(scene)
        scene.keepwarm.close()
        return scene, proxy.happened["said"]


def is_the_same_wherever_the_line_dies(staged, some: int | None, heard: bool) -> None:
    undisturbed, count = said_over_a_line_that_dies(staged, at=-1)
    end = outcome(undisturbed), filed(undisturbed)
    assert count > 100
    assert set(end[1]["INBOX"]) == {(False, False)}, "copies are filed"
    for n in range(count) if some is None else sorted(random.sample(range(count), some)):
        scene, _ = said_over_a_line_that_dies(staged, n, heard)
        assert (outcome(scene), filed(scene)) == end, f"the line died at {n} of {count}"


@pytest.mark.parametrize("heard", [False, True])
def test_where_the_line_dies_the_next_tick_goes_on(staged, heard):
    is_the_same_wherever_the_line_dies(staged, 8, heard)


@pytest.mark.campaign
@pytest.mark.timeout(900)
@pytest.mark.parametrize("heard", [False, True])
def test_wherever_the_line_dies_the_next_tick_goes_on(staged, heard):
    is_the_same_wherever_the_line_dies(staged, None, heard)


class KillingFiles(Files):
    """Kills its process for real, at a step of the disk's."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        for name in ("_write", "_flush", "_rename", "_flush_folder", "_overwrite", "_extend"):
            setattr(self, name, fuse.around(getattr(super(), name)))


def kill_at(n: int, scene, data) -> bool:
    """One tick in a child, which is killed at its n-th step; whether it was."""
    child = os.fork()
    if child == 0:
        fuse = Fuse()
        try:
            scene.store = TinyStore(data, files=KillingFiles(fuse))
            scene.restart()
            fuse.left = n
            with dying_lines(fuse):
                scene.tick()
        except Died:
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def round_of(staged, data, n: int) -> bool:
    """Two letters are due; kill -9 at step n, and start again."""
    scene = staged(TinyStore(data))
    scene.tick()
    scene.at("2026-03-02 10:00")
    asked = {who: scene.writes(DANA, who, "Logo", "Could you send the logo?") for who in BOTH}
    scene.at("2026-03-02 10:40")
    for who in BOTH:
        scene.writes(who, TEAM, "Re: Logo", "Here it is, in three sizes.", asked[who])
    scene.keepwarm.close()
    killed = kill_at(n, scene, data)
    scene.store = TinyStore(data)
    scene.restart()
    scene.tick()
    scene.run("2026-03-02 11:30", timedelta(minutes=10))
    assert scene.store.damaged() == {}
    for who in BOTH:
        assert scene.subjects(who) == ["Re: Logo"], f"{who} after kill -9 at step {n}"
    states = [x.state for key in scene.store.names() for x in scene.store.load(key).letters.values()]
    assert states == ["sent", "sent"]
    scene.keepwarm.close()
    return killed


def test_kill_9_at_a_step_of_the_disk_or_of_a_line(staged, tmp_path):
    steps = random.sample(range(150), 12)
    assert sum(round_of(staged, tmp_path / f"data{n}", n) for n in steps) > 4


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_kill_9_at_every_step_of_the_disk_and_of_the_lines(staged, tmp_path):
    n = 0
    while round_of(staged, tmp_path / f"data{n}", n):
        n += 1
    assert n > 80
