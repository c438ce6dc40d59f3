"""Labels and probabilities -> numbers. Every number is computed for many weightings of the rows at once: all ones give the
value itself, resampled groups its interval.

Null means undefined: no such class, no row, nothing flagged. Tied scores count together, as one threshold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

BINS = 15
DEPTHS = (10, 50, 100)  # of precision at k
SMALLEST = 1e-15  # probabilities are not taken as smaller by the log loss
CELLS = 2_000_000  # weights held at a time
Numbers = dict[str, Any]


def measure(
    truth: np.ndarray, probabilities: np.ndarray, classes: Sequence[str] = ("entailment", "neutral", "contradiction")
) -> Numbers:
    """All numbers for `truth` (n,), indices into `classes`, and `probabilities` (n, classes), rows summing to 1.

    scalars (those of `scalars`), per_class, confusion (rows: gold, columns: predicted) and reliability (a row per bin).
    """
    truth = np.asarray(truth, dtype=int)
    values = scalars(truth, probabilities, np.ones((1, len(truth))), classes)
    predicted = probabilities.argmax(axis=1)
    counts = np.bincount(truth * len(classes) + predicted, minlength=len(classes) ** 2).reshape(len(classes), -1)
    return {
        **{name: _null(float(value[0])) for name, value in values.items()},
        "per_class": {name: _class_numbers(counts, k) for k, name in enumerate(classes)},
        "confusion": counts.tolist(),
        "reliability": reliability(truth, probabilities),
    }


def _class_numbers(confusion: np.ndarray, k: int) -> Numbers:
    right, gold, said = (float(x) for x in (confusion[k, k], confusion[k].sum(), confusion[:, k].sum()))
    return {
        "precision": right / said if said else None,
        "recall": right / gold if gold else None,
        "f1": 2 * right / (gold + said) if gold + said else None,
        "support": int(gold),
    }


def _null(value: float) -> float | None:
    return value if np.isfinite(value) else None


def scalars(
    truth: np.ndarray, probabilities: np.ndarray, weights: np.ndarray, classes: Sequence[str]
) -> dict[str, np.ndarray]:
    """Each number for each row of `weights` (draws, n): arrays (draws,), NaN where undefined.

    accuracy, macro_f1 (over the classes that occur), ece (top label, `BINS` bins of equal width; Guo et al. 2017), brier (summed over
    classes), log_loss; with a class `contradiction` also its precision, recall, F1, average precision, area under the ROC
    curve, recall at precision .9, and precision at k.
    """
    size = len(classes)
    predicted = probabilities.argmax(axis=1)
    cell = np.eye(size * size)[truth * size + predicted]
    confusion = (weights @ cell).reshape(-1, size, size)
    gold, said = confusion.sum(axis=2), confusion.sum(axis=1)
    right = np.diagonal(confusion, axis1=1, axis2=2)
    total = weights.sum(axis=1)
    chance = np.clip(probabilities[np.arange(len(truth)), truth], SMALLEST, 1)
    squares = ((probabilities - np.eye(size)[truth]) ** 2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = 2 * right / (gold + said)
        values = {
            "accuracy": right.sum(axis=1) / total,
            "macro_f1": np.where(gold > 0, f1, 0).sum(axis=1) / (gold > 0).sum(axis=1),
            "ece": _ece(truth, probabilities, weights) / total,
            "brier": weights @ squares / total,
            "log_loss": weights @ -np.log(chance) / total,
        }
        if "contradiction" in classes:
            k = list(classes).index("contradiction")
            values["contradiction_precision"] = right[:, k] / said[:, k]
            values["contradiction_recall"] = right[:, k] / gold[:, k]
            values["contradiction_f1"] = f1[:, k]
            values |= ranking(truth == k, probabilities[:, k], weights)
    return values


def ranking(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """How well `score` (n,) puts `positive` (n,) rows first, for each row of `weights` (draws, n).

    Precision at k is the expected one when tied rows come in any order, and undefined with fewer than k rows.
    """
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1) if len(order) else np.zeros(0, dtype=int)
    found = np.cumsum(weights[:, order] * positive[order], axis=1)[:, last]
    flagged = np.cumsum(weights[:, order], axis=1)[:, last]
    start = np.zeros((len(weights), 1))
    found, flagged = np.hstack([start, found]), np.hstack([start, flagged])
    positives, negatives = found[:, -1], flagged[:, -1] - found[:, -1]
    new, false = np.diff(found), np.diff(flagged - found)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = found[:, 1:] / flagged[:, 1:]
        values = {
            "contradiction_average_precision": np.where(new > 0, new * precision, 0).sum(axis=1) / positives,
            "contradiction_roc_auc": (false * (found[:, 1:] + found[:, :-1]) / 2).sum(axis=1) / (positives * negatives),
            "contradiction_recall_at_precision_90": np.where(precision >= 0.9, found[:, 1:], 0).max(axis=1, initial=0)
            / positives,
        }
    for k in DEPTHS:
        values[f"contradiction_precision_at_{k}"] = _first(found, flagged, k) / k
    return values


def _first(found: np.ndarray, flagged: np.ndarray, k: int) -> np.ndarray:
    """Expected positives among the first k rows, given what is found and flagged at the end of each run of ties."""
    draws = np.arange(len(flagged))
    end = np.minimum((flagged < k).sum(axis=1), flagged.shape[1] - 1)
    before = np.maximum(end - 1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (k - flagged[draws, before]) / (flagged[draws, end] - flagged[draws, before])
        value = found[draws, before] + share * (found[draws, end] - found[draws, before])
    return np.where(flagged[:, -1] >= k, value, np.nan)


def _bins(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The confidence of the top label, and its bin: [0, 1/15), ..., [14/15, 1]."""
    confidence = probabilities.max(axis=1, initial=0)
    return confidence, np.minimum((confidence * BINS).astype(int), BINS - 1)


def _ece(truth: np.ndarray, probabilities: np.ndarray, weights: np.ndarray) -> np.ndarray:
    confidence, bins = _bins(probabilities)
    gap = (probabilities.argmax(axis=1) == truth) - confidence
    result: np.ndarray = np.abs(weights @ (np.eye(BINS)[bins] * gap[:, None])).sum(axis=1)
    return result


def reliability(truth: np.ndarray, probabilities: np.ndarray) -> list[Numbers]:
    """The bins of the calibration error that have rows: bounds, n, mean confidence, accuracy."""
    confidence, bins = _bins(probabilities)
    right = probabilities.argmax(axis=1) == truth
    return [
        {
            "from": b / BINS,
            "to": (b + 1) / BINS,
            "n": int((bins == b).sum()),
            "confidence": float(confidence[bins == b].mean()),
            "accuracy": float(right[bins == b].mean()),
        }
        for b in np.unique(bins).tolist()
    ]


def bootstrap(
    truth: np.ndarray,
    probabilities: np.ndarray,
    groups: np.ndarray,
    classes: Sequence[str] = ("entailment", "neutral", "contradiction"),
    *,
    resamples: int | None = None,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """The scalars of resampled sets, arrays (resamples,). Whole `groups` (n,) are drawn: rows that share a premise are not independent.

    By default 1000 resamples, fewer (at least 100) above 100 thousand rows. The same groups and seed give the same draws, so
    the numbers of two models can be paired.
    """
    size = resamples or int(np.clip(100_000_000 // max(1, len(truth)), 100, 1000))
    if len(np.unique(groups)) < 2:  # one group says nothing about others
        return {
            name: np.full(size, np.nan) for name in scalars(truth, probabilities, np.zeros((1, len(truth))), classes)
        }
    drawn = [scalars(truth, probabilities, w, classes) for w in _weights(groups, size, seed)]
    return {name: np.concatenate([part[name] for part in drawn]) for name in drawn[0]}


def _weights(groups: np.ndarray, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each row is drawn: blocks of shape (draws, n)."""
    rng = np.random.default_rng(seed)
    names, group = np.unique(groups, return_inverse=True)
    step = max(1, CELLS // max(1, len(groups)))
    for start in range(0, resamples, step):
        draws = [rng.integers(0, len(names), len(names)) for _ in range(min(step, resamples - start))]
        yield np.array([np.bincount(d, minlength=len(names))[group] for d in draws], dtype=float)


def intervals(draws: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """95 % percentile intervals of the draws that are defined; numbers that never are have none."""
    spans = {}
    for name, values in draws.items():
        if np.isfinite(values).any():
            spans[name] = [float(v) for v in np.nanpercentile(values, [2.5, 97.5])]
    return spans


def operating_point(positive: np.ndarray, score: np.ndarray, threshold: float, base_rate: float = 0.01) -> Numbers:
    """What flagging every row with a score of at least `threshold` means, here and where `base_rate` of all pairs are positive.

    The precision there is P(flag | positive) and P(flag | negative) weighed by the base rate (prior shift); its bounds come from
    the exact 95 % binomial bounds of both shares, rows taken as independent.
    """
    flagged = score >= threshold
    hits, positives = int((flagged & positive).sum()), int(positive.sum())
    alarms, negatives = int((flagged & ~positive).sum()), int((~positive).sum())

    def shifted(recall: float, false_alarms: float) -> float | None:
        share = base_rate * recall + (1 - base_rate) * false_alarms
        return base_rate * recall / share if share else None

    bounds = None
    if positives and negatives:
        recall, false_alarms = (binomtest(*x).proportion_ci() for x in ((hits, positives), (alarms, negatives)))
        bounds = [shifted(recall.low, false_alarms.high) or 0.0, shifted(recall.high, false_alarms.low) or 0.0]
    return {
        "threshold": threshold,
        "flagged": hits + alarms,
        "precision": hits / (hits + alarms) if hits + alarms else None,
        "recall": hits / positives if positives else None,
        "false_alarm_rate": alarms / negatives if negatives else None,
        "base_rate": base_rate,
        "precision_at_base_rate": shifted(hits / positives, alarms / negatives) if positives and negatives else None,
        "precision_at_base_rate_bounds": bounds,
    }
