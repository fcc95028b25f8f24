"""All that is measured, in the order of the table."""

from collections.abc import Callable, Iterable

from bench import answering, backtest, first_sync, idle_tick, memory_use, recording
from bench.lines import Line
from bench.trial import Trial

ROWS: dict[str, Callable[[Trial], Iterable[Line]]] = {
    "first-sync": first_sync.lines,
    "recording": recording.lines,
    "idle-tick": idle_tick.lines,
    "answering": answering.lines,
    "memory": memory_use.lines,
    "backtest": backtest.lines,
}
