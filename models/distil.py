"""Soft labels: what a teacher says of every training pair, the same of a contradiction whichever way round it stands."""

from collections.abc import Callable
from pathlib import Path

import mix
import numpy as np
import torch
from tqdm import tqdm

from nli import checkpoints
from nli.records import LABELS
from nli.scoring import Scorer

CONTRADICTION = LABELS.index("contradiction")
SURELY_NOT = 0.05  # below it, a pair is no contradiction the other way round either, and is not scored again


def soft_labels(teacher: Path, examples: list[mix.Example], run: Path, fingerprint: str) -> torch.Tensor:
    """Probabilities, float32, shape (examples, 3), in the order of LABELS; kept in `run` for a continued run of the same
    `fingerprint`. `teacher`: a checkpoint folder, as `nli.checkpoints` loads it."""
    kept = run / "soft_labels.pt"
    if kept.exists():
        saved = torch.load(kept, weights_only=True)
        if saved["fingerprint"] == fingerprint:
            return saved["probabilities"]
    scorer = Scorer(checkpoints.load(str(teacher)))

    def predict(pairs: list[tuple[str, str]]) -> np.ndarray:
        with tqdm(total=len(pairs), desc="teacher", mininterval=10) as bar:
            return scorer.score(pairs, progress=bar.update).probabilities

    forward = predict([(e.premise, e.hypothesis) for e in examples])
    soft = symmetric(forward, lambda rows: predict([(examples[i].hypothesis, examples[i].premise) for i in rows]))
    probabilities = torch.from_numpy(soft.astype(np.float32))
    run.mkdir(parents=True, exist_ok=True)
    torch.save({"fingerprint": fingerprint, "probabilities": probabilities}, kept)
    return probabilities


def symmetric(forward: np.ndarray, backward_of: Callable[[list[int]], np.ndarray]) -> np.ndarray:
    """The mean of p(contradiction) of both directions; entailment and neutral keep their ratio in the forward one.

    `backward_of(rows)` gives the probabilities of those rows swapped.
    """
    open_ = np.flatnonzero(forward[:, CONTRADICTION] > SURELY_NOT)
    joined = forward[:, CONTRADICTION].copy()
    if len(open_):
        joined[open_] = (joined[open_] + backward_of(open_.tolist())[:, CONTRADICTION]) / 2
    rest = forward.copy()
    rest[:, CONTRADICTION] = 0
    rest *= ((1 - joined) / rest.sum(-1).clip(1e-9))[:, None]
    rest[:, CONTRADICTION] = joined
    return rest
