"""SMTP: handing one letter to the server, and knowing exactly how far it got.

DATA is sent only once every recipient was accepted, so that no letter goes to some of them; and once the caller
knows whether the copy's recipient was, so that it can make that durable while nothing is sent yet. When the line
dies between the server's "354" and its answer to the final dot, the letter is in doubt: the caller asks the
mailbox then. `smtplib.sendmail` is not used: it goes on although a recipient was refused, and hides where it
failed.

Every "yes" has to be the answer to its own question. The 354 keeps both sides in step: nothing but DATA is
answered by it, so that an answer too many shows before the letter's first byte, and the line is dropped.
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from mail.access.secrets import logged_in
from mail.smtp.submission import DeliveryError, DeliverySettings, LoginRefusedError, connect, why_lost, words

# RFC 5321, 4.5.3.2.6 asks for 10 minutes after the final dot. A daemon that stands still that long is a worse
# fault than a letter in doubt, which the mailbox's copy settles.
FINAL_DOT_SECONDS = 180.0
_LINE_START_DOT = re.compile(rb"(?m)^\.")
# What is said of the sender's side, and so of every letter. Postfix judges that only at RCPT (smtpd_delay_reject), and
# Microsoft 365 only once it has the letter.
_OF_US = re.compile(
    r"(?i)\b(?:(?:sender address|client host|helo command) rejected|SendAsDenied|"
    r"(?:not allowed|does not have permissions?) to send (?:as|from)|not owned by (?:auth )?user|"
    r"sender verify failed)"
)
# Our account has sent enough for now, or is locked: Gmail, cPanel, Microsoft 365, Zoho. Nothing in rules.yaml is wrong.
_SENT_ENOUGH = re.compile(
    r"(?i)\b(?:sending (?:limit|quota) exceeded|exceeded the max (?:emails|defers and failures) per hour|"
    r"SubmissionQuotaExceeded|OutboundSpamException|bad outbound sender|unusual sending activity)"
)
_LOGIN_WANTED = (530, 534, 535, 538)  # RFC 4954, section 6: about the login, not about the letter


class Outcome(StrEnum):
    """What became of one attempt."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # surely not accepted, worth another try: 4xx, or the server could not be reached
    REFUSED = "refused"  # 5xx: never
    UNKNOWN = "unknown"  # the line died between the letter's first byte and the answer to its final dot


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome in the server's words."""

    outcome: Outcome
    reply: str
    # False where we never got as far as the letter: no line, wrong login, sender refused.
    reached: bool = True
    of_copy: bool = False  # what was said is about the copy's recipient alone
    # What was said at the reader, or of the letter, seems to be about our side, and so about every letter.
    of_us: bool = False
    # The letter's last byte was sent: a "later" after that may come of a server that has taken it all the same.
    whole: bool = False
    silent: bool = False  # the line did not die: the server said nothing for as long as we wait


# Told after the last RCPT, before DATA, whether the copy's recipient was accepted. What it raises ends the attempt.
BeforeData = Callable[[bool], None]


def _go_on(copied: bool) -> None:
    """Nothing to be done before DATA."""


class _Answer(Exception):  # noqa: N818 - not an error but a way out of the dialogue
    """The server said no before the letter's first byte; `about_us`: to our account, whatever the letter."""

    def __init__(self, code: int, reply: bytes, about_us: bool = False, of_copy: bool = False) -> None:
        super().__init__(code, reply)
        self.code, self.reply = code, words(code, reply)
        self.about_us, self.of_copy = about_us, of_copy


class Postman:
    """One SMTP connection for several letters: made when first needed, and anew where it was dropped."""

    def __init__(self, settings: DeliverySettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and log in; DeliveryError says in one sentence why that does not work."""
        self._smtp, self._settings = logged_in(connect, self._settings, LoginRefusedError)

    def close(self) -> None:
        """Say goodbye, if anybody is still there."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()

    def ready(self) -> None:
        """Have a line that answers, made where there is none. DeliveryError says why there is none."""
        if self._smtp is not None:
            try:
                _say(self._smtp.docmd("RSET"))
            except (OSError, smtplib.SMTPException, _Answer):
                self._hang_up()
        if self._smtp is None:
            self.connect()

    def deliver(
        self,
        sender: str,
        to: tuple[str, ...],
        copy_to: str | None,
        content: bytes,
        before_data: BeforeData = _go_on,
    ) -> Receipt:
        """Hand in one letter, ASCII with CRLF line ends. Every one of `to` gets it, or nobody does."""
        strange = [address for address in (sender, *to, copy_to or "") if not address.isascii()]
        if strange:
            return Receipt(
                Outcome.REFUSED, f"the address {strange[0]} is not ASCII, and cannot be written to"
            )
        try:
            smtp, copied = self._addressed(sender, to, copy_to)
            self._tell(before_data, copied)
            self._begin(smtp)
        except DeliveryError as error:
            return Receipt(Outcome.DEFERRED, str(error), reached=False)
        except _Answer as answer:
            return self._turned_away(answer)
        return self._hand_over(smtp, content)

    def _addressed(self, sender: str, to: tuple[str, ...], copy_to: str | None) -> tuple[smtplib.SMTP, bool]:
        """Go through MAIL and RCPT, on a fresh connection where the old one is dead."""
        if self._smtp is not None:
            try:
                _say(self._smtp.docmd("RSET"))
                return self._smtp, _address(self._smtp, sender, to, copy_to)
            except (OSError, smtplib.SMTPException):
                self._hang_up()
            except _Answer as answer:
                # "Closing the channel" (RFC 5321, 3.8) is about the line, not about the letter.
                if answer.code != 421:
                    raise
                self._hang_up()
        self.connect()
        assert self._smtp is not None  # noqa: S101 - for the type checker; connect() raises otherwise
        with self._lost():
            return self._smtp, _address(self._smtp, sender, to, copy_to)

    def _tell(self, before_data: BeforeData, copied: bool) -> None:
        try:
            before_data(copied)
        except BaseException:
            self._hang_up()
            raise

    def _begin(self, smtp: smtplib.SMTP) -> None:
        """DATA up to the "354"; from the next byte on the letter can be in doubt."""
        with self._lost():
            code, reply = smtp.docmd("DATA")
        if code != 354:
            raise _Answer(code, reply)
        if _talks_out_of_turn(smtp):
            raise _Answer(0, b"the server talks out of turn")

    @contextmanager
    def _lost(self) -> Iterator[None]:
        """A line that dies before the letter's first byte."""
        try:
            yield
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise DeliveryError(why_lost(self._settings, error, self._settings.timeout)) from None

    def _turned_away(self, answer: _Answer) -> Receipt:
        """Nothing of the letter was sent."""
        out_of_step = not 400 <= answer.code < 600  # that answers something else, or nothing
        if out_of_step or answer.code == 421:
            self._hang_up()
        if out_of_step or answer.about_us or answer.code in _LOGIN_WANTED:
            return Receipt(Outcome.DEFERRED, self._why_not_us(answer, out_of_step), reached=False)
        if _is_of_us(answer.code, answer.reply):
            return self._of_us(answer)
        refused = 500 <= answer.code < 600
        return Receipt(Outcome.REFUSED if refused else Outcome.DEFERRED, answer.reply, of_copy=answer.of_copy)

    def _of_us(self, answer: _Answer) -> Receipt:
        """A "never" that names our side, though it was said at the reader or of the letter."""
        return Receipt(Outcome.DEFERRED, self._why_not_us(answer, out_of_step=False), of_us=True)

    def _why_not_us(self, answer: _Answer, out_of_step: bool) -> str:
        """One sentence about a "no" that is about the line or our account, whatever the letter."""
        said = f"The SMTP server {self._settings.server.host} takes no letters"
        if out_of_step:
            return f"{said}, as it answers out of turn. It says: {answer.reply}"
        if answer.code < 500 or _SENT_ENOUGH.search(answer.reply):
            return f"{said} right now. It says: {answer.reply}"
        what = "`address:`, `login:` and `password:` under `mailbox:` in rules.yaml"
        return f"{said} from us; check {what}. It says: {answer.reply}"

    def _hand_over(self, smtp: smtplib.SMTP, content: bytes) -> Receipt:
        """Send the letter's bytes and wait for the answer to the final dot."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(max(FINAL_DOT_SECONDS, self._settings.timeout))
            smtp.send(_dotted(content))
            code, reply = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self._settings.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            why = why_lost(self._settings, error, FINAL_DOT_SECONDS)
            return Receipt(Outcome.UNKNOWN, why, silent=isinstance(error.__context__ or error, TimeoutError))
        outcome = _judge(code)
        if outcome is Outcome.UNKNOWN:
            self._hang_up()
        answer = _Answer(code, reply)
        if _is_of_us(code, answer.reply):
            return self._of_us(answer)
        return Receipt(outcome, answer.reply, whole=True)

    def _hang_up(self) -> None:
        """Close without a word: on a dead line QUIT would wait for its answer."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _address(smtp: smtplib.SMTP, sender: str, to: tuple[str, ...], copy_to: str | None) -> bool:
    """MAIL and RCPT: whether the copy's recipient was accepted. _Answer says why the letter may not go."""
    _say(smtp.mail(sender), about_us=True)
    answers = [smtp.rcpt(recipient) for recipient in to]
    # Of several answers the worst one counts: one "never" makes it never.
    _say(max(answers, key=lambda answer: answer[0] if answer[0] >= 0 else 1000))
    if copy_to is None:
        return False
    code, reply = smtp.rcpt(copy_to)
    copied = 200 <= code < 300
    if not copied and not 500 <= code < 600:
        raise _Answer(code, reply, of_copy=True)
    return copied


def _talks_out_of_turn(smtp: smtplib.SMTP) -> bool:
    """Whether something was said that nobody asked for: it would pass for the answer to the final dot."""
    sock, file = smtp.sock, smtp.file
    if sock is None or file is None:
        return False
    timeout = sock.gettimeout()
    sock.setblocking(False)
    try:
        return bool(file.peek(1))
    except (ssl.SSLWantReadError, BlockingIOError):
        return False  # nothing, or a part of a TLS record
    finally:
        sock.settimeout(timeout)


def _is_of_us(code: int, reply: str) -> bool:
    """Whether a "never" is said of our side, whatever the letter and whoever its reader."""
    is_never = 500 <= code < 600 and "recipient address rejected" not in reply.lower()
    return is_never and bool(_OF_US.search(reply) or _SENT_ENOUGH.search(reply))


def _say(answer: tuple[int, bytes], about_us: bool = False) -> None:
    if not 200 <= answer[0] < 300:
        raise _Answer(*answer, about_us=about_us)


def _dotted(content: bytes) -> bytes:
    """The letter with dots doubled at line starts and the final dot (RFC 5321, 4.5.2)."""
    end = b"" if content.endswith(b"\r\n") else b"\r\n"
    return _LINE_START_DOT.sub(b"..", content) + end + b".\r\n"


def _judge(code: int) -> Outcome:
    if 200 <= code < 300:
        return Outcome.ACCEPTED
    if 400 <= code < 500:
        return Outcome.DEFERRED
    return Outcome.REFUSED if 500 <= code < 600 else Outcome.UNKNOWN
