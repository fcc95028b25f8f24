"""Markdown to a letter's two parts: plain text, and simple HTML that mail programs show alike.

How it works: a fact is escaped before it goes into a template, every ASCII punctuation mark of it
(CommonMark 0.31, 2.4), so that Markdown sees nothing but words in it. Both parts come from one parsed tree:
what is a word in one is a word in the other. Raw HTML, code and images are switched off, so that nothing in a
letter is ever fetched, and links go only where markdown-it's own check lets them (no javascript:, no data:).
"""

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Marks that turn the direction of what follows them: a name could make the rest of a line read backwards.
_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Words that are written from right to left, with what stands between them. Each run is set apart in HTML: a number
# behind a name and a subject would be read as theirs, and the two as one, the subject first. Our letters put a
# subject between the quotes “”, or «»; any other mark may be part of one.
_LEFTWARD = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_TURNING = re.compile(f"[{_LEFTWARD}](?:(?:[^\\w“”«»]|[\\d_])*[{_LEFTWARD}])*(?: ?\\d+(?=[”»]))?")
_STYLES = {
    "p": "margin:0 0 16px",
    "ul": "margin:0 0 16px;padding-left:22px",
    "ol": "margin:0 0 16px;padding-left:22px",
    "li": "margin:0 0 6px",
    "h1": "font-size:20px;line-height:1.3;margin:28px 0 8px",
    "h2": "font-size:18px;line-height:1.3;margin:28px 0 8px",
    "h3": "font-size:16px;line-height:1.3;margin:24px 0 8px",
    "blockquote": "margin:0 0 16px;padding:2px 0 1px 14px;border-left:3px solid #b0b0b0",
    "hr": "border:0;border-top:1px solid #b0b0b0;margin:24px 0",
}
_BUTTON = (
    "display:inline-block;margin:0 8px 8px 0;padding:9px 16px;border:1px solid;border-radius:6px;"
    "text-decoration:none"
)


class Markdown(Markup):
    """Text that is Markdown already, such as a rendered note inside the bundle; it is not escaped again."""


def one_line(text: str) -> str:
    """Text as one line: any white space is one blank; control and direction marks are gone."""
    blanks = " ".join(text.split())
    if blanks.isprintable():  # as nearly all are: none of those marks is
        return blanks
    kept = "".join(c for c in blanks.translate(_BIDI) if unicodedata.category(c) not in ("Cc", "Cs"))
    return " ".join(kept.split())


def escape(text: str) -> Markdown:
    """Text as Markdown that shows it, letter by letter, on one line."""
    return Markdown(_PUNCTUATION.sub(_escaped, one_line(text)))


def _escaped(mark: re.Match[str]) -> str:
    return "\\" + mark[0]


def is_leftward(text: str) -> bool:
    """Whether words of it are written from right to left."""
    return bool(_TURNING.search(text))


def to_html(markdown: str, apart: bool = True) -> str:
    """The body's inner HTML, styled inline (mail programs drop style sheets), nothing to fetch.

    `apart`: what is written from right to left is a name or a subject in our own words, not these words themselves,
    whose order would be lost.
    """
    parser = _parser()
    tokens, quoted = parser.parse(markdown), 0
    for position, token in enumerate(tokens):
        quoted += token.nesting * (token.tag == "blockquote")
        if token.tag in _STYLES and token.nesting >= 0:
            inside = token.tag == "p" and token.level > 0
            token.attrSet("style", "margin:0 0 6px" if inside else _STYLES[token.tag])
        if token.type == "inline" and tokens[position - 1].type == "paragraph_open":
            _make_buttons(token.children or [])
        if token.type == "inline" and apart and not quoted:
            _set_apart(token.children or [])
    return str(parser.renderer.render(tokens, parser.options, {})).strip()


def to_text(markdown: str) -> str:
    """The same as plain text: a link shows its address after its words, emphasis falls away."""
    from markdown_it.tree import SyntaxTreeNode

    return _blocks(SyntaxTreeNode(_parser().parse(markdown)).children)


@cache
def _parser() -> "MarkdownIt":
    """Loaded with the first letter: most ticks write none."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    # An owner who begins a new line means one; who indents a line means no code; a letter needs no pictures.
    return parser.disable(["image", "html_inline", "html_block", "code", "fence", "backticks", "reference"])


def _set_apart(children: "list[Token]") -> None:
    """What is written from right to left leaves what stands around it where it is; people's own words stay whole."""
    for token in children:
        if token.type == "text":
            token.content = _TURNING.sub("\u2068\\g<0>\u2069", token.content)  # isolates: no further element


def _make_buttons(children: "list[Token]") -> None:
    """A paragraph of nothing but links is a row of buttons."""
    if _only_links(children):
        for token in children:
            if token.type == "link_open":
                token.attrSet("style", _BUTTON)


def _only_links(children: "list[Token]") -> bool:
    depth, links = 0, 0
    for token in children:
        if token.type in ("link_open", "link_close"):
            depth += token.nesting
            links += token.nesting == 1
        elif depth == 0 and token.content.strip(" ·|"):
            return False
    return links > 0


def _blocks(nodes: "list[SyntaxTreeNode]", between: str = "\n\n") -> str:
    return between.join(filter(None, map(_block, nodes)))


def _block(node: "SyntaxTreeNode") -> str:
    if node.type == "paragraph":
        return _paragraph(node.children[0]) if node.children else ""
    if node.type == "heading":
        return _heading(node)
    if node.type in ("bullet_list", "ordered_list"):
        return _list(node)
    if node.type == "blockquote":
        return _indented(_blocks(node.children), "> ", "> ")
    if node.type == "hr":
        return "* * *"
    return node.content.rstrip("\n")


def _paragraph(inline: "SyntaxTreeNode") -> str:
    if inline.token and _only_links(inline.token.children or []):
        return "\n".join(_span(node) for node in inline.children if node.type == "link")
    return "".join(map(_span, inline.children)).strip()


def _heading(node: "SyntaxTreeNode") -> str:
    words = _paragraph(node.children[0]) if node.children else ""
    return f"{words}\n{'-' * min(len(words), 72)}" if words else ""


def _list(node: "SyntaxTreeNode") -> str:
    start = int(node.attrs.get("start", 1))
    marks = [f"{start + n}. " if node.type == "ordered_list" else "- " for n in range(len(node.children))]
    items = [_blocks(item.children, "\n") for item in node.children]
    return "\n".join(_indented(text, mark, " " * len(mark)) for mark, text in zip(marks, items, strict=True))


def _indented(text: str, first: str, rest: str) -> str:
    return first + f"\n{rest}".join(text.split("\n"))


def _span(node: "SyntaxTreeNode") -> str:
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    words = "".join(map(_span, node.children)) if node.children else node.content
    if node.type != "link":
        return words
    href = str(node.attrs["href"])
    return f"<{href}>" if words in (href, href.removeprefix("mailto:")) else f"{words} <{href}>"
