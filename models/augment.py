"""Pairs made by our own edits of claims: each edit in all three labels, so that neither the edit nor its wording tells one.

An edit of a claim gives several wordings, each with the *cases* in which it is true ("more than 30" is true of 34 and of 40). The
label of a pair follows from the cases alone: all of the premise's among the hypothesis' is entailment, none is contradiction, some is
neutral. A hypothesis is used only if it can have all three labels, and then has each of them once, with premises in one manner.
"""

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from edits import EDITS, Claim, Names, Wording, lowered, main_verb, subject_of
from mix import Example

from nli.claims import pipeline
from nli.lexicon import SPEECH_VERBS
from nli.slices import overlap

SPEAKERS = [
    "two officials",
    "a local newspaper",
    "several witnesses",
    "a state broadcaster",
    "people close to the matter",
]
VERBS = "said|says|reported|wrote|confirmed|announced|noted|stated|recalled|testified|added|found|shows|showed|states|estimated"
WHO = r"(?!(?:[Ww]hich|who|as|and|but|what|that|I|[Ww]e|[Ii]t|[Tt]hey|[Hh]e|[Ss]he)\b)(?P<who>[^,]+?)"
AFTER = re.compile(rf"(?P<core>.+), {WHO} (?P<verb>{VERBS})(?P<rest>(?: (?:on|in) [A-Z][^\s,]+)?)\.")
BEFORE = re.compile(rf"{WHO} (?P<verb>{VERBS})(?P<rest>(?: (?:on|in) [A-Z][^\s,]+)?)(?: that)? (?P<core>.+)\.")
TO = re.compile(r"(?:(?P<core>.+), according to (?P<who>[^,]+)|According to (?P<who2>[^,]+), (?P<core2>.+))\.")


def label(premise: frozenset[Any], hypothesis: frozenset[Any]) -> str:
    """What the cases of two wordings say of each other."""
    if premise <= hypothesis:
        return "entailment"
    return "neutral" if premise & hypothesis else "contradiction"


def attributed(text: str) -> tuple[str, str, str] | None:
    """(content, who, says) of a claim; nothing where quotations or several clauses make it doubtful what is said."""
    if re.search(r"[\"“”;:()?!–—]|\bif\b|[.] [A-Z]", text, re.I) or not text.endswith("."):
        return None
    if match := TO.fullmatch(text):
        return match["core"] or match["core2"], match["who"] or match["who2"], ""
    for pattern in (AFTER, BEFORE):
        if (match := pattern.fullmatch(text)) and not re.search(r"\b(?:who|which|that)\b", match["who"]):
            return match["core"], match["who"], match["verb"] + match["rest"]
    return text[:-1], "", ""


def read(texts: Iterable[tuple[str, str]]) -> list[Claim]:
    """The claims that can be edited, of (event, text) in order, each text once."""
    found = {}
    for event, text in texts:
        if (parts := attributed(text.strip())) and 4 <= len(parts[0].split()) <= 32:
            found.setdefault(parts[0][0].upper() + parts[0][1:], (event, parts))
    docs = list(pipeline().pipe([core + "." for core in found], batch_size=64))
    told = list(found.values())
    shorter = [(part, row) for doc, row in zip(docs, told, strict=True) if (part := _first_of_two(doc))]
    docs += pipeline().pipe([part for part, _ in shorter], batch_size=64)
    told += [row for _, row in shorter]
    claims = []
    for doc, (event, (_, who, says)) in zip(docs, told, strict=True):
        if len(list(doc.sents)) == 1 and _sound(doc):
            claims.append(Claim(doc, who and lowered(pipeline()(who), who), says, event))
    return claims


def _first_of_two(doc: Any) -> str:
    """The first of two verbs with one subject, as a sentence: more edits are safe in it."""
    root = main_verb(doc)
    second = next((t for t in root.rights if t.dep_ == "conj" and t.pos_ == "VERB"), None)
    link = next((t for t in root.rights if t.dep_ == "cc" and t.lower_ in {"and", "but"}), None)
    if second is None or link is None or link.i < root.i + 3 or any(t.dep_.startswith("nsubj") for t in second.lefts):
        return ""
    return doc.text[: link.idx].rstrip(" ,") + "."


def _sound(doc: Any) -> bool:
    """A main clause with a subject and a finite verb, which reports nobody's words."""
    root = main_verb(doc)
    finite = [root, *(t for t in root.lefts if t.dep_ in {"aux", "auxpass"})]
    subject = subject_of(doc)
    reports = root.lemma_ in SPEECH_VERBS and any(t.dep_ in {"ccomp", "xcomp"} for t in root.children)
    return (
        subject is not None
        and subject.i < root.i
        and doc[0].i in {t.i for t in subject.subtree} | {t.i for t in doc if t.dep_ == "prep"}
        and any(t.tag_ in {"VBD", "VBZ", "VBP", "MD"} for t in finite)
        and not reports
        and not any(t.tag_ == "PRP" and t.lower_ in {"i", "we", "you", "it"} for t in doc)
        and doc[0].lower_ not in {"it", "there", "that", "this", "these", "here", "what", "so", "such"}
    )


def names(claims: Iterable[Claim]) -> Names:
    """Persons of two names who are said to have said something, and places of one word."""
    of: dict[str, dict[tuple[str, str], None]] = {"PERSON": {}, "GPE": {}}
    seen: Counter[str] = Counter()
    states = set()  # what owns and acts is a state rather than a town, and may have the town within it
    for claim in claims:
        match = re.fullmatch(r"(?:[a-z][\w -]* |)([A-Z][^\W\d]+ [A-Z][^\W\d]+)", claim.who)
        if match and any(e.label_ == "PERSON" for e in pipeline()(f"{match[1]} said so.").ents):
            of["PERSON"][claim.event, match[1]] = None
        for ent in claim.doc.ents:
            if ent.root.dep_ in {"nsubj", "poss"}:
                states.add(ent.text)
            place = ent.label_ == "GPE" and len(ent) == 1 and ent.text.isalpha() and ent.start > 0
            if place and claim.doc[ent.start - 1].lower_ == "in" and claim.doc[ent.end].text not in {"'s", "'", "’s"}:
                seen[ent.text] += 1
                of["GPE"][claim.event, ent.text] = None
    of["GPE"] = {key: None for key in of["GPE"] if seen[key[1]] > 1 and key[1] not in states}
    return Names({kind: list(found) for kind, found in of.items()})


# Of these another year's is another matter.
REPEATABLE = {"number", "unit", "quantifier", "antonym"}
COUNTS = {"number", "unit", "quantifier"}  # and of these another town's
LABELS = ("entailment", "neutral", "contradiction")


def manners(claim: Claim, rng: random.Random) -> list[Callable[[str], str]]:
    """The ways to say who claims it, or nobody: who says it does not change what is claimed."""
    who, says = claim.who, claim.says
    ways: list[Callable[[str], str]] = []
    if not who:
        who, says = rng.choice(SPEAKERS), rng.choice(["said", "reported"])
        ways.append(lambda core: f"{core}.")
    if says:
        ways.append(lambda core: f"{core}, {who} {says}.")
        ways.append(lambda core: f"{who} {says} that {core}.")
    if not says or (" " not in says and who.lower() not in {"he", "she"}):
        ways.append(lambda core: f"according to {who}, {core}.")
    if not says:
        ways.append(lambda core: f"{core}, according to {who}.")
    return ways


class Balance:
    """Which wordings had which label as a premise, and how the shares of common words of the labels lean, of one kind of edit."""

    def __init__(self) -> None:
        self.used: Counter[tuple[Any, str]] = Counter()
        self.lean = dict.fromkeys(itertools.product(LABELS, (0, 1)), 0.0)

    def choose(self, hypothesis: str, options: dict[str, list[tuple[Any, str]]]) -> tuple[float, dict[str, str]]:
        """How unlike in overlap, and one premise a label of (which, text): alike in overlap, against the lean so far, of wordings seldom used so."""
        shared = {
            text: (overlap(text, hypothesis), overlap(hypothesis, text))
            for premises in options.values()
            for _, text in premises
        }

        def cost(premises: tuple[tuple[Any, str], ...]) -> float:
            total = 0.0
            for side in (0, 1):
                shares = [shared[text][side] for _, text in premises]
                mean = sum(shares) / len(shares)
                total += max(shares) - min(shares)
                total += sum(abs(self.lean[k, side] + s - mean) for k, s in zip(LABELS, shares, strict=True))
            for key, (which, _) in zip(LABELS, premises, strict=True):
                total += SELDOM * (3 * self.used[which, key] - sum(self.used[which, k] for k in LABELS))
            return total

        best = min(itertools.product(*(options[key] for key in LABELS)), key=cost)
        for side in (0, 1):
            mean = sum(shared[text][side] for _, text in best) / len(best)
            for key, (_, text) in zip(LABELS, best, strict=True):
                self.lean[key, side] += shared[text][side] - mean
        self.used.update((which, key) for key, (which, _) in zip(LABELS, best, strict=True))
        unlike = sum(max(shared[t][side] for _, t in best) - min(shared[t][side] for _, t in best) for side in (0, 1))
        return unlike, {key: text for key, (_, text) in zip(LABELS, best, strict=True)}


SELDOM = 0.01  # what one use more than its share weighs, in shares of common words
Scope = Callable[[str], str]


def scopes(claim: Claim, kind: str, known: Names, rng: random.Random) -> list[tuple[Scope, Scope]]:
    """Two ways to say the same of two different matters: of two years, two persons, two places."""
    doc, subject = claim.doc, subject_of(claim.doc)
    found: list[tuple[Scope, Scope]] = []
    if kind in REPEATABLE and _undated(doc):
        found.append((lambda core: f"a year earlier, {core}", lambda core: f"two years earlier, {core}"))
    if kind in {"role", "entity"} or any(t.lower_ in {"he", "she", "his", "her", "him"} for t in doc):
        return found
    for ent in doc.ents:
        whole = ent.root == subject and len(list(subject.subtree)) == len(ent)
        local = ent.label_ == "GPE" and kind in COUNTS and ent.start > 0 and doc[ent.start - 1].lower_ == "in"
        usable = ent.text in {n for _, n in known.of.get(ent.label_, [])} and doc.text.count(ent.text) == 1
        if usable and (whole or local) and (others := known.others(claim, ent.label_, ent.text, rng)):
            found.append((lambda core: core, _renamed(ent.text, others[-1])))
    return found


def _renamed(old: str, new: str) -> Scope:
    return lambda core: re.sub(rf"\b{re.escape(old)}\b", new, core)


def _undated(doc: Any) -> bool:
    past = any(t.tag_ == "VBD" for t in (main_verb(doc), *main_verb(doc).lefts))
    return past and not any(e.label_ in {"DATE", "TIME", "PERSON"} for e in doc.ents)


def triples(
    claim: Claim, kind: str, wordings: list[Wording], known: Names, balance: Balance, rng: random.Random
) -> Iterator[tuple[float, list[Example]]]:
    """For each hypothesis that allows it an entailment, a neutral pair and a contradiction, alike in manner and overlap."""
    ways, matters = manners(claim, rng), scopes(claim, kind, known, rng)
    for hypothesis in (w for w in wordings if w.asserts):
        first, second = rng.sample(ways, 2)
        here, there = rng.choice(matters) if matters else (None, None)
        if rng.random() < 0.5:
            here, there = there, here
        options: dict[str, list[tuple[Any, str]]] = {key: [] for key in LABELS}
        for n, premise in enumerate(wordings):
            core = here(premise.core) if here else premise.core
            options[label(premise.cases, hypothesis.cases)].append((n, _capital(first(core))))
            if there and premise.asserts:
                options["neutral"].append((n, _capital(first(there(premise.core)))))
        if all(options.values()):
            target = _capital(second(here(hypothesis.core) if here else hypothesis.core))
            unlike, chosen = balance.choose(target, options)
            yield unlike, [Example(premise, target, key, "augmented") for key, premise in chosen.items()]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def augmented(texts: Iterable[tuple[str, str]], count: int, seed: int) -> Iterator[tuple[str, str, Example]]:
    """(kind, event, example) from (event, text) of claims: `count` of them, or as many as they give, kinds in turn."""
    rng = random.Random(seed)
    claims = read(texts)
    known = names(claims)
    queues: dict[str, list[tuple[str, list[Example]]]] = {}
    for kind, edit in EDITS.items():
        balance = Balance()
        made = []
        for claim in rng.sample(claims, len(claims)):
            three = list(triples(claim, kind, edit(claim, known, rng), known, balance, rng))
            rng.shuffle(three)
            made += [(claim.event, examples) for _, examples in sorted(three, key=lambda t: t[0])[:EACH]]
        rng.shuffle(made)
        queues[kind] = made
    given = 0
    while any(queues.values()) and given < count:
        for kind, made in queues.items():
            event, three = made.pop() if made else ("", [])
            for example in three[: count - given]:
                given += 1
                yield kind, event, example


EACH = 6  # hypotheses of one claim and kind of edit
