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
from functools import partial
from typing import Any

from edit_claims import Claim, Names, main_verb, names, read, subject_of
from edits import Edit, Wording
from edits_amounts import date, number, quantifier, unit
from edits_roles import entity, role
from edits_truth import antonym, modality, negation, order
from mix import Example

from nli.slices import overlap

KINDS: dict[str, Edit] = {
    "negation": negation, "number": number, "date": date, "unit": unit, "antonym": antonym, "order": order,
    "quantifier": quantifier, "modality": modality, "role": role, "entity": entity,
}  # fmt: skip

SPEAKERS = [
    "two officials",
    "a local newspaper",
    "several witnesses",
    "a state broadcaster",
    "people close to the matter",
]


def label(premise: frozenset[Any], hypothesis: frozenset[Any]) -> str:
    """What the cases of two wordings say of each other."""
    if premise <= hypothesis:
        return "entailment"
    return "neutral" if premise & hypothesis else "contradiction"


# Of these another year's is another matter.
REPEATABLE = {"number", "unit", "quantifier", "antonym"}
COUNTS = {"number", "unit", "quantifier"}  # and of these another town's
LABELS = ("entailment", "neutral", "contradiction")
EACH = 6  # hypotheses of one claim and kind of edit
SELDOM = 0.01  # what one use more than its share weighs, in shares of common words


def manners(claim: Claim, rng: random.Random) -> list[Callable[[str], str]]:
    """The ways to say who claims it, or nobody, and when it was: neither changes what is claimed."""
    who, says = claim.who, claim.says
    ways = ["{}, WHO SAYS.", "WHO SAYS that {}."] if says else ["{}, according to WHO.", "according to WHO, {}."]
    if not who:
        who, says = rng.choice(SPEAKERS), rng.choice(["said", "reported"])
        ways += ["{}.", "{}, WHO SAYS.", "WHO SAYS that {}."]
    elif says and " " not in says and who.lower() not in {"he", "she"}:
        ways.append("according to WHO, {}.")
    ways = [way.replace("WHO", who).replace("SAYS", says) for way in ways]
    when = _time_at_the_end(claim.doc)
    start = claim.doc[0].lower_

    def early(way: str, core: str) -> str:
        moved = when and core.endswith(f" {when}") and core.lower().startswith(start)
        return way.replace("{}", f"{when} {core.removesuffix(f' {when}')}" if moved else core)

    return [partial(str.replace, way, "{}") for way in ways] + [partial(early, way) for way in ways if when]


def _time_at_the_end(doc: Any) -> str:
    """The "on Monday" that a sentence ends in, and that can as well open it."""
    ent = doc.ents[-1] if doc.ents else None
    if ent is None or ent.label_ != "DATE" or ent.end != len(doc) - 1 or ent.start < 2:
        return ""
    prep = doc[ent.start - 1]
    usable = prep.head == main_verb(doc) and prep.lower_ in {"on", "in"} and doc[prep.i - 1].pos_ != "PUNCT"
    return doc[prep.i : ent.end].text if usable else ""


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


Scope = Callable[[str], str]


def scopes(claim: Claim, kind: str, names: Names, rng: random.Random) -> list[tuple[Scope, Scope]]:
    """Two ways to say the same of two different matters: of two years, two persons, two places."""
    doc, subject = claim.doc, subject_of(claim.doc)
    found: list[tuple[Scope, Scope]] = []
    if kind in REPEATABLE and _undated(doc):
        found.append((lambda core: f"a year earlier, {core}", lambda core: f"two years earlier, {core}"))
    if kind in {"role", "entity"} or any(t.lower_ in {"he", "she", "his", "her", "him"} for t in doc):
        return found
    for ent in doc.ents:
        person = ent.label_ == "PERSON" and ent.root == subject and len(list(subject.subtree)) == len(ent)
        town = ent.label_ == "GPE" and kind in COUNTS and ent.start > 0 and doc[ent.start - 1].lower_ == "in"
        once = names.known(ent) and doc.text.count(ent.text) == 1
        if once and (person or town) and (others := names.others(claim, ent, rng)):
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
        target = _capital(second(here(hypothesis.core) if here else hypothesis.core))
        options = {key: [o for o in found if o[1] != target] for key, found in options.items()}
        if all(options.values()):
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
    for kind, edit in KINDS.items():
        balance = Balance()
        made = []
        for claim in rng.sample(claims, len(claims)):
            three = list(triples(claim, kind, edit(claim, known, rng), known, balance, rng))
            rng.shuffle(three)
            made += [(claim.event, examples) for _, examples in sorted(three, key=lambda t: t[0])[:EACH]]
        rng.shuffle(made)
        queues[kind] = made
    given, told = 0, set()
    while any(queues.values()) and given < count:
        for kind, made in queues.items():
            event, three = made.pop() if made else ("", [])
            if three and three[0].hypothesis not in told:
                told.add(three[0].hypothesis)
                for example in three[: count - given]:
                    given += 1
                    yield kind, event, example
