"""The picture in a mail: a PNG part beside the HTML, shown by content id (RFC 2392); the text says the same.

A template marks the place with a fact that is `PLACE`; a mail without its picture has no place either.
"""

import re
from dataclasses import dataclass, replace
from email.message import MIMEPart
from email.policy import SMTP
from html import escape

from mail.letters.markdown import Markdown
from mail.letters.rendering import Rendered

PLACE = Markdown("kwpicture")
_PARAGRAPH = re.compile(rf"<p[^>]*>{PLACE}</p>")
_LINE = re.compile(rf"^{PLACE}\n+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture."""

    cid: str  # unique, such as "answers.<token>@keepwarm"
    png: bytes
    alt: str  # what it shows, for those who do not see it
    width: int  # in CSS pixels; it shrinks with the screen


def placed(rendered: Rendered, picture: Picture) -> Rendered:
    """The letter with its picture in the place that is marked; the plain text goes without."""
    style = "max-width:100%;height:auto;border:0"
    image = (
        f'<p style="margin:0 0 16px"><img src="cid:{escape(picture.cid)}" width="{picture.width}" '
        f'alt="{escape(picture.alt)}" style="{style}"></p>'
    )
    html = _PARAGRAPH.sub(lambda _: image, rendered.html)
    return replace(rendered, html=html, text=_LINE.sub("", rendered.text))


def related(page: MIMEPart, picture: Picture, mark: str) -> MIMEPart:
    """The HTML part together with its picture (RFC 2387)."""
    whole = MIMEPart(policy=SMTP)
    whole.make_related(f"=_rel_{mark}")
    whole.attach(page)
    whole.set_param("type", "text/html")
    part = MIMEPart(policy=SMTP)
    part.set_content(picture.png, "image", "png", disposition="inline", filename="picture-1.png")
    part["Content-ID"] = f"<{picture.cid}>"
    whole.attach(part)
    return whole
