"""Edits of who did it to whom, who it was and where it was."""

import itertools
import random
import re
from typing import Any

from edit_claims import PLACING, Claim, Names, lowered, main_verb, subject_of
from edit_words import DEEDS, IRREGULAR, NEGATIVE, STATES
from edits import Wording, auxiliary, definite, either, exchanged, free

from nli.lexicon import BODIES, HUMANS

PRONOUNS = {"he", "she", "it", "his", "her", "him", "their", "they", "its", "who", "them"}


def role(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """Who did it to whom, in the active and the passive."""
    doc, root, subject = claim.doc, main_verb(claim.doc), subject_of(claim.doc)
    found = _deed(root)
    if found is None or not free(doc, NEGATIVE | PRONOUNS):
        return []
    past, participle, other = found
    whole = subject.left_edge.i == 0 and other.right_edge.i < len(doc) - 1
    if not whole or any(t.dep_ in {"conj", "advcl", "ccomp", "xcomp", "prt", "advmod"} for t in root.children):
        return []
    spans = [doc[t.left_edge.i : t.right_edge.i + 1] for t in (subject, other)]
    if not all(map(_actor, spans)):
        return []
    a, b = lowered(doc, spans[0].text), spans[1].text
    were = {a: _were(spans[0]), b: _were(spans[1])}
    did_it = [(a, b), (b, a)] if auxiliary(root) is None else [(b, a), (a, b)]
    rest = doc.text[spans[1].end_char : -1]
    wordings = []
    for (x, y), case in zip(did_it, "ab", strict=True):
        wordings.append(Wording(f"{x} {past} {y}{rest}", frozenset(case)))
        wordings.append(Wording(f"{y} {were[y]} {participle} by {x}{rest}", frozenset(case)))
        wordings.append(Wording(f"{either(x, y, rng)} {past} the other{rest}", frozenset("ab"), False))
    return wordings


def _deed(root: Any) -> tuple[str, str, Any] | None:
    """Past and participle of a verb that one does to another, and the other noun: the object, or who did it in the passive."""
    if root.lemma_ not in DEEDS:
        return None
    past = next((p for p in IRREGULAR if root.lower_ in {p, IRREGULAR[p]}), root.lower_)
    right = next(iter(root.rights), None)
    if root.tag_ == "VBD" and auxiliary(root) is None and right is not None and right.dep_ == "dobj":
        return past, IRREGULAR.get(past, past), right
    finite = auxiliary(root)
    agent = right is not None and right.dep_ == "agent" and next(right.children, None)
    if root.tag_ == "VBN" and agent and finite is not None and finite.lower_ in {"was", "were"}:
        return past, IRREGULAR.get(past, past), agent
    return None


def _were(span: Any) -> str:
    many = span.root.tag_ == "NNS" or span.root.lower_ == "police" or " and " in span.text
    return "were" if many else "was"


def _actor(span: Any) -> bool:
    """A person or a body."""
    head = span.root
    acts = head.pos_ == "PROPN" or head.lemma_.lower() in HUMANS | BODIES
    return acts and head.pos_ != "PRON" and len(span) <= 8 and not re.search(r"\d|,", span.text)


def entity(claim: Claim, names: Names, rng: random.Random) -> list[Wording]:
    """Which person did it, which place it happened in."""
    doc = claim.doc
    if main_verb(doc).lemma_ in STATES or not free(doc, NEGATIVE | PRONOUNS):
        return []
    for ent in doc.ents:
        frame = _person(doc, ent) if ent.label_ == "PERSON" else _place(doc, ent)
        if frame and (others := names.others(claim, ent, rng)):
            three = [ent.text, *others]
            fills = {name: [name] for name in three}
            fills |= {either(*two, rng): two for two in itertools.combinations(three, 2)}
            return [Wording(frame.replace("{}", words), frozenset(cases)) for words, cases in fills.items()]
    return []


def _person(doc: Any, ent: Any) -> str:
    """Who alone did it: "it was {} who did it", "it was done by {}"."""
    root, subject = main_verb(doc), subject_of(doc)
    if not re.fullmatch(r"[A-Z]\w+ [A-Z]\w+", ent.text):
        return ""
    if ent.start == 0 and ent.root == subject and subject.right_edge.i == ent.end - 1:
        return "" if any(t.dep_ == "conj" for t in root.children) else "it was {} who" + doc.text[ent.end_char : -1]
    by = ent.root.head
    return exchanged(doc, ent.start_char, ent.end_char, "{}") if by.dep_ == "agent" and by.i == ent.start - 1 else ""


def _place(doc: Any, ent: Any) -> str:
    """Where something happened once."""
    root, prep = main_verb(doc), doc[max(ent.start - 1, 0)]
    once = prep.lower_ in PLACING and prep.head == root and definite(subject_of(doc))
    alone = doc[ent.end : ent.end + 1].text in {".", "on", "in"}
    return exchanged(doc, ent.start_char, ent.end_char, "{}") if ent.label_ == "GPE" and once and alone else ""
