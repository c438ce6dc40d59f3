"""Edits of a claim: several wordings of it, each with the cases in which it is true. `augment.py` makes pairs of them."""

import itertools
import random
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from edit_words import (
    ANTONYMS,
    CLAUSES,
    EVENTS,
    HEDGES,
    MONTHS,
    NEGATIVE,
    PARTIAL,
    PARTICIPLES,
    STATES,
    TOGETHER,
    UNITS,
    WEEKDAYS,
    WORDS,
)

from nli.lexicon import BODIES, HUMANS


class Claim(NamedTuple):
    """What is claimed, as a sentence without its full stop; who says it, as (name, verb and more)."""

    doc: Any
    who: str
    says: str
    event: str


class Wording(NamedTuple):
    core: str
    cases: frozenset[Any]
    asserts: bool = True  # else it can only be a premise: "could not say whether"


class Names(NamedTuple):
    """Names by type, as (event, name)."""

    of: dict[str, list[tuple[str, str]]]

    def others(self, claim: Claim, kind: str, known: str, rng: random.Random) -> list[str]:
        """Two other names of a type, if possible those of the same event."""
        text = claim.doc.text
        usable = [
            (e, n) for e, n in self.of.get(kind, []) if n != known and n not in text and n.split()[-1] not in text
        ]
        near = sorted({n for e, n in usable if e == claim.event})
        far = sorted({n for _, n in usable} - set(near))
        picked = rng.sample(near, min(2, len(near)))
        return picked + rng.sample(far, min(2 - len(picked), len(far)))


def main_verb(doc: Any) -> Any:
    return next(doc.sents).root


def subject_of(doc: Any) -> Any:
    return next((t for t in main_verb(doc).lefts if t.dep_ in {"nsubj", "nsubjpass"}), None)


def definite(token: Any) -> bool:
    """A name, or a noun that a "the" or a possessor makes a certain one."""
    return (token.pos_ == "PROPN" and token.tag_ != "NNPS") or any(
        t.lower_ == "the" or t.dep_ == "poss" for t in token.lefts
    )


def _top(token: Any) -> bool:
    """Whether the token stands in the main clause."""
    return not any(t.dep_ in CLAUSES for t in (token, *token.ancestors))


def _free(doc: Any, words: frozenset[str]) -> bool:
    return not any((t.lower_ in words or t.lemma_.lower() in words) and t.text != "May" for t in doc)


def lowered(doc: Any, text: str) -> str:
    """As the words stand within a sentence."""
    first = doc[0]
    titled = first.ent_type_ or len(doc) == 1 or doc[1].pos_ != "NOUN"
    named = (first.pos_ == "PROPN" and titled) or (
        first.ent_type_ in {"NORP", "GPE", "PERSON", "ORG"} and first.pos_ != "DET"
    )
    return text if named and first.lower_ not in BODIES | HUMANS | {"the", "a", "an"} else text[0].lower() + text[1:]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _put(doc: Any, start: int, end: int, words: str) -> str:
    """The content with other words between two characters."""
    if start == 0:
        return words + doc.text[end:-1]
    return lowered(doc, doc.text[:start] + words + doc.text[end:-1])


def negation(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """The main verb with and without "not"."""
    doc, root, subject = claim.doc, main_verb(claim.doc), subject_of(claim.doc)
    vague = any(t.tag_ == "RB" or _counted(t) or t.lower_ in {"a", "an", "and"} for t in doc)
    if vague or not _free(doc, NEGATIVE | PARTIAL) or not definite(subject) or _clauses(doc):
        return []
    if not (denied := _denied(doc, root)):
        return []
    plain, cases = lowered(doc, doc.text[:-1]), {"yes": frozenset("y"), "no": frozenset("n"), "open": frozenset("yn")}
    return [
        Wording(plain, cases["yes"]),
        Wording(denied, cases["no"]),
        Wording(f"it is true that {plain}", cases["yes"]),
        Wording(f"it is not true that {plain}", cases["no"]),
        Wording(f"it is not clear whether {plain}", cases["open"], False),
        Wording(f"it is not known whether {plain}", cases["open"], False),
    ]


def _counted(token: Any) -> bool:
    return bool(token.tag_ == "CD" or re.search(r"\d", token.text)) and token.ent_type_ not in {"DATE", "TIME"}


def _clauses(doc: Any) -> bool:
    return any(t.dep_ in CLAUSES - {"appos"} for t in doc)


def _denied(doc: Any, root: Any) -> str:
    """The sentence with its finite verb negated; nothing where that takes more than a word."""
    finite = next((t for t in root.lefts if t.dep_ in {"aux", "auxpass"}), None)
    if finite is None and root.lemma_ == "be" and root.tag_ in {"VBD", "VBZ", "VBP"}:
        finite = root
    if finite is not None:
        end = finite.idx + len(finite.text)
        return _put(doc, end, end, " not") if finite.lower_ not in {"to", "'s", "'ve", "'d", "'ll"} else ""
    if root.tag_ == "VBD":
        return _put(doc, root.idx, root.idx + len(root.text), f"did not {root.lemma_}")
    return ""


def antonym(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """A verb and its opposite, and what neither of them excludes."""
    doc, root = claim.doc, main_verb(claim.doc)
    if not _free(doc, NEGATIVE):
        return []
    pair = next(((a, b) for x, y in ANTONYMS for a, b in ((x, y), (y, x)) if root.lemma_ == a[0]), None)
    vague = any(_counted(t) for t in doc) or any(t.dep_ == "conj" and t.head == root for t in doc)
    if (
        pair is None
        or vague
        or "," in doc[subject_of(doc).i : root.i].text
        or not _free(doc, PARTIAL)
        or not _plain(root)
    ):
        return []
    subject = subject_of(doc)
    if (not definite(subject) and subject.tag_ != "NNS") or any(
        t.tag_ == "CD" or (t.dep_ == "det" and t.lower_ != "the") for t in subject.lefts
    ):
        return []
    finite = next((t for t in root.lefts if t.dep_ in {"aux", "auxpass"}), None)
    form = {"VBD": 1, "VBN": 2, "VBG": 3, "VB": 0}.get(root.tag_)
    if form is None or (finite is None and form != 1):
        return []
    start, end = root.idx, root.idx + len(root.text)
    if finite is None:
        yes = [_put(doc, start, end, verb[1]) for verb in pair]
        no = [_put(doc, start, end, f"did not {verb[0]}") for verb in pair]
    else:
        start = finite.idx + len(finite.text)
        between = doc.text[start : root.idx]
        yes = [_put(doc, start, end, between + verb[form]) for verb in pair]
        no = [_put(doc, start, end, " not" + between + verb[form]) for verb in pair]
    cases = [frozenset("a"), frozenset("b")], [frozenset("bo"), frozenset("ao")]
    return [Wording(c, k) for c, k in zip(yes + no, cases[0] + cases[1], strict=True)]


def _plain(root: Any) -> bool:
    """No particle and no object that is vague: "won a medal" is not the opposite of "lost a medal"."""
    return not any(
        t.dep_ in {"prt", "advmod", "agent", "xcomp"}
        or t.lower_ == "to"
        or t.lower_ == "home"
        or (t.dep_ in {"dobj", "attr", "oprd"} and not definite(t))
        for t in root.rights
    )


def order(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """What came before an event, after it or during it."""
    doc, root = claim.doc, main_verb(claim.doc)
    for t in doc:
        noun = next((c for c in t.children if c.dep_ == "pobj"), None)
        if t.lower_ not in {"before", "after"} or noun is None or noun.lower_ not in EVENTS or not _top(t):
            continue
        bare = t.i == 0 or (doc[t.i - 1].pos_ not in {"NUM", "ADV"} and doc[t.i - 1].ent_type_ not in {"DATE", "TIME"})
        if t.head == root and bare and root.lemma_ not in STATES and _free(doc, NEGATIVE):
            fills = {"before": "b", "after": "a", "during": "d", "before or during": "bd", "during or after": "da"}
            fills["either before or after"] = "ba"
            return _filled(doc, (t.idx, t.idx + len(t.text)), {k: frozenset(v) for k, v in fills.items()})
    return []


def _filled(doc: Any, span: tuple[int, int], fills: dict[str, frozenset[Any]]) -> list[Wording]:
    return [Wording(_put(doc, *span, words), cases) for words, cases in fills.items()]


def _nice(low: float, high: float) -> int:
    """A round number between two others."""
    for exponent in range(9, -1, -1):
        for step in (5 * 10**exponent, 10**exponent):
            if (found := int(low // step + 1) * step) < high:
                return found
    return int(high)


def _spelled(value: int, like: str) -> str:
    words = {n: w for w, n in WORDS.items() if w != "_"}
    return words[value] if like.isalpha() and value in words else f"{value:,}"


def _counts(n: int, m: int) -> tuple[list[tuple[str, int, Callable[[float], bool]]], list[float]]:
    """Hedged and plain amounts around two numbers: (words before, number, whether another is meant), and numbers to try."""
    low, high = sorted((n, m))
    below, middle, above = _nice(low // 2, low), _nice(low, high), _nice(high, 2 * high)
    said: list[tuple[str, int, Callable[[float], bool]]] = [
        ("", n, lambda x: x == n),
        ("", m, lambda x: x == m),
        ("exactly", n, lambda x: x == n),
        ("at least", high, lambda x: x >= high),
        ("at most", low, lambda x: x <= low),
        ("more than", below, lambda x: x > below),
        ("more than", middle, lambda x: x > middle),
        ("fewer than", middle, lambda x: x < middle),
        ("fewer than", above, lambda x: x < above),
    ]
    points = sorted({below, low, middle, high, above})
    return said, sorted({p + d for p in points for d in (-0.5, 0, 0.5)})


def _changed(n: int, rng: random.Random) -> int:
    step = next(s for s in (1000, 100, 10, 1) if n % s == 0 and n > s)
    other = max(2, round(n * rng.choice([0.5, 0.6, 0.7, 1.4, 1.6, 1.9]) / step) * step)
    return other if abs(n - other) > 1 else n + 3


def _amount(token: Any) -> int | None:
    """The whole number that a token gives."""
    text = token.lower_.replace(",", "")
    value = int(text) if re.fullmatch(r"\d{1,9}", text) else WORDS.get(text)
    return value if value and value >= 3 and not 1800 < value < 2100 else None


def _countable(doc: Any, t: Any) -> bool:
    """Whether the token counts the noun after it, without a hedge, in the main clause."""
    before = doc[t.i - 1] if t.i else None
    return (
        t.dep_ == "nummod"
        and doc.text[t.idx - 1 : t.idx] in {"", " "}
        and _amount(t) is not None
        and (before is None or (before.lower_ not in HEDGES and before.pos_ != "NUM" and before.text != "$"))
        and all(x.pos_ in {"ADJ", "NOUN"} for x in doc[t.i + 1 : t.head.i])
        and t.head.i > t.i
        and not any(c.i < t.i for c in t.head.lefts)
        and doc[t.head.i + 1].lower_ not in {"ago", "old", "later", "earlier", "before", "after", "away", "or", "to"}
        and _top(t.head)
    )


def number(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    doc = claim.doc
    usable = [
        t
        for t in doc
        if _countable(doc, t)
        and (t.head.lower_ == "percent" or (t.head.tag_ == "NNS" and t.head.lower_ not in {*UNITS, "times"}))
    ]
    if not usable or not _free(doc, NEGATIVE):
        return []
    token = rng.choice(usable)
    n = _amount(token) or 0
    m = _changed(n, rng)
    said, points = _counts(n, m)
    fills: dict[str, frozenset[Any]] = {}
    for words, value, meant in said:
        less = "less than" if token.head.lower_ == "percent" else "fewer than"
        if token.head.lower_ != "percent" or value < 100:
            hedged = f"{words} {_spelled(value, token.text)}".strip().replace("fewer than", less)
            fills[hedged] = frozenset(p for p in points if meant(p))
    return _filled(doc, (token.idx, token.idx + len(token.text)), fills)


def unit(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """The same amount in a smaller unit, and another amount in both."""
    doc = claim.doc
    usable = [t for t in doc if _countable(doc, t) and t.head.lower_ in UNITS and t.head.i == t.i + 1]
    if not usable or not _free(doc, NEGATIVE):
        return []
    token = rng.choice(usable)
    larger, n = token.head.lower_, _amount(token) or 0
    factor, smaller = UNITS[larger]
    if n * factor > 10_000 or (n > 12 and factor < 100):  # nobody says 1,680 months
        return []
    m = _changed(n, rng)
    said, points = _counts(n, m)
    fills: dict[str, frozenset[Any]] = {}
    for words, value, meant in said:
        cases = frozenset(p for p in points if meant(p))
        hedge = words.replace("fewer than", "less than")
        fills[f"{hedge} {_spelled(value, token.text)} {larger}".strip()] = cases
        fills[f"{hedge} {value * factor:,} {smaller}".strip()] = cases
    return _filled(doc, (token.idx, token.head.idx + len(larger)), fills)


def date(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """The day, month or year of something that happened once."""
    doc, root = claim.doc, main_verb(claim.doc)
    if root.lemma_ in STATES or root.tag_ == "VBG" or not _free(doc, NEGATIVE) or _free(doc, {"on", "in"}):
        return []
    for match in DATES.finditer(doc.text):
        prep = next((t for t in doc if t.idx == match.start()), None)
        if prep is not None and prep.dep_ == "prep" and prep.head == root and (fills := _days(match, rng)):
            return _filled(doc, (match.start(), match.end()), fills)
    return []


DATES = re.compile(
    rf"\b(?:on (?P<weekday>{'|'.join(WEEKDAYS)})|on (?P<day>\d+) (?P<of>{'|'.join(MONTHS)})|in (?P<month>{'|'.join(MONTHS)})"
    r"|in (?P<year>(?:19|20)\d\d))\b(?!'s| (?!(?:19|20)\d\d)\d|[’,]? (?:the|last|next|or|to|and|of)\b|-)",
    re.I,
)


def _days(match: re.Match[str], rng: random.Random) -> dict[str, frozenset[Any]]:
    """Wordings of four days, months or years in a row: alone, in twos, and what they all are within."""
    if word := match["weekday"] or match["month"]:
        cycle, lead = (WEEKDAYS, "on") if match["weekday"] else (MONTHS, "in")
        at = min(max(cycle.index(word) - rng.randrange(4), 0), len(cycle) - 4)
        four = cycle[at : at + 4]
    elif match["year"]:
        at, lead = int(match["year"]) - rng.randrange(4), "in"
        four = [str(at + i) for i in range(4)]
    else:
        at, lead = min(max(int(match["day"]) - rng.randrange(4), 1), 25), "on"
        four = [f"{at + i} {match['of']}" for i in range(4)]
    fills = {f"{lead} {d}": frozenset([d]) for d in four}
    for a, b in ((0, 1), (1, 2), (2, 3), (0, 3)):
        fills[f"{lead} either {four[a]} or {four[b]}"] = frozenset([four[a], four[b]])
    if match["day"]:
        month, after = match["of"], MONTHS[(MONTHS.index(match["of"]) + 1) % 12]
        within = frozenset([*four, "another day of it"])
        fills |= {f"in {month}": within, f"in {after}": frozenset(["later"])}
        fills[f"in either {month} or {after}"] = within | {"later"}
    if match["year"]:
        fills[f"before {four[2]}"] = frozenset([*four[:2], "earlier"])
        fills[f"after {four[1]}"] = frozenset([*four[2:], "later"])
    return fills


def quantifier(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """How many of the subject's things or people: all, most, some, none."""
    doc, root, subject = claim.doc, main_verb(claim.doc), subject_of(claim.doc)
    left = doc[subject.left_edge.i : subject.i]
    first = left[0].lower_ if len(left) else ""
    inner = [
        t for t in left if t.lower_ not in {"all", "the", "most", "some", "many", "several", "of"} and t.tag_ != "CD"
    ]
    if (
        subject.tag_ != "NNS"
        or subject.left_edge.i != 0
        or first not in {"all", "the", "most", "some", "many", "several"}
        or not all(t.pos_ in {"ADJ", "NOUN", "PROPN"} for t in inner)
        or root.lemma_ in TOGETHER
        or any(t.tag_ == "CD" for t in doc[subject.i :])
        or not _free(doc[subject.i :], NEGATIVE | {"all", "both", "each", "their", "them", "they", "together", "other"})
        or subject.right_edge.i > subject.i
        or subject.lower_
        in {
            "talks",
            "sides",
            "terms",
            "losses",
            "costs",
            "police",
            "authorities",
            "flames",
            "people",
            "parties",
            "results",
        }
        or _clauses(doc)
    ):
        return []
    things = doc.text[(inner[0].idx if inner else subject.idx) : subject.idx + len(subject.text)]
    fills = {
        "all the": "3", "every one of the": "3", "more than half of the": "23", "most of the": "23", "some of the": "123",
        "none of the": "0", "not one of the": "0", "not all of the": "012", "fewer than half of the": "01", "at least one of the": "123",
    }  # fmt: skip
    if any(t.tag_ in {"VBZ", "VBP"} or t.lower_ in {"were", "have"} for t in (root, *root.lefts)):
        fills = {k: v for k, v in fills.items() if " one of" not in k}
    return _filled(doc, (0, subject.idx + len(subject.text)), {f"{k} {things}": frozenset(v) for k, v in fills.items()})


def modality(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """What will be, may be and will not be."""
    doc, root = claim.doc, main_verb(claim.doc)
    finite = next((t for t in root.lefts if t.dep_ in {"aux", "auxpass"}), None)
    vague = any(t.dep_ == "conj" and t.head == root for t in doc) or not definite(subject_of(doc))
    if finite is None or finite.lower_ != "will" or vague or not _free(doc, NEGATIVE | PARTIAL) or _clauses(doc):
        return []
    span = finite.idx, finite.idx + len(finite.text)
    fills = {
        "will": "y", "will certainly": "y", "will not": "n", "will certainly not": "n", "might": "oy", "might not": "on",
    }  # fmt: skip
    wordings = _filled(doc, span, {k: frozenset(v) for k, v in fills.items()})
    plain = lowered(doc, doc.text[:-1])
    return [
        *wordings,
        Wording(f"it has not been ruled out that {plain}", frozenset("oy")),
        Wording(f"it has been ruled out that {plain}", frozenset("n")),
    ]


def role(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """Who did it to whom, in the active and the passive."""
    doc, root, subject = claim.doc, main_verb(claim.doc), subject_of(claim.doc)
    thing = next((t for t in root.rights if t.dep_ == "dobj"), None)
    participle = PARTICIPLES.get(root.lemma_) if "way round" not in doc.text else None
    if (
        thing is None
        or participle is None
        or root.tag_ != "VBD"
        or any(t.dep_ in {"aux", "prt"} for t in root.children)
    ):
        return []
    if thing.left_edge.i != root.i + 1 or subject.right_edge.i != root.i - 1 or subject.left_edge.i != 0:
        return []
    spans = [doc[t.left_edge.i : t.right_edge.i + 1] for t in (subject, thing)]
    if any(t.dep_ in {"conj", "advcl", "ccomp", "xcomp"} for t in root.children) or not all(map(_actor, spans)):
        return []
    if any(t.tag_ in {"PRP", "PRP$"} for t in doc):
        return []
    a, b = lowered(doc, spans[0].text), spans[1].text
    rest = doc.text[spans[1].end_char : -1]

    def active(x: str, y: str) -> str:
        return f"{x} {root.text} {y}{rest}"

    def passive(x: str, y: str, plural: bool) -> str:
        return f"{y} {'were' if plural else 'was'} {participle} by {x}{rest}"

    many = [
        t.tag_ in {"NNS", "NNPS"} or t.lower_ == "police" or any(c.lower_ == "and" for c in t.children)
        for t in (subject, thing)
    ]
    either = [f"either {active(x, y)} or it was the other way round" for x, y in ((a, b), (b, a))]
    return [
        Wording(active(a, b), frozenset("a")),
        Wording(passive(a, b, many[1]), frozenset("a")),
        Wording(active(b, a), frozenset("b")),
        Wording(passive(b, a, many[0]), frozenset("b")),
        *(Wording(words, frozenset("ab"), False) for words in either),
    ]


def _actor(span: Any) -> bool:
    """A person or a body that is definite."""
    head = span.root
    body = head.lemma_.lower() in HUMANS | BODIES or head.lower_ == "police"
    return (
        definite(head)
        and (body or head.pos_ == "PROPN")
        and head.pos_ != "PRON"
        and len(span) <= 6
        and not re.search(r"\d", span.text)
    )


def entity(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """Which person did it, which place it happened in."""
    doc, root, subject = claim.doc, main_verb(claim.doc), subject_of(claim.doc)
    if not _free(doc, NEGATIVE | {"he", "she", "his", "her", "him", "their", "they", "its", "who"}):
        return []
    for ent in doc.ents:
        prep = doc[ent.start - 1] if ent.start else None
        known = ent.text in {n for _, n in names.of.get(ent.label_, [])}
        if not known:
            continue
        if ent.label_ == "PERSON" and ent.start == 0 and ent.root == subject and subject.right_edge.i == ent.end - 1:
            others = names.others(claim, "PERSON", ent.text, rng)
            if len(others) == 2 and not any(t.dep_ == "conj" and t.head == root for t in doc):
                rest = doc.text[ent.end_char : -1]
                return _one_of([ent.text, *others], "it was {} who" + rest.replace("{", ""))
        place = ent.label_ == "GPE" and prep is not None and prep.lower_ == "in" and prep.head == root
        if place and root.lemma_ not in STATES and definite(subject) and doc[ent.end].text in {".", "on", "in"}:
            others = names.others(claim, "GPE", ent.text, rng)
            if len(others) == 2:
                plain = _put(doc, ent.start_char, ent.end_char, "{}")
                return _one_of([ent.text, *others], plain)
    return []


def _one_of(three: list[str], frame: str) -> list[Wording]:
    wordings = [Wording(frame.replace("{}", name), frozenset([name])) for name in three]
    for a, b in itertools.combinations(three, 2):
        wordings.append(Wording(frame.replace("{}", f"either {a} or {b}"), frozenset([a, b])))
    return wordings


Edit = Callable[[Claim, Names, random.Random], list[Wording]]
EDITS: dict[str, Edit] = {
    "negation": negation, "number": number, "date": date, "unit": unit, "antonym": antonym, "order": order,
    "quantifier": quantifier, "modality": modality, "role": role, "entity": entity,
}  # fmt: skip
