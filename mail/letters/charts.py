"""The digest's picture, drawn by matplotlib: how long answers took, over twelve weeks, and with whom.

matplotlib is large, so it is loaded only when a picture is drawn, and the daemon lets a process of its own do
that (`drawn`), which gives the memory back. Colours and greys are read well on white and on black alike: the
picture has no background, and the mail program's own shines through.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from warnings import catch_warnings

from mail.letters.wording import short_day

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

log = logging.getLogger(__name__)

WIDTH = 358  # CSS pixels: what a phone has, so that nothing shrinks
DPI = 96  # CSS pixels to an inch
SCALE = 2  # for screens with two pixels to one
FIRST, ROW = 206, 34  # heights, CSS pixels: of the first part, and of a row in the second
MARGINS, KEY = 58, 26  # above and below the axes, and below that for what the colours mean
LEFT, NAMES = 30, 104  # room for words left of the first part, and of the second
PATIENCE_S = 120.0
THEIRS, YOURS, GREY = "#1a9a86", "#d0751f", "#808080"
SIZE = 9  # points
LONGEST = 13  # characters of a name
FEW = 8  # rows of the second part
ALT = "How long answers took, over twelve weeks and by contractor; the lines around it say the same."

Week = tuple[date, int | None, int | None]  # its last day; working seconds of theirs and yours
Row = tuple[str, int | None, int | None, int | None, int | None]  # name; theirs, usual; yours, usual


def drawn(weeks: Sequence[Week], rows: Sequence[Row], locale: str = "") -> bytes | None:
    """The picture as PNG, drawn by another process; None where that fails: the text says the same.

    The process draws this one and ends. One of a pool would wait for more, and for ever where the daemon was killed.
    """
    from multiprocessing import get_context

    spawn = get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    artist = spawn.Process(target=_draw, args=(there, tuple(weeks), tuple(rows), locale), daemon=True)
    try:
        with here:
            with there:  # closed on our side, so that we hear where the other one ends without a word
                artist.start()
            png, trouble = here.recv() if here.poll(PATIENCE_S) else (None, "it takes too long")
    except (EOFError, OSError) as error:
        png, trouble = None, str(error) or "its process was ended"
    finally:
        if artist.pid:
            artist.kill()
            artist.join()
    if trouble:
        log.warning("The digest goes without its picture: %s", trouble)
    return png


def _draw(told: "Connection", weeks: Sequence[Week], rows: Sequence[Row], locale: str) -> None:
    """In the other process: tell the picture, or why there is none."""
    try:
        said = answers_png(weeks, rows, locale), ""
    except Exception as error:  # no fault in a picture keeps a digest back
        said = None, f"{type(error).__name__}: {error}"  # type: ignore[assignment]
    with suppress(OSError):  # the daemon has ended meanwhile
        told.send(said)


def answers_png(weeks: Sequence[Week], rows: Sequence[Row], locale: str = "") -> bytes:
    """How long answers took, in working hours: medians of four weeks; this month and before by contractor."""
    from matplotlib.figure import Figure

    known = [row for row in rows if row[1] is not None or row[3] is not None][:FEW]
    heights = [FIRST, *([MARGINS + ROW * len(known)] if known else [])]
    figure = Figure(figsize=(WIDTH / DPI, sum(heights) / DPI), dpi=DPI * SCALE)
    _weeks(_axes(figure, LEFT, 0, FIRST - KEY), weeks, locale)
    if known:
        _rows(_axes(figure, NAMES, FIRST, heights[1]), known)
    out = BytesIO()
    with catch_warnings(action="ignore"):  # of letters that its font lacks: the lines around name everybody
        figure.savefig(out, format="png", transparent=True, metadata={"Software": None})
    return out.getvalue()


def _axes(figure: "Figure", left: int, top: int, height: int) -> "Axes":
    """Axes in a stripe of the picture, all in CSS pixels: above them a title, below and to the left their words."""
    whole = figure.get_figheight() * DPI
    inside = height - MARGINS
    box = (left / WIDTH, 1 - (top + 26 + inside) / whole, (WIDTH - left - 8) / WIDTH, inside / whole)
    return figure.add_axes(box)


def _weeks(axes: "Axes", weeks: Sequence[Week], locale: str) -> None:
    days = [week[0] for week in weeks]
    marked = days[:: max(1, len(days) // 3)]
    highest = 1.0
    for values, colour, name in (
        ([week[1] for week in weeks], THEIRS, "answers to you"),
        ([week[2] for week in weeks], YOURS, "your answers"),
    ):
        if all(value is None for value in values):
            continue
        hours = [float("nan") if value is None else value / 3600 for value in values]
        highest = max([highest, *(value / 3600 for value in values if value is not None)])
        axes.plot(days, hours, color=colour, linewidth=2, marker="o", markersize=4, label=name)  # type: ignore[arg-type]
    _plain(axes, "Working hours to an answer", -LEFT / (WIDTH - LEFT - 8))
    axes.set_xlim(days[0] - timedelta(days=3), days[-1] + timedelta(days=3))  # type: ignore[arg-type]
    axes.set_ylim(0, highest * 1.08)
    axes.yaxis.set_major_locator(_few_round_numbers())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xticks(marked, [short_day(one, locale) for one in marked], ha="left")  # type: ignore[arg-type]
    axes.legend(
        frameon=False,
        fontsize=SIZE,
        labelcolor=GREY,
        ncols=2,
        loc="upper left",
        bbox_to_anchor=(0, -0.2),
        borderpad=0,
        borderaxespad=0,
        handlelength=1.5,
        columnspacing=1.5,
    )


def _rows(axes: "Axes", rows: Sequence[Row]) -> None:
    """Lately (a dot) against usual (a small bar), a line for each contractor, both sides."""
    for number, (_, theirs, their_usual, yours, your_usual) in enumerate(rows):
        for now, usual, colour, shift in (
            (theirs, their_usual, THEIRS, -0.16),
            (yours, your_usual, YOURS, 0.16),
        ):
            if now is None or usual is None:
                continue
            at = number + shift
            axes.plot([usual / 3600, now / 3600], [at, at], color=colour, linewidth=1.5, alpha=0.6)
            axes.plot([usual / 3600], [at], marker="|", markersize=8, color=GREY, markeredgewidth=1.5)
            axes.plot([now / 3600], [at], marker="o", markersize=6, color=colour)
    axes.set_yticks(range(len(rows)), [_label(row[0]) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, max(1.0, axes.get_xlim()[1]))
    axes.xaxis.set_major_locator(_few_round_numbers())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    _plain(axes, "This month (dot) and before (bar)", -NAMES / (WIDTH - NAMES - 8))
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=GREY, alpha=0.25, linewidth=0.6)


def _few_round_numbers() -> "MaxNLocator":
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, steps=[1, 2, 5, 10])


def _label(name: str) -> str:
    """A name that fits; matplotlib would read what stands between dollar signs as mathematics."""
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    return short.replace("$", r"\$")


def _plain(axes: "Axes", title: str, begins: float = 0) -> None:
    """Quiet axes: a title, which begins so far from their left edge, in their width; thin lines, grey words."""
    axes.set_title(title, loc="left", x=begins, fontsize=SIZE + 1, color=GREY)
    axes.tick_params(colors=GREY, labelsize=SIZE, length=0, pad=5)
    axes.grid(visible=True, axis="y", color=GREY, alpha=0.25, linewidth=0.6)
    axes.set_facecolor("none")
    for spine in axes.spines.values():
        spine.set_visible(False)
