"""Tokens in subjects: a letter's `mailto:` links fill in a mail whose subject names its unguessable token."""

import re

_TOKEN = re.compile(r"\(kw-([A-Za-z0-9_-]{8,64})\)")


def token_in(subject: str) -> str:
    """The token that a filled-in mail's subject carries; "" where there is none."""
    match = _TOKEN.search(subject)
    return match[1] if match else ""


def without_token(subject: str) -> str:
    """The subject as people read it, also that of mail which a link filled in and which somebody has answered."""
    return _TOKEN.sub("", subject) if "(kw-" in subject else subject
