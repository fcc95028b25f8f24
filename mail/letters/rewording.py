"""A letter in the owner's own words instead of the template's: the same headers, another body."""

from email import message_from_string
from hashlib import sha256

from mail.letters.composing import body_of
from mail.letters.footers import footer
from mail.letters.markdown import Markdown, escape, to_html, to_text
from mail.letters.rendering import Rendered
from relationship.facts.messages import Side

LAST_HEADER = b"MIME-Version: 1.0\r\n"


def reworded(
    content: bytes, own: str, subject: str, owner_name: str, pause_link: str, language: str
) -> bytes:
    """The letter's final bytes with the owner's words in it; nothing in them is taken for Markdown or HTML."""
    paragraphs = (part for part in own.replace("\r\n", "\n").split("\n\n") if part.strip())
    markdown = Markdown(
        "\n\n".join("  \n".join(map(escape, part.strip().splitlines())) for part in paragraphs)
    )
    told = footer(Side.CONTRACTOR, owner_name, pause_link, language)
    page = to_html(markdown, apart=False)
    rendered = Rendered(Side.CONTRACTOR, subject, markdown, to_text(markdown), page, 0, language)
    headers = content[: content.index(LAST_HEADER) + len(LAST_HEADER)]
    mark = sha256(content).hexdigest()[:24]
    return headers + body_of(rendered, told, subject, mark, _invitation(content, rendered.text))


def _invitation(content: bytes, own: str) -> bytes | None:
    """The letter's calendar part, which says the owner's words too; None where it has none."""
    for part in message_from_string(content.decode("ascii")).walk():
        if part.get_content_type() == "text/calendar":
            from mail.letters.invites import described  # with a library that few ticks need

            calendar = part.get_payload(decode=True)
            return described(calendar, own) if isinstance(calendar, bytes) else None
    return None
