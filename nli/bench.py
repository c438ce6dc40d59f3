"""Our engine next to other ways to run the same checkpoint on the same pairs, and next to what the machine could do: `nli bench`.

All are measured in alternating rounds over the same slices of the pairs, in an order that rotates, so that a machine that drifts
hurts all alike; a ratio is the median over the rounds. Beside it: how many of the rows get the label that float32 gives them, what
share of the machine's int8 products we reach, and how long a whole process takes from its start to its first scored row.
"""

from __future__ import annotations

import itertools
import json
import logging
import statistics
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from nli import checkpoints
from nli.checkpoints import weights_hash
from nli.dequantise import dequantise, int8_products
from nli.engines import cores
from nli.errors import CheckpointError, InputError, first_line
from nli.machine import first_line_after, int8_product, processor, timed
from nli.measured import AGREEMENT, START_PAIRS, Benchmark, Rate, Result, Start
from nli.peers import PEERS, Pairs, Score, Setup
from nli.records import LABELS
from nli.scoring import Scorer

ROUNDS = 8  # at most: each has a batch of the peers' or more
BATCH = 32
STARTS = 5
LIBRARIES = (
    "claim-nli",
    "onnxruntime",
    "openvino",
    "optimum-onnx",
    "sentence-transformers",
    "tokenizers",
    "torch",
    "transformers",
)
FIRST_ROW = """
import json, sys
import torch
from sentence_transformers import CrossEncoder
torch.set_num_threads(int(sys.argv[4]) or torch.get_num_threads())
pairs = [(row["premise"], row["hypothesis"]) for row in map(json.loads, open(sys.argv[2], encoding="utf-8"))]
for scores in CrossEncoder(sys.argv[1], device=sys.argv[3]).predict(pairs):
    print(scores.tolist())
"""
OURS = "nli"


def compare(
    scorer: Scorer,
    pairs: Pairs,
    *,
    data: str = "memory",
    float_model: str | None = None,
    peers: Sequence[str] = tuple(PEERS),
    peer_rows: int | None = None,
    threads: int | None = None,
    starts: int = STARTS,
    progress: Callable[[int, int], object] | None = None,
) -> Benchmark:
    """Measures the scorer on all `pairs` (which `data` names), and the `peers` of `PEERS` on about `peer_rows` of them (default: all).

    The peers run `float_model`, by default the scorer's own weights in float32. `progress`: pairs finished now, pairs in all.
    Raises InputError for no pairs or unknown peers, CheckpointError for weights that cannot be had in float32.
    """
    if unknown := sorted(set(peers) - set(PEERS)):
        raise InputError(f"no peer {unknown[0]!r}; expected some of {', '.join(PEERS)}")
    pairs = list(dict.fromkeys(pairs))  # our scorer computes equal pairs once, the others do not
    if not pairs:
        raise InputError("no pairs to measure with")
    products = int8_products(scorer.checkpoint)
    with tempfile.TemporaryDirectory() as folder:
        setup = _setup(scorer, float_model, Path(folder), threads)
        scores, reasons = _load(peers, setup, pairs)
        rounds = _Rounds({OURS: lambda some: scorer.score(some).probabilities, **scores}, progress)
        machine = rounds.run(_slices(pairs, peer_rows or len(pairs)), int8_product(threads) if products else None)
        start = Start(not_run="it is compared with cross-encoder, which was not run")
        if "cross-encoder" in scores:
            start = _starts(scorer, setup, pairs[:START_PAIRS], starts)
    exact = next((name for name in scores if PEERS[name].exact), None)
    results = {name: rounds.result(name, exact) for name in (OURS, *scores)}
    results |= {
        name: Result(PEERS[name].title, target=PEERS[name].target, not_run=why) for name, why in reasons.items()
    }
    tokens = sum(len(encoded.ids) for encoded in scorer.engine.encode(pairs))
    counts = {"data": data, "rows": len(pairs), "peer_rows": rounds.shared, "tokens": tokens}
    reached = 2.0 * products * tokens / rounds.total
    return Benchmark(
        counts | _about(scorer, float_model, threads),
        results[OURS],
        {name: results[name] for name in peers},
        Rate(reached, machine, reached / machine) if machine else None,
        start,
    )


def _setup(scorer: Scorer, float_model: str | None, scratch: Path, threads: int | None) -> Setup:
    """The weights in float32: those named, the checkpoint's own, or its int8 ones dequantised into `scratch`."""
    own = scorer.checkpoint
    if float_model:
        own = checkpoints.load(float_model)
    elif own.onnx:
        dequantise(own, scratch / "float")
        own = checkpoints.load(str(scratch / "float"))
    if own.onnx:
        raise CheckpointError(f"{own.name}: holds no float32 weights (model.safetensors)")
    device = getattr(scorer.engine, "device", "cpu")
    return Setup(
        own,
        scorer.checkpoint,
        scratch,
        scorer.checkpoint.max_length,
        scorer.checkpoint.decision.temperature,
        threads,
        device,
    )


def _load(names: Sequence[str], setup: Setup, pairs: Pairs) -> tuple[dict[str, Score], dict[str, str]]:
    """The peers that load and score the first of the pairs, and why the others do not."""
    if setup.threads:
        import torch

        torch.set_num_threads(setup.threads)
    loaded: dict[str, Score] = {}
    reasons: dict[str, str] = {}
    for name in names:
        with _quietly():
            try:
                score = PEERS[name].load(setup)
                score(pairs[:BATCH])
                loaded[name] = score
            except Exception as error:  # a library of others, which is missing or broken in its own way
                reasons[name] = first_line(error)
    return loaded, reasons


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the warnings and progress bars of other libraries."""
    from transformers.utils import logging as bars

    bars.disable_progress_bar()
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.disable(before)


def _slices(pairs: Pairs, peer_rows: int) -> list[tuple[Pairs, Pairs]]:
    """The pairs in their order, cut into rounds: those that all score, and the rest that only our engine does."""
    peer_rows = min(peer_rows, len(pairs))
    rounds = max(1, min(ROUNDS, peer_rows // BATCH))
    bounds = np.linspace(0, len(pairs), rounds + 1).astype(int).tolist()
    size = -(-peer_rows // rounds)
    return [(pairs[a : min(b, a + size)], pairs[a + size : b]) for a, b in itertools.pairwise(bounds)]


class _Rounds:
    """Seconds and probabilities of every contestant in every round; `total` seconds that ours took for all `rows`."""

    def __init__(self, scores: Mapping[str, Score], progress: Callable[[int, int], object] | None) -> None:
        self.scores, self.progress = scores, progress
        self.seconds: dict[str, list[float]] = {name: [] for name in scores}
        self.found: dict[str, list[np.ndarray]] = {name: [] for name in scores}
        self.total, self.rows, self.shared = 0.0, 0, 0

    def run(self, slices: Sequence[tuple[Pairs, Pairs]], product: Callable[[], float] | None) -> float:
        """All rounds; returns the best operations a second of `product`, which is measured once a round, or 0."""
        names, best = list(self.scores), 0.0
        count = sum(len(shared) * len(names) + len(rest) for shared, rest in slices)
        for turn, (shared, rest) in enumerate(slices):
            self.rows += len(shared) + len(rest)
            self.shared += len(shared)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                self.scores[name](shared[:4])  # wakes its threads, while those of the one before go to sleep
                seconds, probabilities = timed(partial(self.scores[name], shared))
                self.seconds[name].append(seconds)
                self.found[name].append(probabilities)
                self._report(len(shared), count)
            self.total += self.seconds[OURS][-1] + (timed(partial(self.scores[OURS], rest))[0] if rest else 0.0)
            self._report(len(rest), count)
            best = max(best, product() if product else 0.0)
        return best

    def _report(self, finished: int, count: int) -> None:
        if self.progress:
            self.progress(finished, count)

    def result(self, name: str, exact: str | None) -> Result:
        found = np.concatenate(self.found[name])
        agreement = difference = None
        if exact:
            truth = np.concatenate(self.found[exact])
            agreement = float((found.argmax(axis=1) == truth.argmax(axis=1)).mean())
            difference = float(np.abs(found - truth).max())
        if name == OURS:
            return Result("nli, this engine", self.rows / self.total, agreement=agreement, difference=difference)
        ratios = [its / ours for its, ours in zip(self.seconds[name], self.seconds[OURS], strict=True)]
        speed, middle, peer = self.shared / sum(self.seconds[name]), statistics.median(ratios), PEERS[name]
        return Result(peer.title, speed, middle, min(ratios), max(ratios), peer.target, agreement, difference)


def _starts(scorer: Scorer, setup: Setup, pairs: Pairs, times: int) -> Start:
    """Whole processes in turns: `nli score`, and the least script that has a CrossEncoder score the same file."""
    file, model = setup.scratch / "pairs.jsonl", scorer.checkpoint
    rows = (json.dumps({"premise": premise, "hypothesis": hypothesis}) + "\n" for premise, hypothesis in pairs)
    file.write_text("".join(rows), encoding="utf-8")
    labels = ",".join(LABELS[model.columns.index(column)] for column in sorted(model.columns))
    limit = ["--threads", str(setup.threads)] if setup.threads else []
    limit += ["--runtime", "openvino"] if scorer.engine.precision == "openvino" else []
    ours = ["-m", "nli", "score", str(file), "-", "--model", str(model.path), "--labels", labels, *limit]
    peer = ["-c", FIRST_ROW, str(setup.checkpoint.path), str(file), setup.device, str(setup.threads or 0)]
    try:
        seconds = [(first_line_after(ours), first_line_after(peer)) for _ in range(times)]
    except OSError as error:
        return Start(not_run=first_line(error))
    mine, its = (statistics.median(column) for column in zip(*seconds, strict=True))
    return Start(mine, its, mine / its)


def _about(scorer: Scorer, float_model: str | None, threads: int | None) -> dict[str, Any]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "model": scorer.checkpoint.name,
        "model_hash": weights_hash(scorer.checkpoint.path),
        "float": float_model or "the same weights",
        "agreement_target": AGREEMENT,
        "processor": processor(),
        "threads": threads or cores(),
        "versions": found,
    }
