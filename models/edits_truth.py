"""Edits of whether something is so: not, the opposite, before or after, perhaps."""

import random
from typing import Any

from edit_claims import Claim, Names, lowered, main_verb, subject_of
from edit_words import ANTONYMS, EVENTS, NEGATIVE, PARTIAL, STATES
from edits import Wording, auxiliary, counted, definite, either, exchanged, filled, free, in_main_clause, simple

OPEN = [
    "it is not clear whether", "it is not known whether", "it remains unclear whether", "nobody knows whether",
    "it has not been established whether", "there is no word on whether",
]  # fmt: skip
DENIED = ["it is not true that", "it is untrue that", "it is wrong that"]


def negation(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """The main verb with and without "not"."""
    doc = claim.doc
    vague = any(t.tag_ == "RB" or counted(t) or t.lower_ in {"a", "an", "and"} for t in doc)
    denied = _denied(doc, main_verb(doc))
    if vague or not denied or not definite(subject_of(doc)) or not simple(doc) or not free(doc, NEGATIVE | PARTIAL):
        return []
    plain = lowered(doc, doc.text[:-1])
    return [
        Wording(plain, frozenset("y")),
        Wording(denied, frozenset("n")),
        Wording(f"{rng.choice(DENIED)} {plain}", frozenset("n")),
        *(Wording(f"{words} {plain}", frozenset("yn"), False) for words in rng.sample(OPEN, 2)),
    ]


def _denied(doc: Any, root: Any) -> str:
    """The sentence with its finite verb negated; nothing where that takes more than a word."""
    finite = root if root.lemma_ == "be" and root.tag_ in {"VBD", "VBZ", "VBP"} else auxiliary(root)
    if finite is not None:
        end = finite.idx + len(finite.text)
        return exchanged(doc, end, end, " not") if finite.text.isalpha() else ""
    if root.tag_ == "VBD":
        return exchanged(doc, root.idx, root.idx + len(root.text), f"did not {root.lemma_}")
    return ""


def antonym(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """A verb and its opposite, and what neither of them excludes."""
    doc, root, subject = claim.doc, main_verb(claim.doc), subject_of(claim.doc)
    opposite = next(((a, b) for x, y in ANTONYMS for a, b in ((x, y), (y, x)) if root.lemma_ == a[0]), None)
    some = subject.tag_ != "NNS" and not definite(subject)
    some = some or any(t.tag_ == "CD" or (t.dep_ == "det" and t.lower_ != "the") for t in subject.lefts)
    if opposite is None or some or not _has_opposite(root) or not free(doc, NEGATIVE | PARTIAL):
        return []
    form = {"VBD": 1, "VBN": 2, "VBG": 3, "VB": 0}.get(root.tag_)
    finite = auxiliary(root)
    if form is None or (finite is None and form != 1) or any(map(counted, doc)) or "," in doc[: root.i].text:
        return []
    start, end = (finite.idx + len(finite.text) if finite else root.idx), root.idx + len(root.text)
    wordings = []
    for verb, yes, no in zip(opposite, "ab", ("bo", "ao"), strict=True):
        between = doc.text[start : root.idx]
        denied = f" not{between}{verb[form]}" if finite else f"did not {verb[0]}"
        wordings += filled(doc, start, end, {between + verb[form]: yes, denied: no})
    return wordings


def _has_opposite(root: Any) -> bool:
    """No second verb, no particle and no object that is vague: "opened a shop" does not exclude "closed a shop"."""
    return not any(
        t.dep_ in {"prt", "advmod", "agent", "xcomp", "conj", "dative"}
        or (t.dep_ in {"dobj", "attr", "oprd"} and not definite(t))
        for t in root.rights
    )


def order(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """What came before an event, after it or during it."""
    doc, root = claim.doc, main_verb(claim.doc)
    for prep in doc:
        noun = next((c for c in prep.children if c.dep_ == "pobj"), None)
        if prep.lower_ not in {"before", "after"} or noun is None or noun.lower_ not in EVENTS:
            continue
        before = doc[prep.i - 1] if prep.i else doc[-1]
        measured = before.pos_ in {"NUM", "ADV"} or before.ent_type_ in {"DATE", "TIME"}  # "two days before the vote"
        if (
            prep.head == root
            and in_main_clause(prep)
            and not measured
            and root.lemma_ not in STATES
            and free(doc, NEGATIVE)
        ):
            fills = {"before": "b", "after": "a", "during": "d", "before or during": "bd", "during or after": "da"}
            fills[either("before", "after", rng)] = "ba"
            return filled(doc, prep.idx, prep.idx + len(prep.text), fills)
    return []


WILL = {  # "o": it is open
    "will": "y", "will certainly": "y", "will not": "n", "will certainly not": "n", "might": "oy", "might not": "on",
}  # fmt: skip


def modality(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """What will be, may be and will not be."""
    doc, root = claim.doc, main_verb(claim.doc)
    will = auxiliary(root)
    vague = any(t.dep_ == "conj" and t.head == root for t in doc) or not definite(subject_of(doc))
    if will is None or will.lower_ != "will" or vague or not free(doc, NEGATIVE | PARTIAL) or not simple(doc):
        return []
    plain = lowered(doc, doc.text[:-1])
    return [
        *filled(doc, will.idx, will.idx + len(will.text), WILL),
        Wording(f"it has not been ruled out that {plain}", frozenset("oy")),
        Wording(f"it has been ruled out that {plain}", frozenset("n")),
    ]
