"""The records that travel from stage to stage: frozen, standard library only.

Document -> Claim -> ScoredPair -> Contradiction -> Dispute, Findings
"""

from __future__ import annotations

import bisect
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

LABELS = ("entailment", "neutral", "contradiction")
CONTRADICTION_COLUMN = LABELS.index("contradiction")  # of arrays of probabilities


@dataclass(frozen=True)
class Document:
    """A text and the name it was given; every span counts characters of `text`. `date`: the day it was written, by default
    what its dateline says."""

    name: str
    text: str
    date: datetime.date | None = None

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(end.end() for end in re.finditer(r"\r\n?|\n", self.text))]

    def line(self, position: int) -> int:
        """The line, from 1, on which the character at `position` stands."""
        return bisect.bisect_right(self._line_starts, position)


@dataclass(frozen=True)
class Claim:
    """One statement of a document.

    `source` is what the document says: `document.text[start:end]`, exactly. `text` is the same made to stand on its own:
    white space and entities cleaned, "he said" with the name, a bare quote led by its speaker, and in square brackets
    before it the `context` that it leans on, if it does. `text` is what is scored and shown. `written`: the day of its
    document, where that is known. `passed_on`: whose words the speaker repeats ("A said that B had told her ...": B).
    """

    document: str
    start: int
    end: int
    source: str
    text: str
    speaker: str | None
    line: int
    context: str = ""
    written: datetime.date | None = None
    passed_on: str | None = None

    @property
    def voice(self) -> str:
        """Who says it, for people to read."""
        speaker = self.speaker or "(the text)"
        return f"{speaker}, after {self.passed_on}" if self.passed_on else speaker

    @property
    def statement(self) -> str:
        """`text` without the context."""
        return self.text[len(self.context) + 3 :] if self.context else self.text

    @property
    def identity(self) -> tuple[str, str] | None:
        """Who says it, to compare with others: "witness" is somebody else in every document, "Anna Keller" is not. None: the text."""
        named = self.speaker is not None and any(word[0].isupper() for word in self.speaker.split())
        return (self.speaker, "" if named else self.document) if self.speaker else None


def same_voice(a: Claim, b: Claim) -> bool:
    """Whether one speaker says both."""
    return a.identity is not None and a.identity == b.identity


class Scores(NamedTuple):
    """Probabilities by name; they sum to 1."""

    entailment: float
    neutral: float
    contradiction: float

    @property
    def label(self) -> str:
        """The most probable label; a tie goes to the first of entailment, neutral, contradiction."""
        return max(zip(self, LABELS, strict=True), key=lambda pair: pair[0])[1]


@dataclass(frozen=True)
class ScoredPair:
    """Two claims and the model's probabilities in both directions: a as premise, then b as premise. `first_look`: the P(contradiction)
    of the smaller model that let the pair through, where one looked first."""

    a: Claim
    b: Claim
    forward: Scores
    backward: Scores
    first_look: float | None = None


@dataclass(frozen=True)
class Contradiction:
    """Two claims that cannot both be true, or not plainly.

    `score` in [0, 1]; `type`: modality, denial, numeric, quantifier or other, read off their words; `kind`: contradiction,
    tension (both may hold, under a condition or for now) or update (the later replaces the earlier), with the `reason` in one
    line where a rule gave one; `dispute`: the number of the quarrel it belongs to, from 1; `forward`, `backward`: the model's
    probabilities with a and with b as the premise; `first_look` as in `ScoredPair`.
    """

    score: float
    a: Claim
    b: Claim
    type: str
    kind: str = "contradiction"
    reason: str = ""
    dispute: int = 0
    forward: Scores | None = None
    backward: Scores | None = None
    first_look: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the command line: score, both sides with document, span, text and speaker, type, kind, reason, dispute."""
        facts = {"type": self.type, "kind": self.kind, "reason": self.reason, "dispute": self.dispute}
        return {"score": round(self.score, 4), "a": _side(self.a), "b": _side(self.b), **facts}


@dataclass(frozen=True)
class Dispute:
    """One quarrel: the claims on each of its two sides, in document order, and its contradictions, best first."""

    number: int
    a: tuple[Claim, ...]
    b: tuple[Claim, ...]
    contradictions: tuple[Contradiction, ...]


def _side(claim: Claim) -> dict[str, Any]:
    keys = ("document", "start", "end", "text", "speaker", "passed_on", "line", "source")
    return {key: getattr(claim, key) for key in keys}


@dataclass(frozen=True)
class LabelledPair:
    """A premise, a hypothesis and the label people gave them (one of `LABELS`)."""

    premise: str
    hypothesis: str
    label: str


@dataclass(frozen=True)
class Findings:
    """What a detection found, best first, and what it went through to find it.

    `counts` has documents, claims, dropped (passages that are not claims), pairs, pruned (pairs not compared), screened
    (pairs that a smaller model saw no conflict in, so that the large one did not read them), truncated (pairs cut to the
    model's length); and of the pairs over the threshold: compatible (a rule says why both may be true), unasked (of a kind that
    is not reported), one_speaker and other_event (two claims of one speaker, or of documents on different events, which need a
    higher score) and outdone (a stronger pair of the same claim stands for them).
    """

    contradictions: list[Contradiction]
    claims: list[Claim]
    counts: dict[str, int] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)

    @property
    def disputes(self) -> list[Dispute]:
        """The contradictions grouped by what they are about, in the order of their best scores."""
        from nli.disputes import disputes

        return disputes(self.contradictions)

    def __iter__(self) -> Iterator[Contradiction]:
        return iter(self.contradictions)

    def __len__(self) -> int:
        return len(self.contradictions)

    def __getitem__(self, index: int) -> Contradiction:
        return self.contradictions[index]
