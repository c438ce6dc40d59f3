"""Candidate pairs -> those worth the checkpoint's time: a smaller one looks first at every pair of claims.

In real text nearly every pair is compatible, and of most of them a small model is sure enough, in a fraction of the time. It only
lets pairs through; their scores are the large one's alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nli import checkpoints
from nli.decision import Decision
from nli.errors import CheckpointError
from nli.records import CONTRADICTION_COLUMN, Claim
from nli.scoring import Scorer

AT_ONCE = 256  # pairs between two words to the progress bar


class Screen:
    """A small checkpoint and the P(contradiction) in [0, 1] below which a pair goes no further."""

    def __init__(self, scorer: Scorer, below: float) -> None:
        self.scorer, self.below = scorer, below

    @classmethod
    def load(cls, decision: Decision, **options: Any) -> Screen | None:
        """The screen that a checkpoint's decision names, a shipped one or a folder; None when it names none. `options`: of `Scorer`.

        Raises CheckpointError for a folder that cannot be used and for any other name: nothing is downloaded.
        """
        if not decision.screen:
            return None
        shipped = checkpoints.shipped()
        path = shipped.get(decision.screen, Path(decision.screen))
        if not path.is_dir():
            raise CheckpointError(
                f"{decision.screen}: no such folder, and not one of the shipped checkpoints ({', '.join(sorted(shipped)) or 'none'}); "
                "the screen in decision.json must be one of these, or detect go without (--no-screen)"
            )
        return cls(Scorer(checkpoints.load(str(path)), **options), decision.screen_below)

    def look(self, pairs: Sequence[tuple[Claim, Claim]], progress: Callable[[int], object] | None = None) -> np.ndarray:
        """P(contradiction) of each pair, first to second, shape (pairs,). `progress` receives counts of pairs that go no further."""
        found = np.zeros(len(pairs))
        for start in range(0, len(pairs), AT_ONCE):
            texts = [(self._text(a), self._text(b)) for a, b in pairs[start : start + AT_ONCE]]
            scores = self.scorer.score(texts).probabilities[:, CONTRADICTION_COLUMN]
            found[start : start + AT_ONCE] = scores
            if progress:
                progress(int((scores < self.below).sum()))
        return found

    def _text(self, claim: Claim) -> str:
        """With the context that it leans on, if this checkpoint was trained with it."""
        return claim.text if self.scorer.checkpoint.decision.context else claim.statement
