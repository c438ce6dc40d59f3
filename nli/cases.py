"""Document cases: texts with gold conflicts (eval/GUIDELINES.md has the format) -> recall, precision and average precision.

A found contradiction is right when its two claims overlap, by at least half of the shorter span, one side-a and one side-b
span of the same gold group.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nli.errors import InputError
from nli.readers import read_document
from nli.records import Claim, Contradiction, Document, Findings

if TYPE_CHECKING:
    from nli.detector import Detector


@dataclass(frozen=True)
class Place:
    """A gold span, and who speaks there (None: the reporter)."""

    document: str
    start: int
    end: int
    speaker: str | None

    def holds(self, claim: Claim) -> bool:
        shared = min(self.end, claim.end) - max(self.start, claim.start)
        return (
            claim.document == self.document
            and shared > 0
            and shared >= 0.5 * min(self.end - self.start, claim.end - claim.start)
        )


@dataclass(frozen=True)
class Case:
    """Documents that belong together; `sides[group]["a"]` are the places that carry side a of a conflict, `types[group]` is
    what the sides differ in, where the case says."""

    id: str
    documents: list[Document]
    sides: dict[int, dict[str, list[Place]]]
    hard_negatives: list[tuple[Place, Place]] = field(default_factory=list)
    arguable: list[tuple[Place, Place]] = field(default_factory=list)
    types: dict[int, str] = field(default_factory=dict)

    def carried(self, claim: Claim) -> set[tuple[int, str]]:
        """The (group, side)s that a claim carries."""
        return {
            (g, s)
            for g, sides in self.sides.items()
            for s, places in sides.items()
            if any(p.holds(claim) for p in places)
        }

    def conflicts(self, a: Claim, b: Claim) -> set[int]:
        """The groups in which two claims stand on opposite sides."""
        other = self.carried(b)
        return {group for group, side in self.carried(a) if (group, "b" if side == "a" else "a") in other}

    def same_side(self, a: Claim, b: Claim) -> bool:
        return bool(self.carried(a) & self.carried(b))

    def truth(self, a: Claim, b: Claim) -> bool | None:
        """Whether two claims are a conflict; None where readers did not agree, or said that they tell the same."""
        if self.conflicts(a, b):
            return True
        return None if self.same_side(a, b) or among(self.arguable, a, b) else False


def among(pairs: list[tuple[Place, Place]], a: Claim, b: Claim) -> bool:
    """Whether two claims are one of the pairs of places, either way round."""
    return any((p.holds(a) and q.holds(b)) or (p.holds(b) and q.holds(a)) for p, q in pairs)


def read_cases(folder: Path) -> Iterator[Case]:
    """The cases of a folder, by name. Raises InputError when a file is no case or a quote is not in its document."""
    for path in sorted(folder.glob("*.json")):
        yield read_case(path)


def read_case(path: Path) -> Case:
    """The case of one JSON file, its documents beside it. Raises InputError."""
    try:
        return _case(path, json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, OSError, json.JSONDecodeError) as error:
        raise InputError(
            f"{path}: not a document case ({type(error).__name__}: {error}); see eval/GUIDELINES.md"
        ) from error


def _case(path: Path, raw: dict[str, Any]) -> Case:
    documents = [Document(name, read_document(str(path.parent / name)).text) for name in raw["documents"]]
    texts = {d.name: d.text for d in documents}

    def place(gold: dict[str, Any]) -> Place:
        match = re.search(r"\s+".join(map(re.escape, gold["quote"].split())), texts[gold["doc"]])
        if match is None:
            raise InputError(f"{path}: quote not in {gold['doc']}: {gold['quote'][:60]}")
        return Place(gold["doc"], *match.span(), gold.get("speaker"))

    sides: dict[int, dict[str, list[Place]]] = {}
    types: dict[int, str] = {}
    for number, gold in enumerate(raw["contradictions"]):
        group = gold.get("group", -number - 1)  # a conflict without a group is one of its own
        types.setdefault(group, gold.get("type", "other"))
        for side in "ab":
            sides.setdefault(group, {"a": [], "b": []})[side].append(place(gold[side]))
    for gold in raw.get("restatements", []):
        sides[gold["group"]][gold["side"]].append(place(gold))
    pairs = {key: [(place(g["a"]), place(g["b"])) for g in raw.get(key, [])] for key in ("hard_negatives", "arguable")}
    return Case(raw["id"], documents, sides, types=types, **pairs)


@dataclass
class CaseCounts:
    """What a detector found in cases so far. Flags on pairs that readers found arguable are counted apart, neither right nor
    wrong; `ranked` has (score, is the first of its group) for every other flag; `types` and `types_found` count the conflicts by
    what their sides differ in."""

    conflicts: int = 0
    found: int = 0
    flagged: int = 0
    arguable: int = 0
    right: int = 0
    on_controls: int = 0
    hard_negatives: int = 0
    hard_negatives_flagged: int = 0
    speakers: int = 0
    speakers_right: int = 0
    ranked: list[tuple[float, bool]] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    types_found: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: CaseCounts) -> CaseCounts:
        return CaseCounts(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    def add(self, case: Case, findings: Findings) -> None:
        seen: set[int] = set()
        for found in findings:
            groups = case.conflicts(found.a, found.b)
            if not groups and among(case.arguable, found.a, found.b):
                self.arguable += 1
                continue
            self.flagged += 1
            self.right += bool(groups)
            self.ranked.append((found.score, bool(groups - seen)))
            for group in groups - seen:
                self._count_speakers(case, group, found)
            self.hard_negatives_flagged += not groups and among(case.hard_negatives, found.a, found.b)
            seen |= groups
        self.conflicts += len(case.sides)
        self.found += len(seen)
        self.on_controls += 0 if case.sides else len(findings)
        self.hard_negatives += len(case.hard_negatives)
        self.types.update(case.types.get(group, "other") for group in case.sides)
        self.types_found.update(case.types.get(group, "other") for group in seen)

    def _count_speakers(self, case: Case, group: int, found: Contradiction) -> None:
        for claim in (found.a, found.b):
            gold = next(p.speaker for places in case.sides[group].values() for p in places if p.holds(claim))
            if gold:
                self.speakers += 1
                words = set(_words(gold))
                telling = {w for w in words if len(w) > 3} or words  # not "of"; but "M7" is all there is
                self.speakers_right += bool(telling & set(_words(claim.speaker or "")))

    def to_dict(self) -> dict[str, Any]:
        """Counts, and recall, precision and AP; null where nothing could be counted."""
        first, total = 0, 0.0
        for rank, (_, new) in enumerate(sorted(self.ranked, key=lambda r: -r[0]), 1):
            if new:
                first += 1
                total += first / rank
        counts = {name: value for name, value in vars(self).items() if name != "ranked"}
        return {
            "recall": self.found / self.conflicts if self.conflicts else None,
            "precision": self.right / self.flagged if self.flagged else None,
            "average_precision": total / self.conflicts if self.conflicts else None,
            **counts,
        }


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def score_cases(cases: Iterable[Case], detect: Callable[[list[Document]], Findings]) -> CaseCounts:
    """Runs a detector over cases and counts them together."""
    return sum(score_each(cases, detect), CaseCounts())


def score_each(cases: Iterable[Case], detect: Callable[[list[Document]], Findings]) -> Iterator[CaseCounts]:
    """Runs a detector over cases: the counts of each, in order."""
    for case in cases:
        counts = CaseCounts()
        counts.add(case, detect(case.documents))
        yield counts


def intervals(counted: Iterable[CaseCounts], *, resamples: int = 1000, seed: int = 0) -> dict[str, list[float]]:
    """95 % percentile bootstrap intervals of recall, precision and average precision; whole cases are drawn. None of one case."""
    import numpy as np

    cases, rng = list(counted), np.random.default_rng(seed)
    if len(cases) < 2:
        return {}
    drawn = [
        sum((cases[i] for i in rng.integers(0, len(cases), len(cases))), CaseCounts()).to_dict()
        for _ in range(resamples)
    ]
    spans = {}
    for name in ("recall", "precision", "average_precision"):
        if values := [numbers[name] for numbers in drawn if numbers[name] is not None]:
            spans[name] = [float(v) for v in np.percentile(values, [2.5, 97.5])]
    return spans


def data_hash(folder: Path) -> str:
    """SHA-256 of the files of a folder, by name."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def summary(folder: Path, cases: Sequence[Case], counted: Sequence[CaseCounts], detector: Detector) -> dict[str, Any]:
    """All numbers of cases that were scored, in total with 95 % intervals and per case, and where they come from."""
    from nli.checkpoints import weights_hash

    checkpoint = detector.scorer.checkpoint
    names = [
        case.id if [c.id for c in cases].count(case.id) == 1 else f"{case.id} ({n})" for n, case in enumerate(cases, 1)
    ]
    return {
        "data": str(folder),
        "data_hash": data_hash(folder),
        "model": checkpoint.name,
        "model_hash": weights_hash(checkpoint.path),
        "screen_hash": detector.screen.scorer.weights if detector.screen else None,
        "threshold": checkpoint.decision.threshold,
        "cases": len(cases),
        **sum(counted, CaseCounts()).to_dict(),
        "intervals": intervals(counted),
        "per_case": {name: counts.to_dict() for name, counts in zip(names, counted, strict=True)},
    }
