"""Two models on the same rows -> what differs, and whether it is more than chance: paired bootstrap and McNemar's test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binomtest

from nli import metrics
from nli.errors import InputError
from nli.evaluation import Evaluation
from nli.records import LabelledPair

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Difference:
    """A row that two models label differently, with their probabilities (in [0, 1]) of their own labels."""

    row: int
    pair: LabelledPair
    a: str
    a_confidence: float
    b: str
    b_confidence: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Model `b` against model `a`; `numbers` is what `to_dict` gives."""

    a: Evaluation
    b: Evaluation
    numbers: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.numbers

    def __getitem__(self, name: str) -> Any:
        return self.numbers[name]

    def markdown(self) -> str:
        """A table of both models' numbers and their differences with 95 % intervals."""
        from nli.tables import comparison_markdown

        return comparison_markdown(self.numbers)

    def plot(self, ax: Axes | None = None, kind: str = "differences") -> Axes:
        """Draws on `ax` or a new figure: differences (with intervals) or precision_recall (both curves)."""
        from nli import plots

        axes: Axes = plots.draw_comparison(self, kind, ax)
        return axes

    def differing(self, most: int | None = None) -> list[Difference]:
        """The rows with different labels, those first where the two models are surest of their own."""
        first, second = self.a.probabilities, self.b.probabilities
        labels, classes = (first.argmax(axis=1), second.argmax(axis=1)), self.a.labelled.scheme.classes
        surest = np.minimum(first.max(axis=1), second.max(axis=1))
        rows = np.flatnonzero(labels[0] != labels[1])
        rows = rows[np.argsort(-surest[rows], kind="stable")][:most]
        return [
            Difference(
                i, self.a.labelled.pairs[i], classes[labels[0][i]], float(first[i].max()), classes[labels[1][i]], float(second[i].max())
            )
            for i in map(int, rows)
        ]  # fmt: skip


def compare(a: Evaluation, b: Evaluation) -> Comparison:
    """Compares two evaluations of the same rows, made with the same groups. Raises InputError when the rows are others."""
    if a["data_hash"] != b["data_hash"] or a["groups"] != b["groups"]:
        raise InputError(
            f"{a['data']} and {b['data']} are not the same rows in the same groups; evaluate both models on one set"
        )
    differences = {}
    for name in a.draws:
        if a[name] is not None and b[name] is not None:
            drawn = {name: b.draws[name] - a.draws[name]}
            differences[name] = {
                "a": a[name],
                "b": b[name],
                "difference": b[name] - a[name],
                "interval": metrics.intervals(drawn).get(name),
            }
    truth = a.labelled.truth
    labels = a.probabilities.argmax(axis=1), b.probabilities.argmax(axis=1)
    return Comparison(
        a,
        b,
        {
            "a": a["model"],
            "b": b["model"],
            "data": a["data"],
            "data_hash": a["data_hash"],
            "n": len(truth),
            "differences": differences,
            "mcnemar": mcnemar(labels[0] == truth, labels[1] == truth),
            "differ": int((labels[0] != labels[1]).sum()),
        },
    )


def mcnemar(a_right: np.ndarray, b_right: np.ndarray) -> dict[str, Any]:
    """The exact test of McNemar (1947): are the rows that only one model has right split evenly? Rows count as independent.

    Arrays (n,) of bool. `p_value` is two-sided, 1 when no row tells the models apart.
    """
    only_a, only_b = int((a_right & ~b_right).sum()), int((b_right & ~a_right).sum())
    p_value = float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0
    return {"only_a_right": only_a, "only_b_right": only_b, "p_value": p_value}
