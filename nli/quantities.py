"""Words -> quantities with their unit: "66 to 73 percent" is from 66 to 73 percent, "at least 30 people" is 30 people and more."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: float(n) for n, word in enumerate(_SMALL.split())} | {"dozen": 12.0}
_WORDS |= {word: 10.0 * n for n, word in enumerate(_TENS.split(), 2)}
_WORDS |= {f"{tens}-{unit}": _WORDS[tens] + _WORDS[unit] for tens in _TENS.split() for unit in _SMALL.split()[1:10]}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_HEDGES = {
    "at least": "low", "more than": "low", "over": "low", "no fewer than": "low", "no less than": "low", "upwards of": "low",
    "as many as": "high", "as much as": "high", "as few as": "low",
    "at most": "high", "up to": "high", "fewer than": "high", "less than": "high", "under": "high", "no more than": "high",
    "about": "near", "around": "near", "roughly": "near", "some": "near", "nearly": "near", "almost": "near", "approximately": "near",
}  # fmt: skip
_FILLER = re.compile(
    r"and|or|to|in|on|at|for|from|was|were|had|have|has|been|with|who|that|which|this|last|next|other|more|than|new|of|the|its|their|them"
)
NEAR = 0.1  # "about 30" is 27 to 33
_VALUE = rf"(?:\d[\d,]*(?:\.\d+)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:[ -](?:{'|'.join(_SCALES)}))?"
_QUANTITY = re.compile(
    rf"(?P<hedge>\b(?:{'|'.join(_HEDGES)}) )?(?<![\w.:-])(?P<first>{_VALUE})(?:(?: to | and |-|–)(?P<second>{_VALUE}))?"
    r"(?P<unit> ?(?:percent(?:age)?|per cent|%)| (?:of (?:the|its|their|them) )?(?:[a-z]+ )?[a-z]{3,})",
    re.I,
)
_PERCENT = re.compile(r"percent|per cent|%")


@dataclass(frozen=True)
class Quantity:
    """From `low` to `high` of `units`: the words that follow the number, plural marks cut; `words` as they stand in the text."""

    low: float
    high: float
    units: frozenset[str]
    words: str

    def overlaps(self, other: Quantity) -> bool:
        return self.low <= other.high and other.low <= self.high


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text that have a unit, in order."""
    found = []
    for match in _QUANTITY.finditer(text):
        first = _value(match["first"])
        second = _value(match["second"]) if match["second"] else first
        if second < first:
            continue  # a vote of 52-48, a fall from 30 to 12: no range
        if match["second"] and first < (bare := second / _scale(match["second"])):
            first *= second / bare  # "3 to 4 million": from 3 million
        low, high = min(first, second), max(first, second)
        hedge = _HEDGES.get((match["hedge"] or "").strip().lower())
        low = -math.inf if hedge == "high" else low * (1 - NEAR) if hedge == "near" else low
        high = math.inf if hedge == "low" else high * (1 + NEAR) if hedge == "near" else high
        found.append(Quantity(low, high, _units(match["unit"]), match.group().strip()))
    return found


def comparable(a: str, b: str) -> list[tuple[Quantity, Quantity]]:
    """Pairs of quantities of two texts that count the same thing, by a word of their unit."""
    second = quantities(b)
    return [(x, y) for x in quantities(a) for y in second if x.units & y.units]


def _value(words: str) -> float:
    words = words.casefold()
    number = re.sub(rf"[ -](?:{'|'.join(_SCALES)})$", "", words)
    base = _WORDS[number] if number in _WORDS else float(number.replace(",", "").rstrip("."))
    return base * _scale(words)


def _scale(words: str) -> float:
    """1e6 of "four million", 1 of "four"."""
    return _SCALES.get(re.split("[ -]", words.lower())[-1], 1.0)


def _units(words: str) -> frozenset[str]:
    if _PERCENT.search(words.lower()):
        return frozenset({"%"})
    return frozenset(w.removesuffix("s") for w in words.lower().split() if not _FILLER.fullmatch(w))
