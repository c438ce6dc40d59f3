"""Edits of how many, how much and when."""

import operator
import random
import re
from collections.abc import Iterator
from typing import Any

from edit_claims import Claim, Names, main_verb, subject_of
from edit_words import HEDGES, MONTHS, NEGATIVE, STATES, TOGETHER, UNITS, WEEKDAYS, WHOLES, WORDS
from edits import Wording, counted, either, filled, free, in_main_clause, simple


def number(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """Another number, and hedges that fit one of the two, both or neither."""
    doc = claim.doc
    usable = [t for t in doc if _counts(t) and t.head.tag_ == "NNS" and t.head.lower_ not in {*UNITS, "times"}]
    if not usable or not free(doc, NEGATIVE):
        return []
    token = rng.choice(usable)
    fills = {
        f"{hedge} {_spelled(value, token.text)}".strip(): cases
        for hedge, value, cases in _hedged(_value(token), "fewer than", rng)
    }
    return filled(doc, token.idx, token.idx + len(token.text), fills)


def unit(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """The same amount in a smaller unit, and another amount in both."""
    doc = claim.doc
    usable = [t for t in doc if _counts(t) and t.head.lower_ in UNITS and t.head.i == t.i + 1]
    if not usable or not free(doc, NEGATIVE):
        return []
    token = rng.choice(usable)
    n, larger = _value(token), token.head.lower_
    factor, smaller = UNITS[larger]
    if n * factor > 10_000 or (n > 12 and factor < 100):  # nobody says 1,680 months
        return []
    fills = {}
    for hedge, value, cases in _hedged(n, "less than", rng):
        fills[f"{hedge} {_spelled(value, token.text)} {larger}".strip()] = cases
        fills[f"{hedge} {value * factor:,} {smaller}".strip()] = cases
    return filled(doc, token.idx, token.head.idx + len(larger), fills)


def _counts(token: Any) -> bool:
    """Whether the token counts the noun after it, without a hedge, in the main clause."""
    noun, before = token.head, token.doc[token.i - 1] if token.i else None
    hedged = before is not None and (before.lower_ in HEDGES or before.pos_ in {"NUM", "SYM"} or not before.whitespace_)
    return (
        token.dep_ == "nummod"
        and _value(token) > 0
        and not hedged
        and noun.i > token.i
        and noun.left_edge.i == token.i
        and all(t.pos_ in {"ADJ", "NOUN"} for t in token.doc[token.i + 1 : noun.i])
        and noun.nbor().lower_ not in {"ago", "old", "later", "earlier", "before", "after", "away", "or", "to"}
        and in_main_clause(noun)
    )


def _value(token: Any) -> int:
    """The whole number that a token gives, if it is of use: not one or two, not a year."""
    text = token.lower_.replace(",", "")
    value = int(text) if re.fullmatch(r"\d{1,9}", text) else WORDS.get(text, 0)
    return value if value >= 3 and not 1800 < value < 2100 else 0


def _spelled(value: int, like: str) -> str:
    words = {n: word for word, n in WORDS.items()}
    return words[value] if like.isalpha() and value in words else f"{value:,}"


def _hedged(n: int, fewer: str, rng: random.Random) -> Iterator[tuple[str, int, frozenset[float]]]:
    """(hedge, number, which of some amounts are meant), of a number, another and round ones around them."""
    m = _another(n, rng)
    low, high = min(n, m), max(n, m)
    below, middle, above = _round(low // 2, low), _round(low, high), _round(high, 2 * high)
    amounts = {p + d for p in (below, low, middle, high, above) for d in (-0.5, 0, 0.5)}
    for hedge, value, meant in (
        ("", n, operator.eq),
        ("", m, operator.eq),
        ("exactly", n, operator.eq),
        ("at least", high, operator.ge),
        ("at most", low, operator.le),
        ("more than", below, operator.gt),
        ("more than", middle, operator.gt),
        (fewer, middle, operator.lt),
        (fewer, above, operator.lt),
    ):
        yield hedge, value, frozenset(a for a in amounts if meant(a, value))


def _another(n: int, rng: random.Random) -> int:
    """A number about as round, half to twice as large."""
    step = next(s for s in (1000, 100, 10, 1) if n % s == 0 and n > s)
    other = max(2, round(n * rng.choice([0.5, 0.6, 0.7, 1.4, 1.6, 1.9]) / step) * step)
    return other if abs(n - other) > 1 else n + 3


def _round(low: int, high: int) -> int:
    """The roundest number between two others."""
    for exponent in range(9, -1, -1):
        for step in (5 * 10**exponent, 10**exponent):
            if (found := (low // step + 1) * step) < high:
                return found
    return high


def date(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """The day, month or year of something that happened once."""
    doc, root = claim.doc, main_verb(claim.doc)
    if root.lemma_ in STATES or root.tag_ == "VBG" or not free(doc, NEGATIVE):
        return []
    for ent in doc.ents:
        prep = doc[max(ent.start - 1, 0)]
        match = DATE.fullmatch(doc[prep.i : ent.end].text)
        if match and prep.dep_ == "prep" and prep.head == root:
            return filled(doc, prep.idx, prep.idx + match.end(), _dates(match, rng))
    return []


DATE = re.compile(
    rf"[Oo]n (?P<weekday>{'|'.join(WEEKDAYS)})(?: morning| evening|)|[Oo]n (?P<day>1?\d|2[0-8]) (?P<of>{'|'.join(MONTHS)})"
    rf"|[Ii]n (?P<month>{'|'.join(MONTHS)})|[Ii]n (?P<year>(?:19|20)\d\d)"
)
CYCLES = {
    "weekday": WEEKDAYS,
    "month": MONTHS,
    "day": [str(day) for day in range(1, 29)],
    "year": [str(year) for year in range(1900, 2100)],
}


def _dates(match: re.Match[str], rng: random.Random) -> dict[str, frozenset[str]]:
    """Four days, months or years in a row: each alone, in twos, and what they all are within, before or after."""
    what, found = next((key, match[key]) for key in CYCLES if match[key])
    cycle = CYCLES[what]
    start = min(max(cycle.index(found) - rng.randrange(4), 0), len(cycle) - 4)
    four = cycle[start : start + 4]
    lead, rest = match[0][: match[0].index(found)].lower(), match[0].partition(found)[2]
    fills = {f"{lead}{d}{rest}": frozenset([d]) for d in four}
    for a, b in ((0, 1), (1, 2), (2, 3), (0, 3)):
        fills[f"{lead}{either(four[a], four[b], rng)}{rest}"] = frozenset([four[a], four[b]])
    if what == "day":
        month, after = match["of"], MONTHS[(MONTHS.index(match["of"]) + 1) % 12]
        within = frozenset([*four, "another day of it"])
        fills |= {f"in {month}": within, f"in {after}": frozenset(["later"])}
        fills[f"in {either(month, after, rng)}"] = within | {"later"}
    if what == "year":
        fills[f"before {four[2]}"] = frozenset([*four[:2], "earlier"])
        fills[f"after {four[1]}"] = frozenset([*four[2:], "later"])
    return fills


QUANTIFIERS = {  # of three things: how many it can be
    "all the": "3", "more than half of the": "23", "most of the": "23", "some of the": "123", "at least some of the": "123",
    "none of the": "0", "not all of the": "012", "fewer than half of the": "01", "less than half of the": "01",
}  # fmt: skip


def quantifier(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """How many of the subject's things or people: all, most, some, none."""
    doc, subject = claim.doc, subject_of(claim.doc)
    determiner = doc[0].lower_ in {"all", "the", "most", "some", "many", "several"}
    if not determiner or subject.tag_ != "NNS" or subject.left_edge.i != 0 or subject.lower_ in WHOLES:
        return []
    inner = [t for t in doc[1 : subject.i] if t.lower_ not in {"the", "of"} and t.tag_ != "CD"]
    after = doc[subject.i + 1 :]
    alike = free(after, NEGATIVE | {"all", "both", "each", "their", "them", "they", "together", "other"})
    if not alike or any(map(counted, after)) or main_verb(doc).lemma_ in TOGETHER or not simple(doc):
        return []
    if not all(t.pos_ in {"ADJ", "NOUN", "PROPN"} for t in inner):
        return []
    end = subject.idx + len(subject.text)
    things = doc.text[inner[0].idx if inner else subject.idx : end]
    return filled(doc, 0, end, {f"{words} {things}": cases for words, cases in QUANTIFIERS.items()})
