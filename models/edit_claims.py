"""The claims that can be edited: what is claimed, parsed, apart from who says it; and the names in them."""

import random
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from nli.claims import pipeline
from nli.lexicon import BODIES, HUMANS, SPEECH_VERBS

PLACING = {"in", "at", "to", "from", "near"}  # before a place
VERBS = "said|says|reported|wrote|confirmed|announced|noted|stated|testified|added|found|shows|showed|states|estimated"
WHO = r"(?!(?:[Ww]hich|who|as|and|but|what|that|I|[Ww]e|[Ii]t|[Tt]hey|[Hh]e|[Ss]he)\b)(?P<who>[^,]+?)"
AFTER = re.compile(rf"(?P<core>.+), {WHO} (?P<verb>{VERBS})(?P<rest>(?: (?:on|in) [A-Z][^\s,]+)?)\.")
BEFORE = re.compile(rf"{WHO} (?P<verb>{VERBS})(?P<rest>(?: (?:on|in) [A-Z][^\s,]+)?)(?: that)? (?P<core>.+)\.")
TO = re.compile(r"(?:(?P<core>.+), according to (?P<who>[^,]+)|According to (?P<who2>[^,]+), (?P<core2>.+))\.")


class Claim(NamedTuple):
    """What is claimed, as one parsed sentence; who says it, as (name, verb and more), both empty for the reporter."""

    doc: Any
    who: str
    says: str
    event: str


class Names(NamedTuple):
    """Names by spaCy type, as (event, name)."""

    of: dict[str, list[tuple[str, str]]]

    def known(self, ent: Any) -> bool:
        return any(ent.text == name for _, name in self.of.get(ent.label_, []))

    def others(self, claim: Claim, ent: Any, rng: random.Random) -> list[str]:
        """Two other names of the type, or none: persons of the same event first; places of others, so that none lies within another."""
        text = claim.doc.text
        usable = [(e, n) for e, n in self.of[ent.label_] if n not in text and n.split()[-1] not in text]
        here = {n for e, n in usable if e == claim.event}
        near = sorted(here) if ent.label_ == "PERSON" else []
        far = sorted({n for _, n in usable} - here)
        picked = rng.sample(near, min(2, len(near)))
        picked += rng.sample(far, min(2 - len(picked), len(far)))
        return picked if len(picked) == 2 else []


def main_verb(doc: Any) -> Any:
    return next(doc.sents).root


def subject_of(doc: Any) -> Any:
    return next((t for t in main_verb(doc).lefts if t.dep_ in {"nsubj", "nsubjpass"}), None)


def lowered(doc: Any, text: str) -> str:
    """A text that begins as the document does, as its words stand within a sentence."""
    first = doc[0]
    titled = first.pos_ == "PROPN" and (first.ent_type_ or doc[1].pos_ != "NOUN")
    named = titled or (first.ent_type_ in {"NORP", "GPE", "PERSON", "ORG"} and first.pos_ != "DET")
    return text if named and first.lower_ not in BODIES | HUMANS | {"the", "a", "an"} else text[0].lower() + text[1:]


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
            claims.append(Claim(doc, who and lowered(pipeline()(f"{who} said so."), who), says, event))
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
    """Persons of first name and surname who said something, and places of one word."""
    of: dict[str, dict[tuple[str, str], None]] = {"PERSON": {}, "GPE": {}}
    for claim in claims:
        speaker = re.fullmatch(r"(?:[a-z][\w -]* |)([A-Z][^\W\d]+ [A-Z][^\W\d]+)", claim.who)
        if speaker and any(e.label_ == "PERSON" for e in pipeline()(f"{speaker[1]} said so.").ents):
            of["PERSON"][claim.event, speaker[1]] = None
        for ent in claim.doc.ents:
            if ent.label_ == "GPE" and ent.text.isalpha() and ent.start and claim.doc[ent.start - 1].lower_ in PLACING:
                of["GPE"][claim.event, ent.text] = None
    return Names({kind: list(found) for kind, found in of.items()})
