"""A labelled set and a scorer -> an `Evaluation`: numbers with intervals, baselines, slices and where all of it comes from.

Compute first, draw later: `Evaluation` keeps the probabilities, and tables, plots and pages are made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from nli import baselines, metrics, slices
from nli.checkpoints import weights_hash
from nli.decision import Decision
from nli.labelled import LabelledSet
from nli.records import LABELS, LabelledPair
from nli.scoring import Scorer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SWAP_ROWS = 2_000  # sets up to this size are also scored with the two texts swapped, unless the user says otherwise
BASE_RATE = 0.01
LIBRARIES = ("claim-nli", "numpy", "onnxruntime", "scikit-learn", "tokenizers", "torch", "transformers")


@dataclass(frozen=True)
class Mistake:
    """A row whose predicted class is not its gold label. `confidence` in [0, 1] is the probability of `predicted`."""

    row: int
    pair: LabelledPair
    predicted: str
    confidence: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The numbers of one model on one labelled set.

    `forward` (n, 3): probabilities by LABELS, premise -> hypothesis; `backward` the other way, or None. `draws`: the bootstrap
    draws of every scalar. `numbers` is what `to_dict` gives: JSON types only, null where a number makes no sense.
    """

    labelled: LabelledSet
    forward: np.ndarray
    backward: np.ndarray | None
    decision: Decision
    numbers: dict[str, Any]
    draws: Mapping[str, np.ndarray] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        return self.numbers

    def __getitem__(self, name: str) -> Any:
        return self.numbers[name]

    def markdown(self) -> str:
        """Tables: overall numbers with 95 % intervals, classes, baselines, base rate, slices."""
        from nli.tables import evaluation_markdown

        return evaluation_markdown(self.numbers)

    def plot(self, ax: Axes | None = None, kind: str = "precision_recall") -> Axes:
        """Draws on `ax`, or on a new figure (`.figure` of the result): precision_recall, confusion, reliability or slices."""
        from nli import plots

        axes: Axes = plots.draw(self, kind, ax)
        return axes

    @property
    def probabilities(self) -> np.ndarray:
        """Of the set's own classes, shape (n, classes)."""
        return self.labelled.scheme.join(self.forward)

    @property
    def contradiction(self) -> np.ndarray | None:
        """Which rows are contradictions by their gold label, shape (n,); None when the set does not say."""
        k = self.labelled.scheme.positive
        return None if k is None else self.labelled.truth == k

    @property
    def score(self) -> np.ndarray:
        """The contradiction score, shape (n,): both directions joined where both are known, without the evidence of documents."""
        return joined_score(self.forward, self.backward, self.decision)

    def mistakes(self, most: int | None = None) -> list[Mistake]:
        """The wrong rows, most confident first."""
        probabilities, classes = self.probabilities, self.labelled.scheme.classes
        predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
        wrong = np.flatnonzero(predicted != self.labelled.truth)
        best = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
        return [Mistake(i, self.labelled.pairs[i], classes[predicted[i]], float(confidence[i])) for i in map(int, best)]


def evaluate_set(
    labelled: LabelledSet,
    scorer: Scorer,
    *,
    swap: bool | None = None,
    by: Sequence[str] = (),
    group: str | None = None,
    with_baselines: bool = True,
    progress: Callable[[int], object] | None = None,
) -> Evaluation:
    """Scores a labelled set premise -> hypothesis and measures it.

    `swap`: also score hypothesis -> premise (default: up to `SWAP_ROWS` rows). `by`: columns to slice by. `group`: the column
    whose values belong together when resampling (default: equal premises). Raises InputError for an unknown column.
    """
    columns = {name: labelled.column(name) for name in by}
    groups = np.array(labelled.column(group) if group else [p.premise for p in labelled.pairs], dtype=object)
    _, groups = np.unique(groups, return_inverse=True)
    table = scorer.score([(p.premise, p.hypothesis) for p in labelled.pairs], progress=progress)
    backward = None
    if len(labelled.pairs) <= SWAP_ROWS if swap is None else swap:
        backward = scorer.score([(p.hypothesis, p.premise) for p in labelled.pairs]).probabilities
    scheme = labelled.scheme
    known = labelled.truth, scheme.join(table.probabilities)
    draws = metrics.bootstrap(*known, groups, scheme.classes)
    decision = scorer.checkpoint.decision
    numbers = {
        **provenance(labelled, scorer),
        "truncated": table.truncated,
        "truncated_share": table.truncated / len(labelled.pairs),
        **metrics.measure(*known, scheme.classes),
        **({} if scheme.positive is not None else _no_contradiction()),
        "intervals": metrics.intervals(draws),
        "groups": int(groups.max()) + 1,
        "resamples": len(draws["accuracy"]),
        "swap": _swap(table.probabilities, backward),
        "detection": _detection(
            labelled, table.probabilities, backward, decision, both=backward is not None or scorer.one_way is not scorer
        ),
        "baselines": baselines.measure(labelled, groups) if with_baselines else {},
        "slices": {
            name: slices.measure(values, *known, groups, scheme.classes, slices.order(name) if name not in by else None)
            for name, values in (slices.automatic(labelled.pairs) | columns).items()
        },
    }
    return Evaluation(labelled, table.probabilities, backward, decision, numbers, draws)


def provenance(labelled: LabelledSet, scorer: Scorer) -> dict[str, Any]:
    """Which rows, which weights, which versions; nothing that changes from run to run."""
    decision = scorer.checkpoint.decision
    return {
        "data": labelled.name,
        "where": dict(labelled.where),
        "data_hash": labelled.data_hash,
        "role": labelled.role,
        "licence": labelled.licence,
        "classes": list(labelled.scheme.classes),
        "model": scorer.checkpoint.name,
        "model_hash": weights_hash(scorer.checkpoint.path),
        "engine": scorer.engine.precision,
        "both_ways": scorer.one_way is not scorer,
        "decision": {"threshold": decision.threshold, "rule": decision.rule, "temperature": decision.temperature},
        "versions": _versions(),
        "n": len(labelled.pairs),
        "unlabelled": labelled.unlabelled,
        "skipped": labelled.skipped,
        "two_way": labelled.two_way,
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _no_contradiction() -> dict[str, None]:
    """The numbers that a set without contradictions of its own leaves undefined."""
    empty = metrics.scalars(np.zeros(0, dtype=int), np.zeros((0, 3)), np.ones((1, 0)), LABELS)
    return {name: None for name in empty if name.startswith("contradiction")}


def joined_score(forward: np.ndarray, backward: np.ndarray | None, decision: Decision) -> np.ndarray:
    """P(contradiction) (n,) of both directions (n, 3) joined by the checkpoint's rule; of the forward one when alone."""
    k = LABELS.index("contradiction")
    if backward is None:
        return forward[:, k]
    pairs = zip(forward[:, k].tolist(), backward[:, k].tolist(), strict=True)
    return np.array([decision.combine(f, b) for f, b in pairs])


def _swap(forward: np.ndarray, backward: np.ndarray | None) -> dict[str, float] | None:
    """Contradiction is symmetric: how often the verdict (P >= .5) stays when the texts are swapped, and how far P moves."""
    if backward is None:
        return None
    k = LABELS.index("contradiction")
    first, second = forward[:, k], backward[:, k]
    return {
        "same_verdict": float(((first >= 0.5) == (second >= 0.5)).mean()),
        "mean_difference": float(np.abs(first - second).mean()),
    }


def _detection(
    labelled: LabelledSet, forward: np.ndarray, backward: np.ndarray | None, decision: Decision, *, both: bool
) -> dict[str, Any] | None:
    """The checkpoint's thresholds on these rows, and what they would mean where contradictions are rare.

    `both`: the score is of both directions, joined here or by the scorer. `thresholds_of`: what the thresholds were chosen for,
    the scores of pairs in files, as these are, or of documents, which have evidence besides.
    """
    if labelled.scheme.positive is None:
        return None
    positive, score = labelled.truth == labelled.scheme.positive, joined_score(forward, backward, decision)
    points = dict(decision.operating_points)
    if decision.threshold not in points.values():
        points["threshold"] = decision.threshold
    ranked = metrics.ranking(positive, score, np.ones((1, len(score))))["contradiction_average_precision"]
    return {
        "score": f"{decision.rule} of both directions" if both else "premise to hypothesis",
        "thresholds_of": "documents" if decision.evidence else "pairs",
        "average_precision": float(ranked[0]) if positive.any() else None,
        "operating_points": {
            name: metrics.operating_point(positive, score, threshold, BASE_RATE)
            for name, threshold in sorted(points.items(), key=lambda item: -item[1])
        },
    }
