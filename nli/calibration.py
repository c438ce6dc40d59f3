"""Development pairs -> a `Decision`: temperature, the rule that joins two directions, operating points.

Thresholds come from a development set, never from the set that is reported: sets known as test sets are refused.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from nli import metrics
from nli.checkpoints import Checkpoint
from nli.decision import RULES, Decision
from nli.errors import InputError
from nli.evaluation import joined_score
from nli.gold import THREE_WAY, Scheme
from nli.labelled import LabelledSet
from nli.scoring import Scorer, softmax

PRECISE, SENSITIVE = 0.9, 0.5  # precision asked of the outer operating points
STEPS = np.linspace(0.01, 0.99, 99)
# Chosen on documents, for scores that evidence was added to. `rival_share` compares two scores, whatever their scale.
WITH_EVIDENCE = ("evidence", "ask_back", "same_speaker", "other_event", "screen", "screen_below")


def calibrate(
    labelled: LabelledSet,
    scorer: Scorer,
    *,
    base_rate: float | None = None,
    force: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Decision:
    """Fits the checkpoint's decision to a development set; its rules about speakers and rivals stay as they are.

    The thresholds are of the model's own scores, so that a decision with evidence loses it and what goes with it (`plain`).
    `base_rate`: the share of contradictions to expect in use, by which precision is weighed; default: that of the set. Raises
    InputError for a test set unless `force`, and for a set without contradictions or without anything else.
    """
    refuse_test_set(labelled, force=force)
    positive = labelled.truth == labelled.scheme.positive
    if labelled.scheme.positive is None or positive.all() or not positive.any():
        raise InputError(f"{labelled.name}: calibrating needs rows that are contradictions and rows that are not")
    old = scorer.checkpoint.decision
    pairs = [(p.premise, p.hypothesis) for p in labelled.pairs]
    logits = [
        np.log(np.maximum(scorer.score(texts, progress=progress).probabilities, metrics.SMALLEST)) * old.temperature
        for texts in (pairs, [(b, a) for a, b in pairs])
    ]
    temperature = fit_temperature(logits[0], labelled.truth, labelled.scheme)
    forward, backward = (softmax(z / temperature) for z in logits)
    scores = {rule: joined_score(forward, backward, Decision(rule=rule)) for rule in RULES}
    quality = {rule: _average_precision(positive, score) for rule, score in scores.items()}
    rule = max(quality, key=quality.__getitem__)
    rate = float(positive.mean()) if base_rate is None else base_rate
    rows = curve(positive, scores[rule], rate)
    points = operating_points(rows)
    at = {
        name: {"precision": round(p, 3), "recall": round(r, 3)}
        for name in points
        for t, p, r in rows
        if t == points[name]
    }
    return dataclasses.replace(
        plain(old),
        sure=None,  # it was measured under the old temperature
        threshold=points["balanced"],
        rule=rule,
        temperature=temperature,
        operating_points=points,
        data={
            "name": labelled.name,
            "role": labelled.role,
            "sha256": labelled.data_hash,
            "pairs": len(pairs),
            "conflicts": int(positive.sum()),
            "base_rate": round(rate, 4),
            "average_precision": {name: round(value, 4) for name, value in quality.items()},
            "at": at,
        },
    )


def plain(decision: Decision) -> Decision:
    """For scores without evidence: of a decision that weighs it, everything in `WITH_EVIDENCE` is off; others stay as they are."""
    off = Decision()
    return dataclasses.replace(decision, **{name: getattr(off, name) for name in left_out(decision)})


def left_out(decision: Decision) -> list[str]:
    """The settings that `plain` turns off."""
    off = Decision()
    return [name for name in WITH_EVIDENCE if decision.evidence and getattr(decision, name) != getattr(off, name)]


def refuse_test_set(labelled: LabelledSet, *, force: bool = False) -> None:
    """Raises InputError for a set known as a test set, unless `force`."""
    if labelled.role == "test" and not force:
        raise InputError(
            f"{labelled.name}: is a test set, and thresholds fitted on it would make its results worthless; name a development set, "
            "or insist with --force"
        )


def _average_precision(positive: np.ndarray, score: np.ndarray) -> float:
    ranked = metrics.ranking(positive, score, np.ones((1, len(score))))
    return float(ranked["contradiction_average_precision"][0])


def fit_temperature(logits: np.ndarray, truth: np.ndarray, scheme: Scheme = THREE_WAY) -> float:
    """The divisor of the logits (n, 3) with the least log loss on `truth` (n,), from .1 to 10 (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        probabilities = scheme.join(softmax(logits / np.exp(log_temperature)))
        chance = np.maximum(probabilities[np.arange(len(truth)), truth], metrics.SMALLEST)
        return float(-np.log(chance).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.1), np.log(10)), method="bounded", options={"xatol": 1e-6})
    return round(float(np.exp(found.x)), 3)


def curve(positive: np.ndarray, score: np.ndarray, base_rate: float) -> list[tuple[float, float, float]]:
    """(threshold, precision where `base_rate` of the pairs are positive, recall) at every step with at least one flag."""
    rows = []
    for step in STEPS.round(2).tolist():
        recall, alarms = float((score[positive] >= step).mean()), float((score[~positive] >= step).mean())
        if recall or alarms:
            precision = base_rate * recall / (base_rate * recall + (1 - base_rate) * alarms)
            rows.append((step, precision, recall))
    return rows


def operating_points(rows: list[tuple[float, float, float]]) -> dict[str, float]:
    """precise: the lowest threshold with a precision of .9; balanced: the best F1; sensitive: the lowest with .5, at most balanced.

    Where a precision is never reached, the threshold with the highest one. Raises InputError when nothing is ever flagged.
    """
    if not rows:
        raise InputError("the model gives no pair a contradiction score of .01 or more; there is nothing to calibrate")

    def lowest(precision: float) -> float:
        return min((t for t, p, _ in rows if p >= precision), default=max(rows, key=lambda r: (r[1], -r[0]))[0])

    best = max(rows, key=lambda r: (2 * r[1] * r[2] / max(1e-9, r[1] + r[2]), -r[0]))[0]
    return {"precise": max(lowest(PRECISE), best), "balanced": best, "sensitive": min(lowest(SENSITIVE), best)}


def place(checkpoint: Checkpoint, output: str | None, *, force: bool = False) -> Path:
    """Where the decision goes: `output`, else beside the weights.

    Raises InputError for a checkpoint that is no folder of the user's, and when a file is there that is not to be replaced.
    """
    if not output and not Path(checkpoint.name).is_dir():
        raise InputError(f"{checkpoint.name}: is not a folder of yours; name the file to write with --output")
    path = Path(output) if output else checkpoint.path / "decision.json"
    if path.exists() and not force:
        raise InputError(f"{path}: is there already; --force replaces it, --output writes elsewhere")
    return path


def write(decision: Decision, path: Path) -> None:
    """Writes decision.json. Raises InputError when it cannot be written."""
    try:
        path.write_text(json.dumps(dataclasses.asdict(decision), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error
