"""Documents and their claims -> which documents are about different events.

One flood is told much like another, and two claims of two of them are hardly ever a conflict. Two documents are on one event when
they use the same names and say much the same things.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from nli import blockers
from nli.records import Claim, Document

# With `Told.shared_names` and `Told.nearness` these give the logit of one event: `python models/events.py fit`.
NAMES, NEARNESS, BIAS = 39.25, 47.59, -16.43

_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w-]+")
_WITHIN = re.compile(rf"(?<=[\w,;:”’)] ){_CAPITAL.pattern}")  # not the first word of a sentence
_SMALL = re.compile(r"\b[a-zà-þ][\w-]+")
_NO_NAMES = {"mr", "mrs", "ms", "dr", *map(str.lower, calendar.day_name), *map(str.lower, calendar.month_name)}


class Told:
    """What one document is about: the words of its text, and the claims in it."""

    def __init__(self, document: Document, claims: Sequence[Claim]) -> None:
        self._text, self._claims = document.text, claims

    @cached_property
    def small(self) -> set[str]:
        """The words written small."""
        return set(_SMALL.findall(self._text))

    @cached_property
    def capital(self) -> set[str]:
        """The words written with a capital, in small letters."""
        return {word.lower() for word in _CAPITAL.findall(self._text)} - _NO_NAMES

    @cached_property
    def names(self) -> set[str]:
        """Those of them that do not begin a sentence."""
        return {word.lower() for word in _WITHIN.findall(self._text)} - _NO_NAMES

    @cached_property
    def vectors(self) -> np.ndarray:
        """Of the claims, unit length, shape (claims, 384)."""
        return blockers.embed([claim.text for claim in self._claims])

    def shared_names(self, other: Told) -> float:
        """The names of both as a share, in [0, 1], of those of the document with fewer. A word that either also writes small is no
        name; one that only begins sentences in one of the two is."""
        small = self.small | other.small
        shared = ((self.names & other.capital) | (other.names & self.capital)) - small
        return min(1.0, len(shared) / (1 + min(len(self.names - small), len(other.names - small))))

    def nearness(self, other: Told) -> float:
        """The mean cosine, in [-1, 1], of each claim of both with the nearest one of the other document."""
        cosines = self.vectors @ other.vectors.T
        return float(np.concatenate([cosines.max(axis=1), cosines.max(axis=0)]).mean())


class Events:
    """Which documents are about one event. Two are compared when first asked about, and once."""

    def __init__(self, documents: Sequence[Document], claims: Sequence[Claim]) -> None:
        own: dict[str, list[Claim]] = {document.name: [] for document in documents}
        for claim in claims:
            own[claim.document].append(claim)
        self._told = {document.name: Told(document, own[document.name]) for document in documents}
        self._known: dict[frozenset[str], tuple[float, float]] = {}

    def differ(self, a: Claim, b: Claim) -> bool:
        """Whether two claims stand in documents that are rather on two events than on one."""
        return a.document != b.document and not self.one(a.document, b.document)

    def one(self, first: str, second: str) -> bool:
        """Whether two documents, by name, that both have claims are rather on one event than on two."""
        names, nearness = self.alike(first, second)
        return NAMES * names + NEARNESS * nearness + BIAS >= 0

    def alike(self, first: str, second: str) -> tuple[float, float]:
        """Shared names, in [0, 1], and nearness, in [-1, 1], of two documents, by name, that both have claims."""
        key = frozenset((first, second))
        if key not in self._known:
            one, other = self._told[first], self._told[second]
            self._known[key] = one.shared_names(other), one.nearness(other)
        return self._known[key]
