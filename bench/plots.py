"""`python -m bench plot`: latency against rows and against the range, from what is recorded, as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.endpoints import HEAVY, LIGHT, RANGES, SHORT
from bench.recorded import AFTER, BEFORE, PLOTS, Recorded, recorded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = ("kpis", "timeseries", "top-pages", "top-referrers", "top-countries", "top-flows")
_LINES = {"24h": "#56b4e9", "7d": "#009e73", "30d": "#e69f00", "12m": "#d55e00", "all": "#0072b2"}
_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_STYLES = {BEFORE: ":", AFTER: "-"}
_STABLE: dict[str, Any] = {"svg.hashsalt": "footfall", "svg.fonttype": "none", "font.size": 9}
"""The same figures make the same files."""


def write() -> list[Path]:
    """Both plots; RuntimeError where nothing is recorded."""
    import matplotlib as mpl  # noqa: PLC0415 - measuring does without it

    mpl.use("Agg")
    found = recorded()
    if not found:
        raise RuntimeError("nothing is recorded: python -m bench run --only B4 --data DIR --record after")
    PLOTS.mkdir(exist_ok=True)
    with mpl.rc_context(_STABLE):
        return [*_save(_by_rows(found), "latency-by-rows"), *_save(_by_range(found), "latency-by-range")]


def _save(figure: Figure, name: str) -> list[Path]:
    paths = [PLOTS / f"{name}.{kind}" for kind in ("png", "svg")]
    for path in paths:
        figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else {"Software": None})
    return paths


def _by_rows(found: Sequence[Recorded]) -> Figure:
    """A panel per endpoint, a line per range: dotted before, solid after."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    figure = Figure(figsize=(10, 6), layout="constrained")
    panels = figure.subplots(2, 3, sharex=True, sharey=True)
    for axes, name in zip(panels.flat, SHOWN, strict=True):
        for label, style in _STYLES.items():
            for named, color in _LINES.items():
                points = [(each.events, each.millis(name, named)) for each in found if each.label == label]
                points = [(events, millis) for events, millis in points if millis is not None]
                if points:
                    axes.plot(*zip(*points, strict=True), style, color=color, marker=".", label=f"{named} {label}")
        _decorate(axes, name)
        axes.set_xscale("log")
    figure.supxlabel("events")
    figure.supylabel("median, milliseconds")
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside right center", frameon=False)
    return figure


def _by_range(found: Sequence[Recorded]) -> Figure:
    """A panel per label at its largest number of events, a line per endpoint, and the bars as steps."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    last = {each.label: each for each in found}
    figure = Figure(figsize=(5 * len(last) + 1, 4), layout="constrained")
    panels = figure.subplots(1, len(last), sharey=True, squeeze=False)
    for axes, (label, each) in zip(panels.flat, last.items(), strict=True):
        for name, color in zip(SHOWN, _COLORS, strict=True):
            points = [(named, each.millis(name, named)) for named in RANGES]
            points = [(named, millis) for named, millis in points if millis is not None]
            if points:
                axes.plot(*zip(*points, strict=True), color=color, marker=".", label=name)
        for limit, text in ((LIGHT, "bar"), (HEAVY, "bar of flows")):
            steps = [limit.short if length <= SHORT else limit.long for length in RANGES.values()]
            style = "--" if limit is LIGHT else "-."
            axes.plot(list(RANGES), steps, style, color="#999999", drawstyle="steps-mid", label=text)
        _decorate(axes, f"{label}, {each.events:,} events")
    figure.supylabel("median, milliseconds")
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside right center", frameon=False)
    return figure


def _decorate(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_yscale("log")
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
