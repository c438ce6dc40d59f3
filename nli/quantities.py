"""Words -> quantities with their unit: "66 to 73 percent" is from 66 to 73 percent, "at least 30 people" is 30 people and more.

What cannot be read for certain is no quantity: ages, scores, times, "Flight 407", "one in five people", "rose from 30 to 40".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from nli.dates import without_days

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_LARGE = "thousand|million|billion|trillion"
_WORDS = {word: float(n) for n, word in enumerate(f"zero|{_ONES}|{_TEENS}".split("|"))}
_WORDS |= {word: 10.0 * n for n, word in enumerate(_TENS.split("|"), 2)} | {"quarter": 0.25, "half": 0.5}
_SCALES = {"dozen": 12.0, "hundred": 1e2, "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_SCALES |= {word: 1e3**n for n, word in enumerate(_LARGE.split("|"), 1)}
_HEDGES = {
    "not more than": "high", "not less than": "low", "not fewer than": "low",
    "at least": "low", "more than": "low", "over": "low", "no fewer than": "low", "no less than": "low", "upwards of": "low",
    "in excess of": "low", "as many as": "high", "as much as": "high", "as few as": "low",
    "at most": "high", "up to": "high", "fewer than": "high", "less than": "high", "under": "high", "no more than": "high",
    "about": "near", "around": "near", "roughly": "near", "some": "near", "nearly": "near", "almost": "near", "approximately": "near",
    "close to": "near", "an estimated": "near",
}  # fmt: skip
_TRAILS = {"+": "low", "-plus": "low", " or more": "low", " at least": "low", " or so": "near", " at most": "high"}
_FILLER = re.compile(
    r"and|or|to|in|on|at|for|from|was|were|had|have|has|been|with|who|that|which|this|last|next|other|more|than|new|of|the|its|their|them"
    r"|is|are|be|being|by|as|when|while|after|before|during|because|said|whom|these|those|all|his|her|my|our|your|us|it"
)
NEAR = 0.1  # "about 30" is 27 to 33

_DIGITS = r"(?!0\d)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d\d?)?(?: ?[bmt]n|[mk])?"
_BELOW_100 = rf"(?:(?:{_TENS})(?:[ -](?:{_ONES}))?|{_ONES}|{_TEENS}|zero)\b"
_BELOW_1000 = rf"(?:(?:an?|{_BELOW_100}|{_DIGITS})[ -]hundred(?: (?:and )?{_BELOW_100})?|{_BELOW_100})"
_PLAIN = rf"(?:{_BELOW_1000}|{_DIGITS})(?:[ -]and[ -]a[ -](?:half|quarter))?"
_REST = rf"(?:,? (?:and )?{_BELOW_1000}[ -](?:{_LARGE}))?(?: (?:and )?{_BELOW_1000})?"  # "one million two hundred thousand and five"
_SCALED = rf"(?:half an?|an?(?: half| quarter(?: of a)?)?|{_PLAIN})[ -](?:dozen|(?:{_LARGE}){_REST})"
_NUMBER = rf"(?:{_SCALED}|{_PLAIN})(?!\w|[.,:/]\d)"
_SHARED = re.compile(
    rf"(?:[ -]?(?:{'|'.join(_SCALES)}))+$", re.I | re.A
)  # by both numbers of "two to three hundred thousand"
_PART = r"(?:hal(?:f|ves)|(?:third|quarter|fifth|sixth|eighth|tenth)s?)"
_PERCENT = r" ?(?:percent(?:age)?\b|per cent\b|%)"
_OF = rf"of (?:(?:the|its|their|them|these|those|all|his|her|my|our) )?(?:{_NUMBER} )?"
_NO_NOUN = "and|or|but|nor|per|than|from|until|till|past|between|every|versus|the|an?|i|s?he|it|they|we|you"
_NO_WORD = rf"(?:{'|'.join([*_WORDS, *_SCALES])})s?|{_PART}|{'|'.join(_HEDGES)}|{_NO_NOUN}"
_WORD = rf"(?!(?:{_NO_WORD})\b)[a-z](?:[a-z-]*[a-z])?\b"
_QUANTITY = re.compile(
    rf"(?:\b(?:(?P<between>between)|(?P<from>from)) )?(?:\b(?P<hedge>{'|'.join(_HEDGES)}) (?:another |a further |a total of )?)?"
    rf"(?<![\w.,:/$£€-])(?<!\d )(?P<sign>(?:US)?\$|[£€])?(?P<first>{_NUMBER})"
    rf"(?:(?P<share>{_PERCENT})?(?P<joint>(?(between) and |(?!))| to | or |[-–]| in | out of | from |,? but (?:not? more|fewer|less) than )"
    rf"(?P<again>(?(sign)[$£€]?))(?P<second>{_NUMBER}))?(?P<trail>\+|-plus\b| or (?:more|so)\b)?"
    rf"(?P<unit>(?(share){_PERCENT}|(?:{_PERCENT}| (?:{_OF})?(?:{_WORD} )?(?=[a-z-]{{3}}){_WORD})?))"
    r"(?P<late> (?:or more|or so|at least|at most)\b)?",
    re.I | re.A,
)
_CURRENCIES = {"$": "dollar", "£": "pound", "€": "euro"}

# Words before a number that make it a name, an age, a rate or the whole that a part is taken of.
_NAMED = re.compile(
    r"(?:\b(?:age[ds]?|flight|pages?|numbers?|nos?\.?|not|chapter|articles?|section|resolution|boeing|airbus|apollo|formula|world war|route"
    r"|highway|channel|district|phase|stage|round|level|category|magnitude|minus|grade|day|week|per|every|past"
    rf"|(?:several|few) (?:hundred|{_LARGE})(?: and)?|(?:{_PART}|percent|per cent|most|many|some|none|majority) of(?: the)?)|% of(?: the)?) $",
    re.I,
)
_AGE_OR_TIME = re.compile(r" (?:years?[ -]olds?|[ap]m|noon)\b", re.I)
_SCORE = re.compile(r" (?:wins?|won|victory|loss|lost|defeat|draw|vote|score|record|lead|in|on|at|to|against)\b", re.I)
_PERIOD = re.compile(r" (?:minute|hour|day|week|month|year|decade)s?\b", re.I)
_PERSONS = re.compile(r"\b(?:people|men|women|children|adults|residents|patients|those|anyone|everyone) $", re.I)
# "2000 people", "3.5m jobs"; not "2014 elections", "the 100m final", "10.30 trains"
_MANY = re.compile(
    r" (?:people|(?:wo)?men|children|refugees|soldiers|troops|voters|jobs|homes|dollars|euros|pounds)\b", re.I
)
_DOUBTFUL = re.compile(r"(?:19|20)\d\d|.*\d[mk]|(?:1?\d|2[0-3])\.[0-5]\d", re.I)


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
        units = _units(match)
        if units and _readable(match) and (bounds := _bounds(match)):
            found.append(Quantity(*bounds, units, match.group().strip()))
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


def _bounds(match: re.Match[str]) -> tuple[float, float] | None:
    """From which to which number; nothing for a vote of 52-48, a fall from 30 to 12."""
    first, second = _value(match["first"]), _value(match["second"] or match["first"])
    if (shared := _SHARED.search(match["second"] or "")) and first < second / _value(shared.group()):
        first *= _value(shared.group())  # "3 to 4 million": from 3 million
    if second < first:
        return None
    behind = (match["trail"] or match["late"] or "").lower()
    kind = _HEDGES.get((match["hedge"] or "").lower()) or _TRAILS.get(behind)
    low = -math.inf if kind == "high" else first * (1 - NEAR) if kind == "near" else first
    high = math.inf if kind == "low" else second * (1 + NEAR) if kind == "near" else second
    return low, second if "but" in (match["joint"] or "").lower() else high


def _value(words: str) -> float:
    total = part = 0.0
    for word in re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", words.casefold()):
        if word in _SCALES:
            part = (part or 1.0) * _SCALES[word]  # "a million"
            if word not in ("dozen", "hundred"):
                total, part = total + part, 0.0
        else:
            part += float(word.replace(",", "")) if word[0].isdigit() else _WORDS.get(word, 0.0)
    return total + part


def _units(match: re.Match[str]) -> frozenset[str]:
    words = match["unit"].lower()
    if re.match(_PERCENT, words):
        return frozenset({"%"})
    currency = {_CURRENCIES[match["sign"][-1]]} if match["sign"] else set()
    nouns = {w.removesuffix("s") for w in re.findall(r"[a-z][a-z-]*", words) if not _FILLER.fullmatch(w)}
    return frozenset(nouns - _WORDS.keys() - _SCALES.keys() | currency)


def _readable(match: re.Match[str]) -> bool:
    """Whether the number counts its unit, and is no name, time, age, score, change or share of a whole."""
    unit, joint, hedge = match["unit"], (match["joint"] or "").strip().lower(), (match["hedge"] or "").lower()
    before = match.string[max(0, match.start() - 40) : match.start()]
    if _NAMED.search(before) or _AGE_OR_TIME.match(unit) or joint in ("in", "out of", "from"):
        return False
    if match["from"] and (joint == "to" or match.string.startswith(" to ", match.end())):
        return False  # "rose from 30 to 40 people"
    if joint == "to" and (match["share"] or match["again"]):
        return False  # "rose $2 to $80"
    if joint in ("-", "–") and _SCORE.match(unit):
        return False  # "a 1-3 defeat"
    if hedge in ("over", "under") and (_PERIOD.match(unit) or _PERSONS.search(before)):
        return False  # "spread over three years", "people over 60 died"
    doubtful = any(_DOUBTFUL.fullmatch(match[number] or "") for number in ("first", "second"))
    return not doubtful or bool(match["sign"] or _MANY.match(unit) or re.match(_PERCENT, unit))
