"""HTML mail as plain text: blocks become lines; quoted mail, signatures and styles are left out.

Which elements hold quoted mail is what mail programs agree on by habit, not by standard: Gmail, Apple Mail,
Thunderbird, Yahoo, Proton and Outlook on the web mark the quote; desktop Outlook writes a block of headers,
which `mail.reading.text.fresh` finds in the text.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HTML_CAP = 131_072  # characters
TAGS_CAP = 8_000  # the parser's time grows with the square of the depth
TEXT_CAP = 65_536  # characters of text that are kept

_STYLE = re.compile(r"<(style|script)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_LEFT_OUT = frozenset(
    ["head", "title", "style", "script", "template", "noscript", "select", "textarea", "object"]
)
_QUOTES = frozenset(["blockquote"])
_BLOCK_NAMES = (
    "address article aside blockquote body center dd div dl dt fieldset footer form "
    "h1 h2 h3 h4 h5 h6 header hr "
    "li main nav ol p pre section table tbody tfoot thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_QUOTE_MARK = re.compile(
    r"gmail_attr|yahoo_quoted|moz-cite-prefix|moz-forward-container|protonmail_quote|zmail_extra|WordQuote|"
    r"ntes-mailmaster-quote|lark-mail-quote|history-quote-wrapper|isReplyContent|missive_quote|quoted-content|"
    r"divRplyFwdMsg|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|reply-intro|front-blockquote|"
    r"protonmail_signature_block|gmail_signature_prefix|AppleMailSignature|messageSignatureSection|Zm-_Id_-Sgn(?!\d)|"
    r"(?:^|[\s_-])[Ss]ignature(?:\s|$)"
)
# The last is Zimbra's.
_QUOTE_STARTS = frozenset(
    ["appendonsend", "divRplyFwdMsg", "mail-editor-reference-message-container", "zwchr"]
)
# The rule that desktop Outlook draws above its block of headers, in whatever language these are.
_OUTLOOKS_RULE = re.compile(r"border-top:\s?solid #(?:E1E1E1|B5C4DF) 1\.0pt", re.IGNORECASE)
PRE_DEPTH = 6  # so far above a text is <pre> looked for
_SHOWN_BEFORE = re.compile(r"^(?:x_)+")  # Outlook on the web puts it before the ids of mail that it shows
# Previews and the marks of newsletters and help desks.
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def html_to_text(html: str, with_quotes: bool = False) -> str:
    """The text of an HTML body, without quoted mail unless `with_quotes`; "" where nothing can be read."""
    from selectolax.lexbor import LexborHTMLParser  # loaded for the first mail without plain text

    html = _STYLE.sub(" ", html[: 8 * HTML_CAP])[:HTML_CAP]
    if html.count("<") > TAGS_CAP:
        html = "<".join(html.split("<", TAGS_CAP)[:TAGS_CAP])
    root = LexborHTMLParser(html).body
    if root is None:
        return ""
    lines = "".join(_pieces(root, with_quotes)).split("\n")
    return "\n".join(line.strip() for line in lines)[:TEXT_CAP].strip()


def _pieces(root: "LexborNode", with_quotes: bool) -> list[str]:
    """Text and line breaks in document order, by walking the tree without recursion."""
    out: list[str] = []
    node: LexborNode | None = root
    while node is not None:
        tag = node.tag
        enter = False
        if tag == "-text":
            text = node.text_content or ""
            if "\n" not in text or not _is_set_in_lines(node):
                text = _SPACES.sub(" ", text)
            if text != " " or _in_a_line(out):  # what parts two blocks in the source is not seen
                out.append(text)
        elif tag == "br":
            out.append("\n")
        elif tag is not None and tag not in _LEFT_OUT:
            mark = "" if with_quotes else _mark(node)
            if mark in _QUOTE_STARTS:
                break  # all that follows is the mail that is answered
            enter = not mark
            if tag in _BLOCKS:
                _break(out)
        node = node.child if enter and node.child is not None else _after(node, root, out)
    return out


def _is_set_in_lines(node: "LexborNode") -> bool:
    """Whether the line ends of a text are shown: it stands in <pre>, as plain text does that was put into HTML."""
    above = node.parent
    for _ in range(PRE_DEPTH):
        if above is None or above.tag == "pre":
            break
        above = above.parent
    return above is not None and above.tag == "pre"


def _mark(node: "LexborNode") -> str:
    """What says that the element holds quoted mail, a signature or nothing that is seen; "" where it is fresh."""
    if node.tag in _QUOTES:
        return "quote"
    attributes = node.attributes
    if not attributes:
        return ""
    identity = _SHOWN_BEFORE.sub("", attributes.get("id") or "")
    if identity in _QUOTE_STARTS:
        return identity
    style = attributes.get("style")
    if style and _HIDDEN.search(style):
        return "hidden"
    if style and _OUTLOOKS_RULE.search(style):
        return "divRplyFwdMsg"
    names = f"{attributes.get('class') or ''} {identity} {attributes.get('name') or ''}".strip()
    if not names or not _QUOTE_MARK.search(names):
        return ""
    # Gmail marks "---------- Forwarded message ----------" alone: all that follows it is found by this line.
    return "" if "gmail_attr" in names and node.text().lstrip().startswith("-----") else "quote"


def _after(node: "LexborNode", root: "LexborNode", out: list[str]) -> "LexborNode | None":
    """The next node that is not inside this one; closes the blocks that end on the way."""
    current: LexborNode | None = node
    while current is not None and current.mem_id != root.mem_id:
        if current.tag in _BLOCKS:
            _break(out)
        if current.next is not None:
            return current.next
        current = current.parent
    return None


def _in_a_line(out: list[str]) -> bool:
    return bool(out) and not out[-1].endswith("\n")


def _break(out: list[str]) -> None:
    if _in_a_line(out):
        out.append("\n")
