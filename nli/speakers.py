"""Who says it: the speaker of each sentence, from the parse, the quotation marks and the people met so far.

Forms covered: direct, split and multi-sentence quotes, "X said that", "said X", "according to X", "X told Y", "was quoted
as saying", a surname or title for a person named before, "the official" for "a senior official", he / she / they / it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from nli.lexicon import (
    BODIES,
    DOCUMENTS,
    GENDERED_TITLES,
    HUMANS,
    NEEDS_CLAUSE,
    PLAIN_VERBS,
    PRONOUN_GENDER,
    SPEECH_VERBS,
    TITLES,
)

_PARTICLES = "van von de der den del della da dos di du la le el al bin ibn ben ter ten af av y e".replace(" ", "|")
_NAME = re.compile(rf"[^\W\d_][\w’'.-]*(?:\s+(?:(?:{_PARTICLES})\s+)*[^\W\d_][\w’'.-]*)*")
_APPOSED_NAME = re.compile(
    r",?\s+((?:(?:Mr|Mrs|Ms|Dr|Sir)\.?\s+)?[A-ZÀ-Þ][\w’'.-]*(?:\s+(?:[a-z]{2,3}\s+)?[A-ZÀ-Þ][\w’'.-]*)+)(?=,|\s+(?:said|told|says|added))"
)
_COMPANIES = {"company", "firm", "group", "airline", "carrier", "lender", "retailer", "manufacturer", "maker"}
_ORGANISATIONS = {"ORG", "GPE", "NORP", "FAC"}


@dataclass(frozen=True)
class Attribution:
    """The speaker of a sentence, the words that name them there, and whether those words are only a pronoun."""

    speaker: str
    start: int  # characters of the parsed text
    end: int
    pronoun: bool


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
            name = _strip_titles(whole.text)
            if " " in name and name[0].isupper():
                self.names[name] = self.names.get(name) or GENDERED_TITLES.get(_title_before(whole))

    def person(self, words: str) -> str:
        """The full name for `words` ("Mr. Kerry" -> "John Kerry"): of those that fit and are not of the other gender the one
        last in focus, else the first met; the words without titles when nobody fits."""
        parts = _parts(_strip_titles(words))
        gender = GENDERED_TITLES.get(words.partition(" ")[0].rstrip(".").lower())
        fitting = [
            n for n, g in self.names.items() if parts and parts <= _parts(n) and (not g or not gender or g == gender)
        ]
        recent = [n for n in reversed(self.focus) if n in fitting]
        full = (recent or fitting or [_strip_titles(words)])[0]
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


def _persons(sentence: Span) -> Iterator[Span]:
    """Names of persons: those the recogniser found, and subjects of two capitalised words or more that it has no label for."""
    for entity in sentence.ents:
        if entity.label_ == "PERSON":
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


def _title_before(name: Span) -> str:
    """The word before a name, or its first, as a title would be written in GENDERED_TITLES."""
    first = name[0].lower_.rstrip(".")
    return first if first in GENDERED_TITLES or not name.start else name.doc[name.start - 1].lower_.rstrip(".")


def _is_name_part(token: Token, entity: Span) -> bool:
    if token.text == "-":
        return not token.whitespace_
    known_otherwise = token.ent_type_ in _ORGANISATIONS | {"DATE", "LOC"}
    return (
        token.pos_ == "PROPN"
        and token.text[:1].isupper()
        and not known_otherwise
        and token.lower_.rstrip(".") not in TITLES
    )


def _parts(name: str) -> set[str]:
    return {part for part in re.split(r"[\s-]+", re.sub(r"['’]s$", "", name).lower()) if len(part) > 1}


def _strip_titles(words: str) -> str:
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


def attribution(sentence: Span, quoted: list[bool], cast: Cast) -> Attribution | None:
    """The outermost attribution in a sentence, or None. `quoted[i]`: character i of the parsed text is inside a quotation."""
    has_quote = any(quoted[sentence.start_char : sentence.end_char])
    best: tuple[int, Token] | None = None
    for token in sentence:
        if quoted[token.idx]:
            continue
        subject = _subject_of(token, has_quote)
        if subject is not None and quoted[subject.idx]:
            subject = None
        if subject is None and token.lemma_ in PLAIN_VERBS:
            subject = _beside(token, sentence, quoted)
        depth = sum(1 for _ in token.ancestors)
        if subject is not None and (best is None or depth < best[0]):
            best = depth, subject
    return _name(best[1], cast) if best else None


def _beside(verb: Token, sentence: Span, quoted: list[bool]) -> Token | None:
    """The name or pronoun right before or after "said", where the parser lost the subject among quotations."""
    if verb.tag_ not in {"VBD", "VBZ", "VBP"} or verb.dep_ in {"relcl", "acl"}:
        return None
    before = [t for t in sentence if t.i < verb.i and t.text != ","][-1:]
    after = [t for t in sentence if t.i > verb.i and t.dep_ not in {"det", "amod", "compound"}][:1]
    for token in before + after:
        fits = (
            token.pos_ == "PROPN" or token.lower_ in {"he", "she", "they"} or (token in after and token.pos_ == "NOUN")
        )
        if fits and not quoted[token.idx]:
            return token
    return None


def _subject_of(token: Token, has_quote: bool) -> Token | None:
    """The token that heads the speaker's phrase when `token` is a reporting verb or "according"."""
    if token.lower_ == "according":
        for preposition in (c for c in token.children if c.lower_ == "to"):
            return next((c for c in preposition.children if c.dep_ == "pobj"), None)
        return None
    if token.pos_ not in {"VERB", "AUX"} or token.dep_ in {"relcl", "acl"}:
        return None
    if token.lemma_ == "quote" and any(c.dep_ in {"nsubjpass", "nsubj:pass"} for c in token.children):
        return next(c for c in token.children if c.dep_ in {"nsubjpass", "nsubj:pass"})
    goes_on = token.lemma_ == "go" and any(c.lower_ == "on" for c in token.children)
    if token.lemma_ not in SPEECH_VERBS and not goes_on:
        return None
    clause = any(c.dep_ in {"ccomp", "xcomp"} for c in token.children) or token.dep_ in {"ccomp", "parataxis"}
    if token.lemma_ in NEEDS_CLAUSE and not (clause or has_quote or _ruled_out(token)):
        return None
    verb = token
    for _ in range(3):
        subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
        if subject is not None:
            return subject if subject.lower_ not in {"i", "we", "you", "who", "which", "that", "what"} else None
        if any(c.dep_ == "nsubjpass" for c in verb.children) or verb.dep_ not in {"conj", "advcl", "xcomp"}:
            return None
        verb = verb.head
    return None


def _ruled_out(token: Token) -> bool:
    return token.lemma_ == "rule" and any(c.lower_ == "out" for c in token.children)


def _name(subject: Token, cast: Cast) -> Attribution | None:
    """Resolves the phrase headed by `subject` to a speaker."""
    if subject.pos_ == "PRON" and subject.lower_ in {"he", "she", "they", "it"}:
        speaker = cast.pronoun(subject.lower_)
        if speaker is None:
            return None
        return Attribution(speaker, subject.idx, subject.idx + len(subject), True)
    phrase = _phrase(subject)
    person = _person_in(subject, phrase)
    if person is not None:
        speaker = cast.speaking(cast.person(person), person=True)
    elif kind := _kind(subject):
        speaker = cast.description(phrase.text, subject.lower_)
        cast.speaking(speaker, person=kind == "person")
    else:
        return None
    if not speaker:
        return None
    return Attribution(speaker, phrase.start_char, phrase.end_char, False)


def _kind(subject: Token) -> str | None:
    """Whether a noun that is no personal name can speak: as a "person", as a "body" (or a writing), or not at all (None)."""
    head = subject.lower_
    singular = head[:-1] if head.endswith("s") else head
    if subject.ent_type_ in _ORGANISATIONS or subject.pos_ == "PROPN" or {head, singular} & (BODIES | DOCUMENTS):
        return "body"
    if {head, singular} & HUMANS or head.endswith(("man", "woman", "person", "ist", "ologist")):
        return "body" if head != singular else "person"
    plural = {"people", "others", "men", "women", "children", "many", "some", "both", "critics", "supporters"}
    return "body" if head in plural else None


def _phrase(subject: Token) -> Span:
    """The noun phrase of a speaker without relative clauses, appositions and what follows a comma."""
    cut = {
        t.i
        for c in subject.children
        if c.dep_ in {"relcl", "acl", "appos", "cc", "conj", "punct", "advcl"}
        for t in c.subtree
    }
    left = [t.i for t in subject.subtree if t.i <= subject.i and t.i not in cut]
    right = [t.i for t in subject.subtree if t.i > subject.i and t.i not in cut]
    start, end = min(left, default=subject.i), subject.i
    for i in right:
        if i != end + 1 or subject.doc[i].text == ",":
            break
        end = i
    return subject.doc[start : end + 1]


def _person_in(subject: Token, phrase: Span) -> str | None:
    """The personal name that `subject` bears: itself, or in apposition ("the chairman, Festus Walsh, said")."""
    bearers = [subject, *(c for c in subject.children if c.dep_ == "appos")]
    for bearer in bearers:
        for entity in bearer.doc.ents:
            if entity.label_ == "PERSON" and entity.start <= bearer.i < entity.end:
                name = whole_name(entity)
                title = _title_before(name)
                return f"{title} {name.text}" if title in GENDERED_TITLES else name.text
    following = _APPOSED_NAME.match(subject.doc.text, phrase.end_char)
    if following and subject.pos_ == "NOUN":
        return following.group(1)
    for bearer in bearers:
        if bearer.pos_ == "PROPN" and bearer.ent_type_ not in _ORGANISATIONS:
            words = whole_name(bearer.doc[bearer.i : bearer.i + 1]).text
            found = _NAME.findall(_strip_titles(words))
            name = found[-1] if found else ""
            capitalised = [w for w in name.split() if w[0].isupper()]
            if len(capitalised) >= 2 or words.split()[0].rstrip(".").lower() in TITLES:
                return words if words.split()[0].rstrip(".").lower() in GENDERED_TITLES else name
    return None
