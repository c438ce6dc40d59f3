"""A labelled set in parts: by any column, and by what the texts look like (length, word overlap, negation)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nli import metrics
from nli.records import LabelledPair
from nli.rules import NEGATION

LENGTHS = (20, 40, 80)  # words of both texts together
OVERLAPS = (0.25, 0.5, 0.75)  # share of the hypothesis's words that the premise has
MOST = 30  # values of a column that are shown; the rarest are put together
NAMES = ("accuracy", "macro_f1", "contradiction_recall", "contradiction_precision", "contradiction_average_precision")
OTHERS = "(all others)"


def words(text: str) -> list[str]:
    """Lower-case words and numbers."""
    return re.findall(r"\w+", text.lower())


def overlap(premise: str, hypothesis: str) -> float:
    """The share of the hypothesis's different words that are also in the premise, 0 to 1."""
    needed = set(words(hypothesis))
    return len(needed & set(words(premise))) / len(needed) if needed else 0.0


def automatic(pairs: Iterable[LabelledPair]) -> dict[str, list[str]]:
    """The slices every set has, by name: each row's value."""
    slices: dict[str, list[str]] = {"length": [], "overlap": [], "negation": []}
    for pair in pairs:
        slices["length"].append(_step(len(words(pair.premise)) + len(words(pair.hypothesis)), LENGTHS, " words"))
        slices["overlap"].append(_step(overlap(pair.premise, pair.hypothesis), OVERLAPS, ""))
        negated = sum(bool(NEGATION.search(text)) for text in (pair.premise, pair.hypothesis))
        slices["negation"].append(("in neither text", "in one text", "in both texts")[negated])
    return slices


def _step(value: float, bounds: Sequence[float], unit: str) -> str:
    for bound in bounds:
        if value <= bound:
            return f"up to {bound:g}{unit}"
    return f"over {bounds[-1]:g}{unit}"


def measure(
    values: Sequence[str],
    truth: np.ndarray,
    probabilities: np.ndarray,
    groups: np.ndarray,
    classes: Sequence[str],
    order: Mapping[str, int] | None = None,
) -> list[dict[str, Any]]:
    """Numbers for each value of a slice, most rows first (or in `order`): value, n, `NAMES`, and 95 % intervals of accuracy and
    contradiction recall (Wilson, counting groups and not rows: it also holds where all rows are right)."""
    counts = Counter(values)
    shown = {value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST]}
    kept = np.array([value if value in shown else OTHERS for value in values])
    right = probabilities.argmax(axis=1) == truth
    contradiction = truth == list(classes).index("contradiction") if "contradiction" in classes else None
    parts = []
    for value in sorted(set(kept.tolist()), key=lambda v: (v == OTHERS, (order or {}).get(v, 0), -counts[v], v)):
        rows = np.flatnonzero(kept == value)
        numbers = metrics.measure(truth[rows], probabilities[rows], classes)
        spans = {"accuracy": wilson(right[rows], groups[rows])}
        if contradiction is not None and contradiction[rows].any():
            found = rows[contradiction[rows]]
            spans["contradiction_recall"] = wilson(right[found], groups[found])
            if len(found) == len(rows):  # nothing to rank them before
                numbers["contradiction_average_precision"] = None
        chosen = {name: numbers[name] for name in NAMES if name in numbers}
        parts.append({"value": value, "n": len(rows), **chosen, "intervals": spans})
    return parts


def wilson(right: np.ndarray, groups: np.ndarray) -> list[float]:
    """The 95 % interval of a share (Wilson 1927) with as many independent rows as there are groups. Arrays (n,), n > 0."""
    share, n, z = float(right.mean()), len(np.unique(groups)), 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return [max(0.0, middle - half), min(1.0, middle + half)]


def order(name: str) -> dict[str, int]:
    """The natural order of the values of an automatic slice; empty for columns."""
    steps = {
        "length": [_step(b, LENGTHS, " words") for b in (*LENGTHS, LENGTHS[-1] + 1)],
        "overlap": [_step(b, OVERLAPS, "") for b in (*OVERLAPS, 1)],
        "negation": ["in neither text", "in one text", "in both texts"],
    }
    return {value: k for k, value in enumerate(steps.get(name, []))}
