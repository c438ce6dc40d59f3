"""Evaluations -> plots, on axes of the caller's or on a new figure. Matplotlib's objects only: no pyplot, no global state."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from nli.errors import InputError
from nli.tables import MEASURES, SMALLER_IS_BETTER

if TYPE_CHECKING:
    from nli.comparison import Comparison
    from nli.evaluation import Evaluation

# Ink, quiet ink, hairlines and two hues that stay apart for the colour-blind. In a page they become its CSS variables.
INK, QUIET, LINE, FIRST, SECOND, PAPER = "#1d2129", "#5c6470", "#d5d9df", "#2f6db5", "#c8561b", "#fdfdfc"
COLOURS = {"ink": INK, "quiet": QUIET, "line": LINE, "first": FIRST, "second": SECOND, "paper": PAPER}
SIZES = {"confusion": (4.6, 4.2), "reliability": (4.6, 4.2), "slices": (7.2, 4.4)}
SIZE = (7.2, 4.4)


def draw(evaluation: Evaluation, kind: str, ax: Axes | None = None) -> Axes:
    """Draws one of precision_recall, confusion, reliability, slices. Raises InputError for a kind that the data do not have."""
    kinds = {
        "precision_recall": _precision_recall,
        "confusion": _confusion,
        "reliability": _reliability,
        "slices": _slices,
    }
    if kind not in available(evaluation):
        raise InputError(f"no plot {kind!r} of this set; there are {', '.join(available(evaluation))}")
    ax = ax or new_axes(kind, _height(evaluation) if kind == "slices" else None)
    kinds[kind](evaluation, ax)
    return ax


def available(evaluation: Evaluation) -> list[str]:
    """The kinds of plots that make sense: precision and recall need contradictions."""
    positive = evaluation.contradiction
    ranked = positive is not None and bool(positive.any())
    return ["confusion", *(["precision_recall"] if ranked else []), "reliability", "slices"]


def available_comparison(comparison: Comparison) -> list[str]:
    """The kinds of plots that make sense for two models on this set."""
    return ["differences", *(kind for kind in available(comparison.a) if kind == "precision_recall")]


def draw_comparison(comparison: Comparison, kind: str, ax: Axes | None = None) -> Axes:
    """Draws differences, or precision_recall with both models' curves. Raises InputError for another kind."""
    if kind not in available_comparison(comparison):
        raise InputError(
            f"no plot {kind!r} of this comparison; there are {', '.join(available_comparison(comparison))}"
        )
    ax = ax or new_axes(kind)
    if kind == "differences":
        _differences(comparison, ax)
        return ax
    for evaluation, name, colour in ((comparison.a, "A", FIRST), (comparison.b, "B", SECOND)):
        _curve(evaluation, ax, colour, name)
    _square(ax, "recall", "precision")
    _legend(ax)
    return ax


def new_axes(kind: str, height: float | None = None) -> Axes:
    """Axes alone on a new figure with a clear background."""
    width, usual = SIZES.get(kind, SIZE)
    figure = Figure(figsize=(width, height or usual), layout="constrained", facecolor="none")
    return figure.add_subplot(facecolor="none")


def svg(ax: Axes) -> str:
    """The figure as SVG text, the same for the same drawing."""
    buffer = io.StringIO()
    with rc_context({"svg.hashsalt": "nli", "svg.fonttype": "none"}):
        _figure(ax).savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png(ax: Axes) -> bytes:
    """The figure as PNG on paper, 200 dots per inch."""
    buffer = io.BytesIO()
    _figure(ax).savefig(buffer, format="png", dpi=200, facecolor=PAPER, metadata={"Software": None})
    return buffer.getvalue()


def _figure(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def _style(ax: Axes, x: str, y: str, *, grid: str = "both") -> None:
    ax.set_xlabel(x, color=INK)
    ax.set_ylabel(y, color=INK)
    ax.tick_params(colors=QUIET, labelcolor=INK, length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    if grid:
        ax.grid(axis=grid, color=LINE, linewidth=0.8)  # type: ignore[arg-type]
    ax.set_axisbelow(True)


def _square(ax: Axes, x: str, y: str) -> None:
    _style(ax, x, y)
    ax.set_xlim(0, 1.01)
    ax.set_ylim(0, 1.02)


def _legend(ax: Axes) -> None:
    ax.legend(frameon=False, labelcolor=INK, loc="best")


def _confusion(evaluation: Evaluation, ax: Axes) -> None:
    counts, classes = np.array(evaluation["confusion"]), evaluation["classes"]
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    for gold in range(len(classes)):
        for said in range(len(classes)):
            hue, share = FIRST if gold == said else SECOND, float(shares[gold, said])
            ax.fill_between(
                [said - 0.47, said + 0.47], gold - 0.47, gold + 0.47, color=hue, alpha=0.06 + 0.5 * share, lw=0
            )
            ax.text(said, gold - 0.07, f"{counts[gold, said]}", ha="center", va="center", color=INK, fontsize=15)
            ax.text(said, gold + 0.24, f"{100 * share:.0f} %", ha="center", va="center", color=QUIET, fontsize=9)
    _style(ax, "predicted", "gold", grid="")
    names = [name.replace("_", "\n") for name in classes]
    ax.set_xticks(range(len(classes)), names)
    ax.set_yticks(range(len(classes)), names, rotation=90, va="center")
    ax.set_xlim(-0.5, len(classes) - 0.5)
    ax.set_ylim(len(classes) - 0.5, -0.5)


def _curve(evaluation: Evaluation, ax: Axes, colour: str, name: str = "") -> None:
    positive = evaluation.contradiction
    precision, recall, _ = precision_recall_curve(positive, evaluation.score, drop_intermediate=True)
    value = evaluation["detection"]["average_precision"]
    label = f"{name}: average precision {value:.3f}" if name else f"average precision {value:.3f}"
    ax.plot(recall, precision, color=colour, lw=2, drawstyle="steps-post", label=label)


def _precision_recall(evaluation: Evaluation, ax: Axes) -> None:
    _curve(evaluation, ax, FIRST)
    points = evaluation["detection"]["operating_points"].items()
    for marker, (name, point) in zip(itertools.cycle("os^Dv"), points, strict=False):
        if point["precision"] is not None:
            ax.plot(
                point["recall"], point["precision"], marker, color=SECOND, markersize=7.5, markeredgecolor=PAPER, zorder=3,
                label=f"{name}, from {point['threshold']:.2f}",
            )  # fmt: skip
    rate = float(np.mean(evaluation.contradiction))  # type: ignore[arg-type]
    ax.axhline(rate, color=QUIET, lw=1, ls=(0, (4, 3)), label=f"chance: {100 * rate:.0f} % are contradictions")
    _square(ax, "recall", "precision")
    ax.legend(frameon=False, labelcolor=INK, loc="lower left")


def _reliability(evaluation: Evaluation, ax: Axes) -> None:
    bins = evaluation["reliability"]
    confidence, right, n = (np.array([b[key] for b in bins]) for key in ("confidence", "accuracy", "n"))
    ax.plot([0, 1], [0, 1], color=QUIET, lw=1, ls=(0, (4, 3)), label="perfectly calibrated")
    ax.vlines(confidence, confidence, right, color=SECOND, lw=1.4, alpha=0.8)
    ax.scatter(
        confidence, right, s=24 + 300 * n / n.sum(), color=FIRST, edgecolor=PAPER, zorder=3, label="rows of a bin"
    )
    _style(ax, "confidence", "share right")
    low = max(0.0, min(float(confidence.min()), float(right.min())) - 0.05)
    ax.set_xlim(low, 1.02)
    ax.set_ylim(low, 1.03)
    ax.legend(frameon=False, labelcolor=INK, loc="upper left")


def _rows(evaluation: Evaluation) -> list[tuple[str, dict[str, Any]]]:
    return [(name, part) for name, parts in evaluation["slices"].items() for part in parts]


def _height(evaluation: Evaluation) -> float:
    return 1.0 + 0.24 * (len(_rows(evaluation)) + 1.2 * len(evaluation["slices"]))


def _slices(evaluation: Evaluation, ax: Axes) -> None:
    """Dots with whiskers, one a value, grouped by slice; the line is the whole set."""
    y, ticks, labels = 0.0, [], []
    for name, parts in evaluation["slices"].items():
        ax.text(0, y, f"by {name}", color=INK, fontsize=10, fontweight="bold", va="center", ha="right",
                transform=ax.get_yaxis_transform())  # fmt: skip
        y += 1
        for part in parts:
            low, high = part["intervals"]["accuracy"]
            ax.plot([low, high], [y, y], color=FIRST, lw=1.6, alpha=0.55)
            ax.plot(part["accuracy"], y, "o", color=FIRST, markersize=5.5)
            ticks.append(y)
            labels.append(f"{part['value']}  ({part['n']})")
            y += 1
        y += 0.3
    ax.axvline(evaluation["accuracy"], color=SECOND, lw=1.2, label=f"all rows: {evaluation['accuracy']:.3f}")
    _style(ax, "accuracy, with 95 % interval (rows in brackets)", "", grid="x")
    ax.set_yticks(ticks, labels, fontsize=9)
    ax.set_xlim(-0.01, 1.01)
    ax.set_ylim(y, -0.8)


def _differences(comparison: Comparison, ax: Axes) -> None:
    """B minus A for every number, turned so that right is better for B."""
    shown = [(name, d) for name, d in comparison["differences"].items() if d["interval"]]
    for y, (name, d) in enumerate(shown):
        sign = -1 if name in SMALLER_IS_BETTER else 1
        ends = sorted(sign * x for x in d["interval"])
        clear = ends[0] > 0 or ends[1] < 0
        colour = (SECOND if ends[0] > 0 else FIRST) if clear else QUIET
        ax.plot(ends, [y, y], color=colour, lw=1.8, alpha=0.7)
        ax.plot(sign * d["difference"], y, "o", color=colour, markersize=6)
    ax.axvline(0, color=QUIET, lw=1)
    _style(ax, "A better   ←   difference with 95 % interval   →   B better", "", grid="x")
    ax.set_yticks(range(len(shown)), [MEASURES[name] for name, _ in shown])
    ax.set_ylim(len(shown) - 0.5, -0.5)
