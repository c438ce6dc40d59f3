"""Pairs -> probabilities by label name: batches by length, the input order restored, truncation counted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nli.checkpoints import Checkpoint
from nli.engines import Encoded, Engine, open_engine
from nli.errors import CheckpointError
from nli.records import LABELS, Scores

BATCH_TOKENS = 1024  # padded tokens a batch: larger ones fall out of the cache and are slower on a CPU
WINDOW = 16_384  # pairs tokenised and sorted together, so that memory stays bounded
# Pairs that any NLI model gets right. They are to notice heads declared in the wrong order, not to grade.
PROBES = (
    ("The two ministers met in Geneva on Monday.", "The ministers had a meeting in Geneva.", "entailment"),
    ("A man is playing a guitar on the stage.", "A man is playing an instrument.", "entailment"),
    ("The company opened a factory in Poland.", "The company's director likes to play tennis.", "neutral"),
    ("A woman is reading a newspaper on a bench.", "The woman is waiting for her sister.", "neutral"),
    ("Nobody was injured in the fire.", "Twelve people were injured in the fire.", "contradiction"),
    ("The museum is open on Sundays.", "The museum is closed on Sundays.", "contradiction"),
)


@dataclass(frozen=True)
class ScoreTable:
    """Probabilities, shape (pairs, 3), columns in the order of `LABELS`, rows in input order; and how many pairs were cut."""

    probabilities: np.ndarray
    truncated: int

    def __iter__(self) -> Iterator[Scores]:
        return (Scores(*row) for row in self.probabilities.tolist())

    def __len__(self) -> int:
        return len(self.probabilities)


class Scorer:
    """A loaded checkpoint. Probe pairs check once that its declared label order is the real one."""

    def __init__(self, checkpoint: Checkpoint, engine: Engine | None = None, *, threads: int | None = None) -> None:
        self.checkpoint = checkpoint
        self.engine = engine or open_engine(checkpoint, threads=threads)
        self._check_label_order()

    def score(self, pairs: Sequence[tuple[str, str]], *, progress: Callable[[int], object] | None = None) -> ScoreTable:
        """Scores pairs of (premise, hypothesis); equal pairs are computed once. `progress` receives counts of finished pairs."""
        unique: dict[tuple[str, str], int] = {}
        index = [unique.setdefault(pair, len(unique)) for pair in pairs]
        distinct, repeats = list(unique), np.bincount(index, minlength=len(unique))
        logits = np.zeros((len(distinct), 3))
        truncated = np.zeros(len(distinct), dtype=bool)
        for start in range(0, len(distinct), WINDOW):
            encoded = self.engine.encode(distinct[start : start + WINDOW])
            truncated[start : start + WINDOW] = [e.truncated for e in encoded]
            for batch in _batches([len(e.ids) for e in encoded]):
                rows = np.array(batch) + start
                logits[rows] = self._logits([encoded[i] for i in batch])
                if progress:
                    progress(int(repeats[rows].sum()))
        probabilities = softmax(logits / self.checkpoint.decision.temperature)
        return ScoreTable(
            probabilities[index] if index else np.zeros((0, 3)), int(truncated[index].sum()) if index else 0
        )

    def _logits(self, batch: list[Encoded]) -> np.ndarray:
        """In the order of `LABELS`."""
        logits = self.engine.logits(batch)
        if logits.ndim != 2 or logits.shape[1] != 3:
            raise CheckpointError(f"{self.checkpoint.name}: gives {logits.shape[-1]} outputs a pair, expected 3")
        if not np.isfinite(logits).all():
            raise CheckpointError(
                f"{self.checkpoint.name}: gives outputs that are not numbers; the weights are damaged"
            )
        return logits[:, list(self.checkpoint.columns)]

    def _check_label_order(self) -> None:
        """Raises CheckpointError when another order of the labels explains the probe pairs far better than the declared one."""
        table = self.score([(premise, hypothesis) for premise, hypothesis, _ in PROBES])
        log_p = np.log(table.probabilities + 1e-6)
        truth = [LABELS.index(label) for _, _, label in PROBES]
        fit = {
            order: float(np.mean([log_p[i, order[t]] for i, t in enumerate(truth)]))
            for order in itertools.permutations(range(3))
        }
        best = max(fit, key=fit.__getitem__)
        if fit[best] > fit[0, 1, 2] + 1.0:
            by_column = sorted((column, LABELS[best.index(k)]) for k, column in enumerate(self.checkpoint.columns))
            raise CheckpointError(
                f"{self.checkpoint.name}: the labels seem to be declared in the wrong order (probe pairs disagree); "
                f"try --labels {','.join(name for _, name in by_column)}"
            )


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices from the longest pair to the shortest, cut so that a padded batch holds at most `BATCH_TOKENS` tokens."""
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        size = max(1, BATCH_TOKENS // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: np.ndarray = shifted / shifted.sum(axis=-1, keepdims=True)
    return result
