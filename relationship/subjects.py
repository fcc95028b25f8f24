"""Subjects: what people read of them, what threading compares, and the token that names a letter of ours.

A letter's `mailto:` links fill in a mail whose subject names its unguessable token.
"""

import re
from functools import lru_cache

_TOKEN = re.compile(r"\(kw-([A-Za-z0-9_-]{8,64})\)")


def token_in(subject: str) -> str:
    """The token that a filled-in mail's subject carries; "" where there is none."""
    match = _TOKEN.search(subject)
    return match[1] if match else ""


def without_token(subject: str) -> str:
    """The subject as people read it, also that of mail which a link filled in and which somebody has answered."""
    return _TOKEN.sub("", subject) if "(kw-" in subject else subject


# What is said with a sign before it in a text. No letter shows it, also where somebody wrote it into a subject.
TAGS = [
    "nrn",
    "settled",
    "done",
    "idea",
    "paid",
    "due",
    "pause",
    "resume",
    "news",
    "held",
    "late",
    "missed",
    "accept",
    "decline",
]
_SAID = re.compile(rf"(?<![\w#/&=.-])([\[(（]?)[#＃](?:{'|'.join(TAGS)})(?![\w-])([\])）]?:?)", re.IGNORECASE)


def without_tags(subject: str) -> str:
    """The subject without tags and commands of ours: they say nothing there, and in a letter they would be shown.

    In the midst of it, without brackets or a colon, one may be a word: "Issue #late fees" loses its sign alone.
    """
    return _SAID.sub(_if_said, subject) if "#" in subject or "＃" in subject else subject


def _if_said(tag: re.Match[str]) -> str:
    before, after = (
        _SAID.sub("", part).strip() for part in (tag.string[: tag.start()], tag.string[tag.end() :])
    )
    at_an_end = not before or before[-1] in ":：]" or not _TRAILER.sub("", after)
    return "" if tag[1] or tag[2] or at_an_end else tag[0][1:]


# "Re" and "Fwd" as mail programs of many languages write them; also Re[2]:, Re(3):, Re^2:.
_REPLY_WORDS = (
    "re r aw antw antwort sv vs vá vl rv ref res resp rif rép odp odg vast ynt atb ats bls "
    "antw\\. réf 回复 回覆 答复 答覆 返信 回信 답장 회신 отв ответ на одг отг απ σχετ balas השב תשובה رد ตอบกลับ"
)
_FORWARD_WORDS = (
    "fwd fw wg tr rv enc i ilt vb doorst trs pd fyi 转发 轉寄 轉發 転送 전달 пересл πρθ továbbítás הועבר"
)
# A list's tag, or what a gateway writes in front of mail from outside.
_EXTERNAL = r"ext(?:ern(?:al|e|o)?)?"
_TAG = (
    rf"(?:\[[^\[\]]{{1,40}}\]|\*{{1,5}}(?:spam|{_EXTERNAL})\*{{1,5}}|"
    rf"extern(?:al|e|o)?\s*[:：]|[({{]{_EXTERNAL}[)}}])\s*"
)
_REPLY = rf"(?:{'|'.join(_REPLY_WORDS.split())})\s*(?:[\[(^]?\d+[\])]?)?\s*[:：]"
_FORWARD = rf"(?:{'|'.join(_FORWARD_WORDS.split())})\s*(?:\[\d+\])?\s*[:：]"
_MARK = re.compile(rf"\s*(?:{_TAG}|{_REPLY}|{_FORWARD})\s*", re.IGNORECASE)
_IS_REPLY = re.compile(rf"\s*(?:{_TAG})?{_REPLY}", re.IGNORECASE)
_TRAILER = re.compile(r"\s*\((?:fwd|was:[^()]*)\)\s*$", re.IGNORECASE)


def plain_subject(subject: str) -> str:
    """The subject as people read it: without "Re:", "Fwd:", "AW:", list tags and a letter's token, in single spaces.

    A subject that is nothing but a list's tag keeps it; our own tags ("#news") never stay.
    """
    rest = without_tags(subject)
    while True:
        match = _MARK.match(rest)
        if not match or not rest[match.end() :].strip():
            break
        rest = rest[match.end() :]
    if _MARK.fullmatch(rest) and ":" in rest:
        return ""
    return " ".join(_TRAILER.sub("", without_token(rest)).split())


def base_subject(subject: str) -> str:
    """The plain subject as threading compares it: without regard to case (RFC 5256, 2.1)."""
    return plain_subject(subject).casefold()


@lru_cache(maxsize=1024)
def is_reply_subject(subject: str) -> bool:
    """Whether the subject says that this answers something."""
    return bool(_IS_REPLY.match(subject))


def is_filled_in(subject: str) -> bool:
    """Whether a link in a letter of ours filled the mail in, and it is not what somebody answered to such a mail."""
    return "(kw-" in subject and bool(token_in(subject)) and not is_reply_subject(subject)
