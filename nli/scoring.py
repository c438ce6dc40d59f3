"""Pairs -> probabilities by label name: batches by length, the input order restored, truncation counted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from nli.checkpoints import Checkpoint, weights_hash
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


@dataclass(frozen=True)
class Prepared:
    """Pairs ready for the model: each distinct one once, tokenised; `index[i]` is the place of `pairs[i]` among them."""

    pairs: Sequence[tuple[str, str]]
    encoded: list[Encoded]
    index: np.ndarray


class Scorer:
    """A loaded checkpoint. Probe pairs check once that its declared label order is the real one."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        engine: Engine | None = None,
        *,
        threads: int | None = None,
        precision: str = "float32",
        runtime: str = "onnxruntime",
    ) -> None:
        self.checkpoint = checkpoint
        self.engine = engine or open_engine(checkpoint, threads=threads, precision=precision, runtime=runtime)
        self._check_label_order()

    @property
    def one_way(self) -> Scorer:
        """What scores premise -> hypothesis alone."""
        return self

    @property
    def weights(self) -> str:
        """SHA-256 of what it computes with."""
        return weights_hash(self.checkpoint.path)

    @property
    def identity(self) -> dict[str, Any]:
        """All that the scores depend on, besides the pairs; for people to read."""
        return {
            "weights sha256": self.weights,
            "label columns": list(self.checkpoint.columns),
            "longest pair": self.checkpoint.max_length,
            "temperature": self.checkpoint.decision.temperature,
            "arithmetic": self.engine.arithmetic,
        }

    def score(self, pairs: Sequence[tuple[str, str]], *, progress: Callable[[int], object] | None = None) -> ScoreTable:
        """Scores pairs of (premise, hypothesis) in windows of bounded memory. `progress` receives counts of finished pairs."""
        windows = [pairs[start : start + WINDOW] for start in range(0, len(pairs), WINDOW)]
        tables = [self.run(self.prepare(window), progress) for window in windows]
        if not tables:
            return ScoreTable(np.zeros((0, 3)), 0)
        return ScoreTable(np.concatenate([t.probabilities for t in tables]), sum(t.truncated for t in tables))

    def prepare(self, pairs: Sequence[tuple[str, str]]) -> Prepared:
        """Tokenises one window of pairs, equal ones once; a thread of its own may do so while the model runs."""
        unique: dict[tuple[str, str], int] = {}
        index = np.array([unique.setdefault(pair, len(unique)) for pair in pairs])
        return Prepared(pairs, self.engine.encode(list(unique)), index)

    def run(self, window: Prepared, progress: Callable[[int], object] | None = None) -> ScoreTable:
        """The model on one window: batches of like length, several at once where the engine has workers."""
        encoded, repeats = window.encoded, np.bincount(window.index, minlength=len(window.encoded))
        logits = np.zeros((len(encoded), 3))
        batches = list(_batches([len(e.ids) for e in encoded]))
        pool = ThreadPoolExecutor(self.engine.workers)
        try:
            results = pool.map(lambda rows: self._logits([encoded[i] for i in rows]), batches)
            for rows, result in zip(batches, results, strict=True):
                logits[rows] = result
                if progress:
                    progress(int(repeats[rows].sum()))
        finally:
            pool.shutdown(cancel_futures=True)  # Ctrl-C waits for the batches that run, not for the window
        probabilities = softmax(logits / self.checkpoint.decision.temperature)
        truncated = np.array([e.truncated for e in encoded])
        return ScoreTable(probabilities[window.index], int(truncated[window.index].sum()))

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
