"""Labels and probabilities -> numbers, by scikit-learn. Rows and columns follow `LABELS`."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, confusion_matrix, precision_recall_fscore_support

from nli.records import LABELS

BINS = 15


def measure(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """All numbers for `truth` (n,) of indices into LABELS and `probabilities` (n, 3).

    A class without rows has null precision, recall and F1 where they are undefined; average precision is null when no row
    is a contradiction.
    """
    predicted = probabilities.argmax(axis=1)
    present = np.unique(truth)
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=[0, 1, 2], zero_division=0.0
    )
    per_class = {
        name: {
            "precision": float(precision[k]) if (predicted == k).any() else None,
            "recall": float(recall[k]) if support[k] else None,
            "f1": float(f1[k]) if support[k] or (predicted == k).any() else None,
            "support": int(support[k]),
        }
        for k, name in enumerate(LABELS)
    }
    return {
        "accuracy": float((predicted == truth).mean()),
        "macro_f1": float(np.mean([f1[k] for k in present])),
        "per_class": per_class,
        "contradiction_average_precision": contradiction_ap(truth, probabilities),
        "ece": calibration_error(truth, probabilities),
        "brier": float(((probabilities - np.eye(3)[truth]) ** 2).sum(axis=1).mean()),
        "confusion": confusion_matrix(truth, predicted, labels=[0, 1, 2]).tolist(),
    }


def contradiction_ap(truth: np.ndarray, probabilities: np.ndarray) -> float | None:
    """Average precision of ranking rows by P(contradiction); null without contradictions."""
    positive = truth == LABELS.index("contradiction")
    return float(average_precision_score(positive, probabilities[:, 2])) if positive.any() else None


def calibration_error(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Expected calibration error of the top label: `BINS` bins of equal width (Guo et al. 2017)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(np.sum(gaps))


def intervals(
    truth: np.ndarray, probabilities: np.ndarray, groups: np.ndarray, *, resamples: int = 1000, seed: int = 0
) -> dict[str, list[float]]:
    """95 % percentile bootstrap intervals of accuracy, macro F1, contradiction F1 and average precision.

    Whole `groups` (n,) are drawn, because rows that share a premise are not independent.
    """
    rng = np.random.default_rng(seed)
    _, group = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    draws: dict[str, list[float]] = {
        "accuracy": [],
        "macro_f1": [],
        "contradiction_f1": [],
        "contradiction_average_precision": [],
    }
    predicted = probabilities.argmax(axis=1)
    for _ in range(resamples):
        rows = np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])
        t, p = truth[rows], predicted[rows]
        confusion = np.bincount(t * 3 + p, minlength=9).reshape(3, 3)
        f1 = 2 * confusion.diagonal() / np.maximum(1, confusion.sum(0) + confusion.sum(1))
        draws["accuracy"].append(float(confusion.trace() / len(rows)))
        draws["macro_f1"].append(float(f1[confusion.sum(1) > 0].mean()))
        draws["contradiction_f1"].append(float(f1[2]))
        if (ap := contradiction_ap(t, probabilities[rows])) is not None:
            draws["contradiction_average_precision"].append(ap)
    return {name: [float(v) for v in np.percentile(values, [2.5, 97.5])] for name, values in draws.items() if values}
