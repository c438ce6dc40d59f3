"""The stages in a row: documents -> claims -> candidates -> screen -> scores -> contradictions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from nli import checkpoints
from nli.both_ways import BothWays
from nli.candidates import MAX_PAIRS, NEIGHBOURS, candidates
from nli.cascade import Cascade
from nli.claims import extract_all, pipeline
from nli.decision import ALARMS, decide
from nli.documents import documents_of, whole
from nli.errors import InputError
from nli.events import Events
from nli.records import CONTRADICTION_COLUMN, Claim, Document, Findings, ScoredPair, Scores
from nli.rules import KINDS
from nli.scoring import Scorer, ScoreTable
from nli.screen import Screen

Progress = Callable[[int, int], object]  # pairs finished now, pairs in all
Report = Callable[[int], object]  # pairs finished now
Pairs = list[tuple[Claim, Claim]]
PRECISIONS = ("float32", "bfloat16", "auto")


class Detector:
    """A loaded checkpoint and everything around it. Make one with `Detector.load()` and keep it: loading takes seconds."""

    def __init__(
        self, scorer: Scorer, *, language: str | None = None, options: Mapping[str, Any] | None = None
    ) -> None:
        """`options`: those of `Scorer` for the screen, the smaller checkpoint that `detect` lets look first."""
        self.scorer = scorer
        self.language = language
        self._options = dict(options or {})

    @cached_property
    def screen(self) -> Screen | None:
        """What looks first at the pairs of claims, loaded when first needed; a cascade has a first look of its own."""
        if isinstance(self.scorer.one_way, Cascade):
            return None
        return Screen.load(self.scorer.checkpoint.decision, **self._options)

    @classmethod
    def load(
        cls,
        model: str | None = None,
        *,
        cascade: Sequence[str] | None = None,
        sure: float | None = None,
        labels: Sequence[str] | None = None,
        language: str | None = None,
        threads: int | None = None,
        precision: str = "float32",
        runtime: str = "onnxruntime",
        both_ways: bool = False,
    ) -> Detector:
        """The shipped checkpoint, or the one called `model`: default, fast, a folder, or `org/name@revision`, which downloads.

        `cascade` instead of `model`: a small checkpoint and a large one, which scores what the small one calls a contradiction or
        gives less than the probability `sure` in [0, 1] (default: that of its decision.json). `labels` names the outputs in order
        when the config does not; `language` is a spaCy pipeline for English, loaded by the first `detect`; `threads` are of the CPU
        (default: all cores); `precision` of a torch checkpoint is float32, bfloat16 or auto (what is faster here); `runtime` of an
        ONNX one is onnxruntime or openvino (an extra; starts later, often faster). With `both_ways`, `score` gives pairs the
        contradiction of both directions, in twice the time, without the evidence that `detect` adds to it.
        Raises CheckpointError, InputError for options that do not exist or go together, DependencyError without openvino.
        """
        if precision not in PRECISIONS:
            raise InputError(f"precision {precision!r}: expected one of {', '.join(PRECISIONS)}")
        if cascade and (model or labels):
            raise InputError(f"cascade {','.join(cascade)} names both models; leave out model and labels")
        if sure is not None and not (cascade and 0 <= sure <= 1):
            raise InputError(f"sure {sure!r}: expected a probability from 0 to 1, and a cascade of two models")
        if threads is not None and threads < 1:
            raise InputError(f"threads {threads!r}: expected a number from 1 on, or None for all cores")
        options: dict[str, Any] = {"threads": threads, "precision": precision, "runtime": runtime}
        scorer: Scorer = (
            Cascade.load(cascade, sure=sure, **options)
            if cascade
            else Scorer(checkpoints.load(model, labels=labels), **options)
        )
        return cls(BothWays(scorer) if both_ways else scorer, language=language, options=options)

    def score(self, pairs: Iterable[tuple[str, str]]) -> list[Scores]:
        """One `Scores` for each pair (premise, hypothesis), in order: probabilities in [0, 1] that add up to 1. What is longer than
        the model takes (the shipped ones: 256 tokens a pair) is cut. Raises InputError for anything but two texts that are not empty."""
        checked = []
        for number, pair in enumerate(pairs):
            texts = tuple(pair) if isinstance(pair, (tuple, list)) else ()
            if len(texts) != 2 or not all(isinstance(text, str) and text.strip() for text in texts):
                raise InputError(f"pair {number}: expected two texts that are not empty, found {pair!r:.100}")
            if not all(map(whole, texts)):
                raise InputError(f"pair {number}: has half of a surrogate pair, which is no character: {pair!r:.100}")
            checked.append((texts[0], texts[1]))
        return list(self.scorer.score(checked))

    def detect(
        self,
        documents: str | Document | Iterable[str | Document],
        *,
        threshold: float | str | None = None,
        max_pairs: int = MAX_PAIRS,
        neighbours: int = NEIGHBOURS,
        across: str = "all",
        kinds: Collection[str] = ALARMS,
        every: bool = False,
        screen: bool = True,
        progress: Progress | None = None,
    ) -> Findings:
        """The contradictions within and between documents, best first.

        `threshold` in [0, 1], or the name of one of the checkpoint's operating points (precise, balanced, sensitive), replaces its
        own. Above `max_pairs` pairs of claims, only each claim's nearest `neighbours` are scored. `across`: all, documents or
        speakers (pairs of different ones only). `kinds`: the verdicts to report, of contradiction, tension and update. `every`:
        also the pairs that a stronger one of the same claim outdoes, and the weaker ones of one speaker or of two events. Without `screen`, the
        checkpoint reads every pair itself, also those in which the smaller one sees no conflict: several times as long. A bare
        string is the text of one document, called "text" (several: "text 1", "text 2", ...). `progress(finished now, in all)`
        counts pairs. Raises InputError; DependencyError when the spaCy pipeline is missing.
        """
        if isinstance(kinds, str) or not isinstance(kinds, Collection):
            raise InputError(f"kinds {kinds!r}: expected a list with some of {', '.join(KINDS)}")
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise InputError(f"kind {unknown[0]!r}: expected some of {', '.join(KINDS)}")
        named = documents_of(documents)
        decision = self.scorer.checkpoint.decision
        limit = decision.limit(threshold)
        claims, dropped = extract_all(named, language=pipeline(self.language), context=decision.context)
        chosen = candidates(claims, max_pairs=max_pairs, neighbours=neighbours, across=across)
        asked = [(claims[i], claims[j]) for i, j in chosen.pairs]
        report = (lambda n: progress(n, len(asked))) if progress else None
        read, looks = _first_look(asked, self.screen if screen else None, report)
        scored, truncated = self._both_directions(read, looks, limit, report)
        if every:
            decision = dataclasses.replace(decision, same_speaker=0.0, other_event=0.0, rival_share=0.0)
        decided = decide(scored, decision, limit, kinds, events=Events(named, claims))
        counts = {
            "documents": len(named),
            "claims": len(claims),
            "dropped": dropped,
            "pairs": len(chosen.pairs),
            "pruned": chosen.pruned,
            "screened": len(asked) - len(read),
            "truncated": truncated,
            "compatible": decided.compatible,
            "unasked": decided.unasked,
            "one_speaker": decided.one_speaker,
            "other_event": decided.other_event,
            "outdone": decided.outdone,
        }
        return Findings(decided.found, claims, counts, named)

    def _both_directions(
        self, asked: Pairs, looks: list[float | None], threshold: float, report: Report | None
    ) -> tuple[list[ScoredPair], int]:
        """Scores a -> b for all pairs, then b -> a for those that can still reach the threshold; the others are decided."""
        scorer = self.scorer.one_way
        decision = scorer.checkpoint.decision
        forward = scorer.score([(a.text, b.text) for a, b in asked], progress=report)
        contradiction = forward.probabilities[:, CONTRADICTION_COLUMN]
        open_ = [k for k, p in enumerate(contradiction.tolist()) if decision.can_reach(p, threshold)]
        backward: ScoreTable = scorer.score([(asked[k][1].text, asked[k][0].text) for k in open_])
        both = zip(open_, np.asarray(forward.probabilities)[open_].tolist(), backward, strict=True)
        scored = [ScoredPair(*asked[k], Scores(*first), second, looks[k]) for k, first, second in both]
        return scored, forward.truncated


def _first_look(asked: Pairs, screen: Screen | None, report: Report | None) -> tuple[Pairs, list[float | None]]:
    """The pairs in which the screen sees what may be a conflict, and what it gives them; without one, all."""
    if screen is None:
        return asked, [None] * len(asked)
    looks = screen.look(asked, report)
    passed = np.flatnonzero(looks >= screen.below).tolist()
    return [asked[k] for k in passed], looks[passed].tolist()
