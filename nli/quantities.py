"""Words -> quantities with their unit: "66 to 73 percent" is from 66 to 73 percent, "at least 30 people" is 30 people and more."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from nli.dates import without_days

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: float(n) for n, word in enumerate(_SMALL.split())}
_WORDS |= {word: 10.0 * n for n, word in enumerate(_TENS.split(), 2)}
_WORDS |= {f"{tens}-{unit}": _WORDS[tens] + _WORDS[unit] for tens in _TENS.split() for unit in _SMALL.split()[1:10]}
_WORDS |= {"half a dozen": 6.0, "a dozen": 12.0}
_SCALES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_HEDGES = {
    "not more than": "high", "not less than": "low", "not fewer than": "low", "between": "",
    "at least": "low", "more than": "low", "over": "low", "no fewer than": "low", "no less than": "low", "upwards of": "low",
    "as many as": "high", "as much as": "high", "as few as": "low",
    "at most": "high", "up to": "high", "fewer than": "high", "less than": "high", "under": "high", "no more than": "high",
    "about": "near", "around": "near", "roughly": "near", "some": "near", "nearly": "near", "almost": "near", "approximately": "near",
}  # fmt: skip
_FILLER = re.compile(
    r"and|or|to|in|on|at|for|from|was|were|had|have|has|been|with|who|that|which|this|last|next|other|more|than|new|of|the|its|their|them"
    r"|is|are|be|being|by|as|when|while|after|before|during|because|said"
)
NEAR = 0.1  # "about 30" is 27 to 33
_VALUE = (
    rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:[ -](?:{'|'.join(_SCALES)}))?"
)
_QUANTITY = re.compile(
    rf"(?P<hedge>\b(?:{'|'.join(_HEDGES)}) )?(?<![\w.:-])(?P<first>{_VALUE})(?:(?P<joint> to | and |-|–)(?P<second>{_VALUE}))?"
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
    """The quantities of a text that have a unit, in order; days and years are none."""
    found = []
    for match in _QUANTITY.finditer(without_days(text)):
        first = _value(match["first"])
        second = _value(match["second"]) if match["second"] else first
        if second < first:
            continue  # a vote of 52-48, a fall from 30 to 12: no range
        if match["joint"] == " and " and (match["hedge"] or "").strip().lower() != "between":
            second = first  # "lost two and 30 were wounded"
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


def disagree(a: str, b: str) -> bool:
    """Whether two texts give different figures for one thing: the text with fewer such figures has one that fits none of the other's."""
    pairs = comparable(a, b)
    fitting = {quantity for x, y in pairs if x.overlaps(y) for quantity in (x, y)}
    first, second = ({pair[side] for pair in pairs} for side in (0, 1))
    asked = first | second if len(first) == len(second) else min(first, second, key=len)
    return not asked <= fitting


def _value(words: str) -> float:
    words = words.casefold()
    if words in _WORDS:
        return _WORDS[words]
    number = re.sub(rf"[ -](?:{'|'.join(_SCALES)})$", "", words)
    base = _WORDS[number] if number in _WORDS else float(number.replace(",", ""))
    return base * _scale(words)


def _scale(words: str) -> float:
    """1e6 of "four million", 1 of "four"."""
    return _SCALES.get(re.split("[ -]", words.lower())[-1], 1.0)


def _units(words: str) -> frozenset[str]:
    if _PERCENT.search(words.lower()):
        return frozenset({"%"})
    return frozenset(w.removesuffix("s") for w in words.lower().split() if not _FILLER.fullmatch(w))
