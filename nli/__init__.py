"""Claim-contradiction detection.

    import nli
    for c in nli.detect(text):
        print(c.score, c.a.speaker, c.a.text, "<>", c.b.speaker, c.b.text)

Importing this package loads neither torch nor transformers nor spaCy; they load with the first use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nli.errors import CheckpointError, DependencyError, InputError, NliError
from nli.records import Claim, Contradiction, Document, Findings, LabelledPair, ScoredPair, Scores

if TYPE_CHECKING:
    from nli.detector import Detector
    from nli.evaluation import Evaluation

__version__ = "0.1.0"
__all__ = [
    "CheckpointError",
    "Claim",
    "Contradiction",
    "DependencyError",
    "Detector",
    "Document",
    "Evaluation",
    "Findings",
    "InputError",
    "LabelledPair",
    "NliError",
    "ScoredPair",
    "Scores",
    "detect",
    "evaluate",
]

_LAZY = {"Detector": "nli.detector", "Evaluation": "nli.evaluation"}
_loaded: dict[str, Detector] = {}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'nli' has no attribute {name!r}")


def detect(
    documents: str | Document | Iterable[str | Document],
    *,
    model: str | None = None,
    threshold: float | str | None = None,
) -> Findings:
    """The contradictions within and between texts, best first.

    `documents`: the text itself, or several; `nli.Document(name, text)` gives them names, which must differ. `model`: None or
    "default", "fast", a folder, or `org/name@revision` on the hub, which downloads; it is loaded once and kept. `threshold`: a
    score in [0, 1], or precise, balanced or sensitive, instead of the checkpoint's own. `Detector.load(...).detect(...)` has more: across,
    kinds, cascades. Raises InputError, CheckpointError or DependencyError, all of them NliError.
    """
    return _detector(model).detect(documents, threshold=threshold)


def evaluate(
    rows: Iterable[LabelledPair | Mapping[str, Any] | tuple[str, str, str]] | str, detector: Detector | None = None
) -> Evaluation:
    """Measures a detector (None: the shipped one) on labelled pairs.

    `rows`: LabelledPair, (premise, hypothesis, label), or mappings with these columns or their usual other names; a str is a file
    or data set name as `nli eval` takes it. Labels are words (entailment, e, SUPPORTS, ...; not_entailment or not_contradiction in
    two-way sets), never integers, unless a known data set says what they mean. Up to 2000 rows are also scored the other way
    round. Of the result, `result["accuracy"]`, "macro_f1", "contradiction_average_precision", "ece" and others are shares in [0, 1];
    "intervals" has [low, high] at 95 % by name; `result.to_dict()` has all. Raises InputError or CheckpointError.
    """
    from nli.evaluation import evaluate_set
    from nli.labelled import from_rows, load_pairs

    labelled = load_pairs(rows) if isinstance(rows, str) else from_rows(rows)
    return evaluate_set(labelled, (detector or _detector(None)).scorer)


def _detector(model: str | None) -> Detector:
    from nli.detector import Detector

    name = model or "default"
    if name not in _loaded:
        _loaded[name] = Detector.load(model)
    return _loaded[name]
