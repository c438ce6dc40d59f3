"""Pairs in both directions: two claims contradict each other or they do not, whichever comes first.

A model reads a pair from left to right and is not quite of one mind the other way round. `nli detect` always asks it both ways;
for files of pairs it costs twice the time, and is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nli.records import CONTRADICTION_COLUMN
from nli.scoring import Prepared, Scorer, ScoreTable


class BothWays(Scorer):
    """A scorer that also scores every pair swapped. P(contradiction) joins both by the checkpoint's rule, so that it does not change
    with the order of the texts; entailment has a direction, so it and neutral share the rest as they do premise -> hypothesis.

    Pairs of a window that are each other swapped are scored once.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._one_way = scorer
        self.checkpoint, self.engine = scorer.checkpoint, scorer.engine

    @property
    def one_way(self) -> Scorer:
        return self._one_way

    @property
    def weights(self) -> str:
        return self.one_way.weights

    @property
    def identity(self) -> dict[str, Any]:
        return {**self.one_way.identity, "both ways": self.checkpoint.decision.rule}

    def prepare(self, pairs: Sequence[tuple[str, str]]) -> Prepared:
        """The pairs, and behind them the same pairs swapped."""
        return self.one_way.prepare([*pairs, *((hypothesis, premise) for premise, hypothesis in pairs)])

    def run(self, window: Prepared, progress: Callable[[int], object] | None = None) -> ScoreTable:
        there_and_back = self.one_way.run(window, _halves(progress) if progress else None)
        forward, backward = np.split(there_and_back.probabilities, 2)
        return ScoreTable(self._joined(forward, backward), there_and_back.truncated // 2)

    def _joined(self, forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
        """Probabilities of both directions, shape (n, 3) each -> of the pairs, shape (n, 3)."""
        columns = forward[:, CONTRADICTION_COLUMN].tolist(), backward[:, CONTRADICTION_COLUMN].tolist()
        contradiction = np.array([self.checkpoint.decision.combine(*both) for both in zip(*columns, strict=True)])
        joined: np.ndarray = (
            forward * ((1 - contradiction) / (1 - forward[:, CONTRADICTION_COLUMN]).clip(1e-9))[:, None]
        )
        joined[:, CONTRADICTION_COLUMN] = contradiction
        return joined


def _halves(progress: Callable[[int], object]) -> Callable[[int], object]:
    """Tells of pairs, given counts of directions: every other one finishes a pair."""
    directions = 0

    def advance(finished: int) -> None:
        nonlocal directions
        before, directions = directions, directions + finished
        progress(directions // 2 - before // 2)

    return advance
