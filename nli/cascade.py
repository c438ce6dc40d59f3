"""Two checkpoints as one: the small one scores every pair, the large one those of which the small one is not sure.

In real text nearly every pair is plainly neutral, and a small model sees that as well as a large one. What it calls a
contradiction is always looked at again, so that no alarm is its word alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nli import checkpoints
from nli.context import bare
from nli.errors import CheckpointError
from nli.records import CONTRADICTION_COLUMN
from nli.scoring import Prepared, Scorer, ScoreTable


class Cascade(Scorer):
    """The large checkpoint to everyone who asks (its threshold, its rule), with the small one in front.

    `sure` in [0, 1]: the probability from which the small one's label is final, unless it is contradiction.
    """

    def __init__(self, small: Scorer, large: Scorer, sure: float) -> None:
        self.small, self.large, self.sure = small, large, sure
        self.checkpoint, self.engine = large.checkpoint, large.engine

    @classmethod
    def load(
        cls,
        names: Sequence[str],
        *,
        sure: float | None = None,
        **options: Any,
    ) -> Cascade:
        """From the names of two checkpoints, the small one first. `sure`: by default what its decision.json says. `options`: of
        `Scorer`.

        Raises CheckpointError for anything else than two, and when nobody says how sure is sure.
        """
        if len(names) != 2:
            raise CheckpointError(
                f"{','.join(names)}: a cascade has two checkpoints, the small one first, as in fast,default"
            )
        small, large = (Scorer(checkpoints.load(name), **options) for name in names)
        known = small.checkpoint.decision.sure if sure is None else sure
        if known is None:
            raise CheckpointError(
                f"{names[0]}: nothing says how sure it must be to go without {names[1]}; say so with --sure, "
                "a probability such as 0.98"
            )
        return cls(small, large, known)

    @property
    def weights(self) -> str:
        return f"{self.small.weights} {self.large.weights}"

    @property
    def identity(self) -> dict[str, Any]:
        first = {f"first {name}": value for name, value in self.small.identity.items()}
        return {**self.large.identity, **first, "sure": self.sure}

    def prepare(self, pairs: Sequence[tuple[str, str]]) -> Prepared:
        """For the small one; the large one gets its share, as it stands, when that is known."""
        return replace(self.small.prepare(self.for_small(pairs)), pairs=pairs)

    def for_small(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """The pairs as the small one is given them: without the context in brackets, if only the large one was trained with it."""
        if self.small.checkpoint.decision.context or not self.large.checkpoint.decision.context:
            return pairs
        return [(bare(premise), bare(hypothesis)) for premise, hypothesis in pairs]

    def run(self, window: Prepared, progress: Callable[[int], object] | None = None) -> ScoreTable:
        table = self.small.run(window)
        rows = np.flatnonzero(self.unsure(table.probabilities)).tolist()
        if progress and len(rows) < len(table):
            progress(len(table) - len(rows))
        if not rows:
            return table
        second = self.large.run(self.large.prepare([window.pairs[i] for i in rows]), progress)
        table.probabilities[rows] = second.probabilities
        return ScoreTable(table.probabilities, max(table.truncated, second.truncated))

    def unsure(self, probabilities: np.ndarray) -> np.ndarray:
        """Which rows of the small model, shape (n, 3), the large one is asked about: a mask, shape (n,)."""
        mask: np.ndarray = (probabilities.max(axis=-1) < self.sure) | (
            probabilities.argmax(axis=-1) == CONTRADICTION_COLUMN
        )
        return mask
