"""Gold labels of every spelling -> names, and the classes that a set of rows has: three, or two that join the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nli.errors import InputError
from nli.records import LABELS

_WORDS = {
    "entailment": "e entailment entail entails entailed supports support supported",
    "neutral": "n neutral nei not_enough_info not_enough_information",
    "contradiction": "c contradiction contradict contradicts contradicted contradictory refutes refute refuted",
    "not_entailment": "not_entailment non_entailment no_entailment",
    "not_contradiction": "not_contradiction non_contradiction no_contradiction",
}
_NAMES = {word: name for name, words in _WORDS.items() for word in words.split()}
_NO_GOLD = {"", "-", "-1", "none", "nan", "null"}


@dataclass(frozen=True)
class Scheme:
    """The classes of a set, and which of `LABELS` each one joins. `positive`: the index of contradiction, None without."""

    classes: tuple[str, ...]
    joined: tuple[tuple[str, ...], ...]

    @property
    def positive(self) -> int | None:
        return self.classes.index("contradiction") if "contradiction" in self.classes else None

    def join(self, probabilities: np.ndarray) -> np.ndarray:
        """Probabilities (n, 3) by `LABELS` -> (n, classes)."""
        return np.stack([probabilities[:, [LABELS.index(x) for x in names]].sum(axis=1) for names in self.joined], 1)


THREE_WAY = Scheme(LABELS, tuple((name,) for name in LABELS))
ENTAILMENT = Scheme(("entailment", "not_entailment"), (("entailment",), ("neutral", "contradiction")))
CONTRADICTION = Scheme(("not_contradiction", "contradiction"), (("entailment", "neutral"), ("contradiction",)))


def scheme_of(labels: set[str], source: str) -> Scheme:
    """Two-way when some rows only say what they are not, and none is neutral; rows that do not fit are left out."""
    if "neutral" in labels or labels <= set(LABELS):
        return THREE_WAY
    if {"not_entailment", "not_contradiction"} <= labels:
        raise InputError(
            f"{source}: mixes rows labelled not_entailment and not_contradiction; evaluate them apart, for example with --where"
        )
    return ENTAILMENT if "not_entailment" in labels else CONTRADICTION


def label_of(
    value: object, names: Sequence[str] | None = None, vocabulary: Mapping[str, str] | None = None
) -> str | None:
    """The gold label by name: one of LABELS, not_entailment or not_contradiction; None where there is none.

    `names` gives the meaning of integers, `vocabulary` that of a set's own words. Raises ValueError for anything else.
    """
    text = str(value).strip() if value is not None else ""
    text = text.removesuffix(".0") if isinstance(value, float) else text
    if text.lower() in _NO_GOLD:
        return None
    if names and text.isdigit() and int(text) < len(names):
        text = names[int(text)].strip()
    word = re.sub(r"[\s_-]+", "_", (vocabulary or {}).get(text, text).lower())
    if word in _NAMES:
        return _NAMES[word]
    hint = ""
    if text.isdigit():
        hint = "; integers say nothing without label names, for example --label-names entailment,neutral,contradiction"
    raise ValueError(f"label {value!r}; expected entailment, neutral or contradiction{hint}")
