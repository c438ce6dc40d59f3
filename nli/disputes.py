"""Contradictions -> disputes: what the same claims are quarrelled over, with two sides."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from nli.records import Claim, Contradiction, Dispute


def number(found: Sequence[Contradiction]) -> list[Contradiction]:
    """The contradictions, best first, each with the number of its dispute, from 1 in the order of their best scores.

    A contradiction joins the first dispute in which one of its claims has a side already and the other one has not the
    same; else it opens a dispute. So a claim that holds two facts may stand in two disputes, on a side in each.
    """
    sides: list[dict[Claim, str]] = []
    numbered = []
    for contradiction in found:
        dispute = next((n for n, known in enumerate(sides) if _joins(contradiction, known)), len(sides))
        if dispute == len(sides):
            sides.append({contradiction.a: "a", contradiction.b: "b"})
        _take_sides(contradiction, sides[dispute])
        numbered.append(dataclasses.replace(contradiction, dispute=dispute + 1))
    return numbered


def _joins(contradiction: Contradiction, known: dict[Claim, str]) -> bool:
    first, second = known.get(contradiction.a), known.get(contradiction.b)
    return (first or second) is not None and first != second


def _take_sides(contradiction: Contradiction, known: dict[Claim, str]) -> None:
    for claim, other in ((contradiction.a, contradiction.b), (contradiction.b, contradiction.a)):
        if claim not in known:
            known[claim] = "a" if known[other] == "b" else "b"


def disputes(found: Sequence[Contradiction]) -> list[Dispute]:
    """Numbered contradictions as disputes, in the order of their numbers; each side's claims in document order."""
    grouped: dict[int, list[Contradiction]] = {}
    for contradiction in found:
        grouped.setdefault(contradiction.dispute, []).append(contradiction)
    result = []
    for key in sorted(grouped):
        side: dict[Claim, str] = {grouped[key][0].a: "a", grouped[key][0].b: "b"}
        for contradiction in grouped[key]:
            _take_sides(contradiction, side)
        first, second = (
            tuple(sorted((c for c, s in side.items() if s == letter), key=lambda c: (c.document, c.start)))
            for letter in "ab"
        )
        result.append(Dispute(key, first, second, tuple(grouped[key])))
    return result
