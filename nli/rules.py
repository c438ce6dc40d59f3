"""Two claims that the model finds contradictory -> a verdict, with its reason in one line.

Each rule looks for one reason why both claims may stand side by side after all; the first that fits decides. They read the
statements alone, without the context in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from nli.dates import apart, days, without_days
from nli.quantities import comparable, disagree, quantities
from nli.records import Claim, same_voice

CONTRADICTION, TENSION, UPDATE, COMPATIBLE = "contradiction", "tension", "update", "compatible"
KINDS = (CONTRADICTION, TENSION, UPDATE)  # what can be reported; two compatible claims never are


class Verdict(NamedTuple):
    """`kind`: one of KINDS, or "compatible"; `reason`: why, in one line, empty for a plain contradiction."""

    kind: str
    reason: str


Rule = Callable[[Claim, Claim], "Verdict | None"]

NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|den(?:y|ies|ied))\b|n['’]t\b|\bcannot\b", re.I
)
_NO_MORE = re.compile(r"\bnot? (?:more|less|fewer) than\b", re.I)
# What turns a claim round, or takes part of it back, without a negation.
_TURN = re.compile(
    r"\b(?:but|except|reject\w*|dismiss\w*|disput\w*|refut\w*|false\w*|untrue|fail\w*|refus\w*|nearly|almost|baseless|groundless"
    r"|unfounded|lies?|lied|wrong\w*|incorrect|mistak\w*|invent\w*|fabricat\w*|rumou?rs?|hoax|myth|contradict\w*|rebut\w*)\b",
    re.I,
)
STEM = 4  # letters by which Iran and Iranian, president and presidents are one word
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_PLACE = re.compile(r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Aa]round|[Oo]utside) ((?:[A-ZÀ-Þ][\w’'-]+ ?)+)")
_CALENDAR = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Septem|Octo|Novem|Decem)ber|January|February|March|April|May|June|July|August)\b"
)
_REPORTED = re.compile(  # "said on Monday", "told the council last week"
    r"\b(?:said|says|told|announced|added|stated|declared|insisted|wrote|promised|denied|confirmed)\b[^.;,:“”\"]{0,24}",
    re.I,
)
_CONDITION = re.compile(
    r"(?:^|[“\"]|\bthat |, )(?:if(?! any\b| not\b)|unless|(?<!that )provided|provided that"
    r"|were (?:the|an?|any|this|that|s?he|it|they|we|there) .{1,40}\bto)\b"
    r"|\b(?:only if|in case|as long as(?! \d| an?\b))\b",
    re.I,
)
_POSSIBLE = re.compile(  # "may" and not the month
    r"\b(?:(?-i:may)|might|could|possib\w+|potential\w*|(?:not|n['’]t) (?:rule|exclude)\w*(?: out)?|open to|consider(?:s|ing)?|option"
    r"|hop(?:e|es|ed|ing) to)\b",
    re.I,
)
_NOT_YET = re.compile(
    r"\b(?:ha(?:s|ve|d)(?:n['’]t| not| never)|no \w+(?: \w+){0,6} (?:ha(?:s|ve|d)|took|were|was)\b|so far|not yet|until now|to date"
    r"|did(?:n['’]t| not))",
    re.I,
)

_TALKS = r"(?:contacts?|conversations?|dialogues?|discussions?|meetings?|negotiations?|talks)"
_LEFT_OUT = re.compile(
    rf"\b{_TALKS}\b[^.;:]{{0,60}}?\b(?:will|would|do|does|did)(?: not|n['’]t) (?:concern|cover|deal with|extend to|include|touch)\b",
    re.I,
)
_TALKS_POSSIBLE = re.compile(
    rf"\b(?:open to|ready (?:for|to)|willing to|prepared (?:for|to)|may|might|could|possib\w+)\b[^.;:]{{0,40}}?\b{_TALKS}\b"
    rf"|\b{_TALKS}\b[^.;:]{{0,80}}?\b(?:possib\w+|likely|may|might|could)\b"
    r"|\b(?:may|might|could)\b(?! not)[^.;:]{0,20}?\b(?:meet|negotiate|sit down|speak|talk)\b",
    re.I,
)


def restated(a: Claim, b: Claim) -> Verdict | None:
    """The words of one stand in the other in one piece, with no word more that turns them round."""
    short, long = sorted((" ".join(w.lower() for w in _WORD.findall(c.statement)) for c in (a, b)), key=len)
    alike = all(len(p.findall(a.statement)) == len(p.findall(b.statement)) for p in (NEGATION, _TURN))
    if len(set(short.split())) >= 4 and alike and f" {short} " in f" {long} ":
        return Verdict(COMPATIBLE, "the same claim restated")
    return None


def estimates(a: Claim, b: Claim) -> Verdict | None:
    """Figures for the same thing that leave room for each other, in claims that say little else."""
    pairs = comparable(a.statement, b.statement)
    if pairs and _little_else(a, b) and _negated(a) == _negated(b) and all(x.overlaps(y) for x, y in pairs):
        x, y = next(((x, y) for x, y in pairs if (x.low, x.high) != (y.low, y.high)), (None, None))
        if x and y:
            return Verdict(COMPATIBLE, f"the figures leave room for each other: {x.words}, {y.words}")
    return None


def _little_else(a: Claim, b: Claim) -> bool:
    """Whether one of two claims has next to nothing, beside its figures, that the other has not."""
    first, second = ({w.lower()[:STEM] for w in _words_beside_figures(c.statement) if len(w) > 3} for c in (a, b))
    return min(len(first - second), len(second - first)) <= 1


def _words_beside_figures(text: str) -> list[str]:
    counted = {word for quantity in quantities(text) for word in _WORD.findall(quantity.words)}
    return [word for word in _WORD.findall(without_days(text)) if word not in counted]


def other_times(a: Claim, b: Claim) -> Verdict | None:
    """Figures for different days, or what one speaker said on different days: the later replaces the earlier."""
    if disagree(a.statement, b.statement):
        first, second = (days(c.statement, c.written) for c in (a, b))
        if a.document != b.document and a.written and b.written and not (first and second):
            first, second = {a.written.isoformat()}, {b.written.isoformat()}  # each speaks of its own day
    elif same_voice(a, b):
        first, second = (_said_on(c) for c in (a, b))
    else:
        return None
    if first and second and apart(first, second):
        return Verdict(UPDATE, f"different times: {', '.join(sorted(first))}; {', '.join(sorted(second))}")
    return None


def _said_on(claim: Claim) -> set[str]:
    """The days on which a claim was said: those beside its reporting verb, else the day of writing."""
    beside = {day for match in _REPORTED.finditer(claim.statement) for day in days(match.group(), claim.written)}
    return beside or ({claim.written.isoformat()} if claim.written else set())


def other_places(a: Claim, b: Claim) -> Verdict | None:
    """Figures for different places; "in Baghdad's Karrada" and "in Baghdad Monday" are one."""
    first, second = (_places(c.statement) for c in (a, b))
    words = [{word for place in places for word in place.split()} for places in (first, second)]
    if first and second and not words[0] & words[1] and disagree(a.statement, b.statement):
        # One text tells its places apart; of two texts, one may say the city and the other the country.
        kind = COMPATIBLE if a.document == b.document else TENSION
        return Verdict(kind, f"figures for different places: {', '.join(sorted(first))}; {', '.join(sorted(second))}")
    return None


def _places(text: str) -> set[str]:
    """The names of places in a text, without days and the mark of possession."""
    names = (_CALENDAR.sub("", re.sub(r"['’]s\b", "", place)).strip() for place in _PLACE.findall(text))
    return {name for name in names if name}


def condition(a: Claim, b: Claim) -> Verdict | None:
    """One holds only if something happens."""
    for claim, other in ((a, b), (b, a)):
        if (found := _CONDITION.search(claim.statement)) and not _CONDITION.search(other.statement):
            return Verdict(TENSION, f"one side holds under a condition: “{_around(claim.statement, found)}”")
    return None


def retold(a: Claim, b: Claim) -> Verdict | None:
    """One speaker only repeats what another has said; against that other's own words it stays a contradiction."""
    for claim, other in ((a, b), (b, a)):
        if claim.passed_on and claim.passed_on not in (other.speaker, other.passed_on):
            return Verdict(TENSION, f"one side repeats another's words, those of {claim.passed_on}")
    return None


def left_out(a: Claim, b: Claim) -> Verdict | None:
    """Talks are possible on one side; the other says what they will not be about, and so takes them for possible too."""
    for claim, other in ((a, b), (b, a)):
        excluded = _LEFT_OUT.search(claim.statement)
        if not excluded or not _TALKS_POSSIBLE.search(other.statement) or _LEFT_OUT.search(other.statement):
            continue
        topic = {w[:STEM] for w in _WORD.findall(claim.statement[excluded.end() :].lower()) if len(w) > 3}
        if not topic & {w[:STEM] for w in _WORD.findall(other.statement.lower())}:
            words = _around(claim.statement, excluded, width=100)
            return Verdict(COMPATIBLE, f"what talks leave out does not rule them out: “{words}”")
    return None


def not_yet(a: Claim, b: Claim) -> Verdict | None:
    """Possible on one side, not done so far on the other."""
    for claim, other in ((a, b), (b, a)):
        possible = _POSSIBLE.search(claim.statement) and not _NOT_YET.search(claim.statement)
        if possible and _NOT_YET.search(other.statement) and _negated(other) and not _POSSIBLE.search(other.statement):
            return Verdict(TENSION, "possible on one side, not done so far on the other")
    return None


RULES: tuple[Rule, ...] = (restated, estimates, other_times, other_places, retold, condition, left_out, not_yet)


def verdict(a: Claim, b: Claim, rules: Sequence[Rule] = RULES) -> Verdict:
    """What two claims are to each other that the model finds contradictory: without `rules`, a contradiction always."""
    return next((found for rule in rules if (found := rule(a, b))), Verdict(CONTRADICTION, ""))


def _negated(claim: Claim) -> bool:
    return bool(NEGATION.search(_NO_MORE.sub("", claim.statement)))


def _around(text: str, found: re.Match[str], width: int = 48) -> str:
    """The words at a match, enough to recognise it by."""
    end = min(len(text), found.start() + width)
    cut = text[found.start() : end].strip(' ,“”"')
    return cut if end == len(text) else cut.rsplit(" ", 1)[0] + " …"
