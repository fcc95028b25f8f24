"""Drawing: matplotlib figures as inline SVG that takes its colours and its type from the page's style sheet.

A figure is drawn with stand-in colours, which become CSS variables: so light, dark and paper are the page's
affair. Text stays text. What two drawings on one page would both claim (ids) is told apart or taken out.
"""

import re
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING
from warnings import catch_warnings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Stand-ins: no drawing uses these colours for anything else.
INK, MUTED, LINE, CARD = "#010101", "#010102", "#010103", "#010104"
THEIRS, YOURS, BOTH = "#010105", "#010106", "#010107"
WARM, COOLING, COLD, MISSED = "#010108", "#010109", "#01010a", "#01010b"
_VARIABLES = {
    INK: "ink", MUTED: "muted", LINE: "line", CARD: "card", THEIRS: "theirs", YOURS: "yours", BOTH: "both",
    WARM: "warm", COOLING: "cooling", COLD: "cold", MISSED: "missed",
}  # fmt: skip

SIZE = 9.5  # points of the words
_POINT = 96 / 72

_KINDS = "figure|axes|patch|line2d|text|xtick|ytick|matplotlib.axis|legend|[A-Z][A-Za-z]+Collection"
_IDS = re.compile(rf' id="(?:{_KINDS})_\d+"')
_FONT = re.compile(r"(font: [\d.]+px|font-family:) [^;\"]+")
_HEAD = re.compile(r"<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>")
_OPAQUE = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->|<title>.*?</title>", re.DOTALL)


def drawing(
    width: int, height: int, name: str, label: str, draw: Callable[["Axes"], None], left: int = 46
) -> str:
    """One drawing as an SVG element.

    Width, height and `left` (the room for the lines' names) are CSS pixels; `name` is unique on the page;
    `label` says in words what is to be seen.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": name,
            "font.size": SIZE,
        }
    ):
        figure = Figure(figsize=(width / 96, height / 96))
        axes = figure.add_axes((left / width, 34 / height, 1 - (left + 20) / width, 1 - 44 / height))
        _quiet(axes)
        draw(axes)
        return inline(_svg(figure), label)


def _svg(figure: "Figure") -> str:
    out = StringIO()
    with catch_warnings(action="ignore"):  # of letters that its own font lacks: the browser's has them
        figure.savefig(out, format="svg", transparent=True)
    return out.getvalue()


def inline(svg: str, label: str) -> str:
    """An SVG file's text as an element of a page."""
    body = _OPAQUE.sub("", svg[svg.index("<svg") :])
    box = _HEAD.search(body)
    if box is None:
        raise ValueError("this is no drawing")
    _, _, width, height = box[1].split()
    head = (
        f'<svg viewBox="{box[1]}" role="img" aria-label="{_attribute(label)}" '
        f'style="--w:{float(width) * _POINT:.0f}px;--h:{float(height) * _POINT:.0f}px">'
    )
    body = head + body[box.end() :]
    body = _FONT.sub(r"\1 var(--type)", _IDS.sub("", body))
    for stand_in, variable in _VARIABLES.items():
        body = body.replace(stand_in, f"var(--{variable})")
    return re.sub(r"\n\s*", "\n", body).strip()


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _quiet(axes: "Axes") -> None:
    """Thin lines, muted words, no frame."""
    axes.set_facecolor("none")
    axes.tick_params(colors=MUTED, labelsize=SIZE, length=0, pad=5)
    axes.grid(visible=True, color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def words(text: str) -> str:
    """Text as matplotlib shows it letter by letter: dollar signs would begin mathematics."""
    return text.replace("$", r"\$")
