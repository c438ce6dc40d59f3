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
    """The contradictions within and between texts, best first. The model is loaded once and kept.

    `documents`: a text, or several; `nli.Document(name, text)` gives them names. `model`: None for the shipped checkpoint, a
    folder, or a hub name. `threshold` in [0, 1], or precise, balanced or sensitive, replaces the checkpoint's own. Raises NliError.
    """
    return _detector(model).detect(documents, threshold=threshold)


def evaluate(
    rows: Iterable[LabelledPair | Mapping[str, Any] | tuple[str, str, str]] | str, detector: Detector | None = None
) -> Evaluation:
    """Measures a detector on labelled pairs: rows in memory, or a file or data set name as `nli eval` takes it. Raises NliError."""
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
