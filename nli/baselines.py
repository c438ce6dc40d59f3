"""What can be had without reading both texts together: a result means something only above these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nli import metrics
from nli.labelled import LabelledSet
from nli.slices import overlap

FOLDS = 5
MOST_ROWS = 5_000  # drawn at random from larger sets for the two that are fitted
NAMES = ("accuracy", "macro_f1", "contradiction_average_precision")


def measure(labelled: LabelledSet, groups: np.ndarray) -> dict[str, dict[str, Any] | None]:
    """accuracy, macro_f1, contradiction_average_precision and rows of three baselines; null where a set is too small to fit one.

    majority: always the most frequent label. word_overlap: logistic regression on the share of shared words, both ways.
    hypothesis_only: logistic regression on the words of the hypothesis (TF-IDF). The fitted ones are scored on folds that they
    did not see, split by `groups` (n,).
    """
    truth, classes = labelled.truth, labelled.scheme.classes
    rates = np.bincount(truth, minlength=len(classes)) / len(truth)
    rows = np.sort(np.random.default_rng(0).permutation(len(truth))[:MOST_ROWS])
    pairs = [labelled.pairs[i] for i in rows]
    shares = np.array([[overlap(p.premise, p.hypothesis), overlap(p.hypothesis, p.premise)] for p in pairs])
    hypotheses = np.array([p.hypothesis for p in pairs], dtype=object)
    results: dict[str, dict[str, Any] | None] = {
        "majority": _numbers(truth, np.tile(rates, (len(truth), 1)), classes),
    }
    for name, model, features in (("word_overlap", _overlap, shares), ("hypothesis_only", _words, hypotheses)):
        scored = _cross_validated(model, features, truth[rows], groups[rows], len(classes))
        results[name] = None if scored is None else _numbers(truth[rows], scored, classes)
    return results


def _numbers(truth: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]) -> dict[str, Any]:
    numbers = metrics.measure(truth, probabilities, classes)
    return {"rows": len(truth), **{name: numbers.get(name) for name in NAMES}}


def _overlap() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())


def _words() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b"), LogisticRegression(C=10)
    )


def _cross_validated(
    make: Callable[[], Any], features: np.ndarray, truth: np.ndarray, groups: np.ndarray, classes: int
) -> np.ndarray | None:
    """Probabilities (n, classes) by models that did not see the row's group; None when a fold leaves too little to fit."""
    from sklearn.model_selection import GroupKFold

    _, group = np.unique(groups, return_inverse=True)
    folds = min(FOLDS, int(group.max()) + 1)
    if folds < 2:
        return None
    scored = np.zeros((len(truth), classes))
    for seen, unseen in GroupKFold(folds).split(features, truth, group):
        if len(np.unique(truth[seen])) < 2:
            return None
        try:
            model = make().fit(features[seen], truth[seen])
        except ValueError:  # texts without a single word
            return None
        scored[np.ix_(unseen, model.classes_)] = model.predict_proba(features[unseen])
    return scored
