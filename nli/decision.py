"""Scored pairs -> contradictions: rule, evidence and threshold come from the checkpoint's decision.json, not from here."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from numbers import Real
from pathlib import Path
from typing import NamedTuple

from nli import disputes
from nli.errors import CheckpointError, InputError
from nli.events import Events
from nli.evidence import BIAS, FEATURES, weighed
from nli.records import Claim, Contradiction, ScoredPair, same_voice
from nli.rules import COMPATIBLE, CONTRADICTION, NEGATION, TENSION, Rule, verdict
from nli.rules import RULES as REASONS

RULES = ("mean", "min", "max")
ALARMS = (CONTRADICTION, TENSION)  # the kinds reported unless the user says otherwise


@dataclass(frozen=True)
class Decision:
    """How two directions become one score, and from which score on a pair is reported.

    `temperature` divides the logits; `operating_points` are named thresholds; `data` says on which rows they were chosen.
    `evidence`: what weighs on the score of two claims besides (`nli.evidence`), nothing when empty. `ask_back`: the P(contradiction)
    of the first direction from which the other one is asked at all; a threshold below it asks from there on.
    Some pairs need more than the threshold. `same_speaker`: the score that two claims of one speaker in one document need, since
    people seldom contradict themselves within a few lines. `other_event`: that of two claims of documents on different events
    (`nli.events`), which seldom concern each other. `rival_share`: a pair is outdone when a claim of it has a rival pair of the
    same kind so strong that this one scores less than that share of it. All three are off at 0. `context`: the model was
    trained on claims with the context that they lean on, and is given it; others are given the statement alone. `sure`: the
    probability from which, as the first of a cascade, its word is final; None: nobody measured it. `screen`: the
    smaller checkpoint that looks first at the pairs of claims of documents (`nli.screen`), empty for none, and `screen_below` the
    P(contradiction) that a pair needs of it to be scored at all.
    """

    threshold: float = 0.5
    rule: str = "mean"
    temperature: float = 1.0
    ask_back: float = 0.0
    evidence: dict[str, float] = field(default_factory=dict)
    same_speaker: float = 0.0
    other_event: float = 0.0
    rival_share: float = 0.0
    context: bool = False
    sure: float | None = None
    screen: str = ""
    screen_below: float = 0.0
    operating_points: dict[str, float] = field(default_factory=dict)
    data: dict[str, object] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Decision:
        """From `decision.json` in a checkpoint folder; the defaults when there is none. Raises CheckpointError when broken."""
        path = folder / "decision.json"
        if not path.exists():
            return cls()
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            decision = cls(**{k: v for k, v in values.items() if k in cls.__dataclass_fields__})
            sound = decision._sound()
        except (ValueError, TypeError, AttributeError) as error:
            raise CheckpointError(
                f"{path}: {error}; expected an object with threshold, rule and temperature"
            ) from error
        if not sound:
            raise CheckpointError(
                f"{path}: rule must be one of {', '.join(RULES)}, threshold and shares in 0..1, temperature above 0, "
                f"evidence numbers for some of {', '.join((*FEATURES, BIAS))}, operating_points an object of names with numbers in 0..1, "
                "context true or false, screen a name"
            )
        return decision

    def _sound(self) -> bool:
        """Whether all values are such as a decision has. Raises TypeError or AttributeError for some of other types."""
        names = ("threshold", "ask_back", "same_speaker", "other_event", "rival_share", "screen_below")
        shares = [getattr(self, name) for name in names] + [self.sure or 0.0]
        return (
            self.rule in RULES
            and all(0 <= share <= 1 for share in shares)
            and self.temperature > 0
            and all(map(math.isfinite, self.evidence.values()))
            and self.evidence.keys() <= {*FEATURES, BIAS}
            and isinstance(self.operating_points, dict)
            and all(isinstance(point, Real) and 0 <= point <= 1 for point in self.operating_points.values())
            and isinstance(self.context, bool)
            and isinstance(self.screen, str)
        )

    def limit(self, threshold: float | str | None) -> float:
        """The score from which a pair is reported: a number in [0, 1], the name of an operating point, or None for the own threshold.

        Raises InputError for anything else.
        """
        if isinstance(threshold, str):
            if threshold not in self.operating_points:
                known = ", ".join(f"{name} ({value})" for name, value in self.operating_points.items())
                raise InputError(
                    f"operating point {threshold!r}: the checkpoint has {known or 'none; nli calibrate chooses them'}"
                )
            return self.operating_points[threshold]
        limit = self.threshold if threshold is None else threshold
        if not isinstance(limit, Real) or not 0 <= limit <= 1:
            raise InputError(f"threshold {limit!r}: expected a number from 0 to 1")
        return limit

    def combine(self, forward: float, backward: float) -> float:
        """One contradiction score from both directions: contradiction is symmetric, models are not quite."""
        if self.rule == "mean":
            return (forward + backward) / 2
        return min(forward, backward) if self.rule == "min" else max(forward, backward)

    def score(self, pair: ScoredPair) -> float:
        """How likely two claims conflict, in [0, 1]: both directions, and the evidence."""
        combined = self.combine(pair.forward.contradiction, pair.backward.contradiction)
        return weighed(combined, pair.a, pair.b, self.evidence)

    def can_reach(self, forward: float, threshold: float) -> bool:
        """Whether the other direction of a pair is worth asking; saves scoring it when not. Without evidence: whether the pair could
        still reach `threshold`, whatever the other direction says. Evidence may raise any score, so that with it the other direction
        is asked from `ask_back` on, or from a lower `threshold` on."""
        asked = forward >= min(self.ask_back, threshold)
        return asked and (bool(self.evidence) or self.combine(forward, 1.0) >= threshold)


class Decided(NamedTuple):
    """The contradictions reported, best first, and how many more pairs over the threshold were not, by why."""

    found: list[Contradiction]
    compatible: int
    unasked: int
    one_speaker: int
    other_event: int
    outdone: int


def decide(
    pairs: Iterable[ScoredPair],
    decision: Decision,
    threshold: float,
    kinds: Collection[str] = ALARMS,
    *,
    reasons: Sequence[Rule] = REASONS,
    events: Events | None = None,
) -> Decided:
    """The pairs that are reported, best first, ties in document order; of each dispute its strongest (`Decision`).

    `reasons`: the rules that look for why both claims may be true; with none, the score alone decides the kind. `events`: what the
    documents are about; without it, all are about one event.
    """
    reached = []
    for pair in pairs:
        score = decision.score(pair)
        if score >= threshold and decision.can_reach(pair.forward.contradiction, threshold):
            reached.append(_judged(pair, score, reasons))
    possible = [c for c in reached if c.kind != COMPATIBLE]
    asked = [c for c in possible if c.kind in kinds]
    apart = [c for c in asked if c.score >= decision.same_speaker or not _same_speaker(c.a, c.b)]
    told = [c for c in apart if c.score >= decision.other_event or not (events and events.differ(c.a, c.b))]
    found = _strongest(told, decision.rival_share)
    found.sort(key=lambda c: (-c.score, c.a.document, c.a.start, c.b.document, c.b.start))
    left = [len(stage) for stage in (reached, possible, asked, apart, told, found)]
    return Decided(disputes.number(found), *(before - after for before, after in itertools.pairwise(left)))


def _strongest(told: Sequence[Contradiction], share: float) -> list[Contradiction]:
    """Those that no rival outdoes: no pair of the same kind with one of their claims of which they score less than `share`."""
    # By kind: a tension is another matter than the contradictions of the same claim.
    best: dict[tuple[Claim, str], float] = {}
    for c in told:
        for claim in (c.a, c.b):
            best[claim, c.kind] = max(c.score, best.get((claim, c.kind), 0.0))
    return [c for c in told if c.score >= share * max(best[c.a, c.kind], best[c.b, c.kind])]


def _judged(pair: ScoredPair, score: float, reasons: Sequence[Rule]) -> Contradiction:
    kind, reason = verdict(pair.a, pair.b, reasons)
    differ = conflict_type(pair.a.statement, pair.b.statement)
    return Contradiction(score, pair.a, pair.b, differ, kind, reason, 0, pair.forward, pair.backward, pair.first_look)


def _same_speaker(a: Claim, b: Claim) -> bool:
    return a.document == b.document and same_voice(a, b)


_NUMBER = re.compile(r"\d[\d.,:]*\d|\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.I)
_MODAL = re.compile(
    r"\b(?:may|might|could|can(?:not|['’]t)?|would|will|won['’]t|possib\w+|rul(?:e[sd]?|ing)\s+out|plans?|exclude[ds]?)\b",
    re.I,
)
_QUANTIFIER = re.compile(r"\b(?:all|every|each|both|most|many|few|half|only|any|some|majority|entire|whole)\b", re.I)


def conflict_type(a: str, b: str) -> str:
    """A coarse reading of what two conflicting claims differ in, from their words: denial, modality, numeric, quantifier or
    other. The first that fits; a hint for readers, not a verdict."""
    negated = bool(NEGATION.search(a)) != bool(NEGATION.search(b))
    if _MODAL.search(a) and _MODAL.search(b) and negated:
        return "modality"
    if negated:
        return "denial"
    numbers = {m.lower() for m in _NUMBER.findall(a)}, {m.lower() for m in _NUMBER.findall(b)}
    if all(numbers) and not numbers[0] & numbers[1]:
        return "numeric"
    if _QUANTIFIER.search(a) and _QUANTIFIER.search(b):
        return "quantifier"
    return "other"
