"""Claims -> candidate pairs: all of them while that is affordable, else those that the blockers propose."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from numbers import Integral
from typing import NamedTuple

import numpy as np

from nli import blockers
from nli.errors import InputError
from nli.records import Claim

MAX_PAIRS = 2000  # above this many pairs, blockers choose: 63 claims still go through whole
NEIGHBOURS = 40
# What two claims must not share to be compared. Where nobody is named, the document speaks.
ACROSS: dict[str, Callable[[Claim], Hashable]] = {
    "documents": lambda claim: claim.document,
    "speakers": lambda claim: claim.identity or claim.document,
}
SCOPES = ("all", *ACROSS)


class Candidates(NamedTuple):
    """Pairs of indices into the claims, ascending, and how many other pairs were left out."""

    pairs: list[tuple[int, int]]
    pruned: int


def candidates(
    claims: Sequence[Claim],
    *,
    max_pairs: int = MAX_PAIRS,
    neighbours: int = NEIGHBOURS,
    across: str = "all",
    vectors: np.ndarray | None = None,
) -> Candidates:
    """The pairs worth scoring. A claim is never paired with itself or with a claim of the same words.

    `across`: one of SCOPES; "documents" and "speakers" leave out pairs within one. `vectors`: what `blockers.embed` makes of
    the claims' texts, where that is at hand; else it is made when needed. Raises InputError.
    """
    for name, value, least in (("max_pairs", max_pairs, 0), ("neighbours", neighbours, 1)):
        if not isinstance(value, Integral) or value < least:
            raise InputError(f"{name} {value!r}: expected a whole number from {least} on")
    if across not in SCOPES:
        raise InputError(f"across {across!r}: expected one of {', '.join(SCOPES)}")
    side = [ACROSS[across](claim) for claim in claims] if across in ACROSS else list(range(len(claims)))
    total = _pairs(len(claims)) - sum(map(_pairs, Counter(side).values()))
    words = [_normalised(claim.statement) for claim in claims]
    everything: Iterable[tuple[int, int]] = itertools.combinations(range(len(claims)), 2)
    chosen = everything if total <= max_pairs else _proposed(claims, words, side, neighbours, vectors)
    pairs = [(i, j) for i, j in chosen if words[i] != words[j] and side[i] != side[j]]
    return Candidates(pairs, total - len(pairs))


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def _proposed(
    claims: Sequence[Claim],
    words: Sequence[str],
    side: Sequence[Hashable],
    neighbours: int,
    vectors: np.ndarray | None,
) -> list[tuple[int, int]]:
    """Pairs of near claims, ascending. Claims of the same words count as one neighbour, so copies do not crowd out the rest."""
    copies: dict[str, list[int]] = {}
    for index, key in enumerate(words):
        copies.setdefault(key, []).append(index)
    groups = list(copies.values())
    first = [group[0] for group in groups]
    known = None if vectors is None else vectors[first]
    apart = None
    if len(set(side)) < len(side):  # copies that stand on several sides are nobody's
        apart = [side[group[0]] if len({side[i] for i in group}) == 1 else ("copies", group[0]) for group in groups]
    near, far = blockers.nearest([claims[i] for i in first], neighbours, vectors=known, apart=apart).T.tolist()
    pairs = (pair for g, h in zip(near, far, strict=True) for pair in itertools.product(groups[g], groups[h]))
    return sorted((min(pair), max(pair)) for pair in pairs)


def _normalised(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
