"""Who is in a document: the persons and bodies that it names, so that "he", "the minister" and "Mr. Kerry" find their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nli.lexicon import BODIES, GENDERED_TITLES, PRONOUN_GENDER, TITLES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_COMPANIES = {"company", "firm", "group", "airline", "carrier", "lender", "retailer", "manufacturer", "maker"}
ORGANISATIONS = {"ORG", "GPE", "NORP", "FAC"}  # entity labels that are no person


@dataclass
class Cast:
    """The people and bodies of one document, in the order met: fills in surnames, roles and pronouns."""

    names: dict[str, str | None] = field(default_factory=dict)  # full name -> gender, None while unknown
    roles: dict[str, str] = field(default_factory=dict)  # "minister" -> the last full name that bore it so far
    descriptions: list[tuple[str, str]] = field(default_factory=list)  # "official", "senior Iranian official"
    focus: list[str] = field(default_factory=list)  # persons, most recent last
    body: str | None = None  # the last organisation or group that spoke
    organisation: str | None = None  # the last one named: what "the company" means

    def meet(self, doc: Doc) -> None:
        """Takes the persons that a paragraph names in full: surnames may come before them, in headlines."""
        for whole in _persons(doc[:]):
            name = strip_titles(whole.text)
            if " " in name and name[0].isupper():
                self.names[name] = self.names.get(name) or GENDERED_TITLES.get(title_before(whole))

    def person(self, words: str) -> str:
        """The full name for `words` ("Mr. Kerry" -> "John Kerry"): of those that fit and are not of the other gender the one
        last in focus, else the first met; the words without titles when nobody fits."""
        parts = _parts(strip_titles(words))
        gender = GENDERED_TITLES.get(words.partition(" ")[0].rstrip(".").lower())
        fitting = [
            n for n, g in self.names.items() if parts and parts <= _parts(n) and (not g or not gender or g == gender)
        ]
        recent = [n for n in reversed(self.focus) if n in fitting]
        full = (recent or fitting or [strip_titles(words)])[0]
        if " " in full:
            self.names[full] = self.names.get(full) or gender
        return full

    def speaking(self, name: str, *, person: bool) -> str:
        if person:
            self.focus.append(name)
        else:
            self.body = name
        return name

    def pronoun(self, word: str) -> str | None:
        """The person in focus whose gender does not rule them out; they / it: the last body that spoke."""
        if word not in PRONOUN_GENDER:
            return self.body
        gender = PRONOUN_GENDER[word]
        for name in reversed(self.focus):
            if self.names.get(name) in (None, gender):
                if name in self.names:
                    self.names[name] = gender
                return name
        return None

    def description(self, words: str, head: str) -> str:
        """ "the official" -> the fuller description or the named person it stands for, else the words themselves."""
        bare = re.sub(r"^(?:an?|the|this|that|another|one|his|her|its|their)\s+", "", words, flags=re.I)
        if " " in bare:
            self.descriptions.append((head, bare))
        elif re.match(r"(?:the|this|that|his|her|its|their)\s", words, re.I):
            known = [full for noun, full in self.descriptions if noun == head]
            if not known and head in _COMPANIES and self.organisation:
                return self.organisation
            return known[-1] if known else self.roles.get(head, bare)
        return bare

    def follow(self, sentence: Span, quoted: list[bool]) -> None:
        """Puts the persons that a sentence is about (its subjects) in focus for the pronouns that come."""
        for entity in sentence.ents:
            if entity.label_ == "ORG" and entity.root.pos_ == "PROPN":
                self.organisation = re.sub(r"^the\s+|['’]s$", "", entity.text, flags=re.I)
        for name in _persons(sentence):
            full = self.person(name.text)
            self.roles.update(dict.fromkeys(_role_words(name), full))
            head = name.root.head if name.root.dep_ == "appos" else name.root
            if head.dep_ in {"nsubj", "nsubjpass"} and not quoted[name.start_char]:
                self.speaking(full, person=True)


def is_person(entity: Span) -> bool:
    """A person's name to the recogniser, and written as one: it takes many a lower-case noun for a person."""
    return bool(entity.label_ == "PERSON" and entity[-1].text[:1].isupper())


def _persons(sentence: Span) -> Iterator[Span]:
    """Names of persons: those the recogniser found, and subjects of two capitalised words or more that it has no label for."""
    for entity in sentence.ents:
        if is_person(entity):
            yield whole_name(entity)
    for token in sentence:
        if token.dep_ in {"nsubj", "nsubjpass"} and token.pos_ == "PROPN" and not token.ent_type_:
            name = whole_name(token.doc[token.i : token.i + 1])
            if len(name.text.split()) >= 2 and not set(name.text.lower().split()) & BODIES:
                yield name


def whole_name(entity: Span) -> Span:
    """A name with the capitalised and hyphenated parts that the recogniser left out ("Ibarra" -> "Carlota Neves-Ibarra")."""
    doc, start, end = entity.doc, entity.start, entity.end
    while start > 0 and _is_name_part(doc[start - 1], entity):
        start -= 1
    while end < len(doc) and doc[end].text == "-" and not doc[end - 1].whitespace_ and not doc[end].whitespace_:
        end += 2
    return doc[start : min(end, len(doc))]


def title_before(name: Span) -> str:
    """The word before a name, or its first, as a title would be written in GENDERED_TITLES."""
    first = name[0]
    title = first if first.lower_.rstrip(".") in GENDERED_TITLES or not name.start else name.doc[name.start - 1]
    return str(title.lower_).rstrip(".")


def _is_name_part(token: Token, entity: Span) -> bool:
    if token.text == "-":
        return not token.whitespace_
    known_otherwise = token.ent_type_ in ORGANISATIONS | {"DATE", "LOC"}
    return (
        token.pos_ == "PROPN"
        and token.text[:1].isupper()
        and not known_otherwise
        and token.lower_.rstrip(".") not in TITLES
    )


def _parts(name: str) -> set[str]:
    return {part for part in re.split(r"[\s-]+", re.sub(r"['’]s$", "", name).lower()) if len(part) > 1}


def strip_titles(words: str) -> str:
    kept = re.sub(r"(?:['’]s?)$", "", words.strip(' ,.;:"“”')).split()
    while len(kept) > 1 and kept[0].rstrip(".,").lower() in TITLES | {"the", "a", "an"}:
        kept = kept[1:]
    return " ".join(kept)


def _role_words(entity: Span) -> set[str]:
    """Nouns that give the role of a named person: "Farm Minister X", "the chairman, X", "X, vice president of Y"."""
    root = entity.root
    related = [t for t in root.children if t.dep_ in {"compound", "appos", "amod"}]
    if root.dep_ == "appos":
        related.append(root.head)
    first_words = [t for t in entity if t.lower_.rstrip(".") in TITLES]
    return {
        t.lower_
        for t in [*related, *first_words]
        if t.pos_ in {"NOUN", "PROPN"} and t.lower_.rstrip(".") not in GENDERED_TITLES
    }
