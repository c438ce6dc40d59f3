"""Who is in a document: the persons, bodies and writings it names, so that "he", "the minister" and "it" find their name."""

from __future__ import annotations

import re
from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nli.gender import evidence, of_noun
from nli.given_names import given_name
from nli.lexicon import (
    BODIES,
    COMPANIES,
    DOCUMENTS,
    FUNCTION_WORDS,
    GENDERED_TITLES,
    HUMANS,
    LETTERS,
    NO_COMPANIES,
    NO_COMPANY_NAMES,
    PRONOUN_GENDER,
    QUALIFIERS,
    TITLES,
)
from nli.names import in_case, is_place, parts_of, persons, strip_titles, surnames, title_before, traits

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

ARTICLE = re.compile(r"^(?:an?|the|this|that|another|one|(?:his|her|its|their|my|our|your)(?:\s+own)?)\s+", re.I)
_DEFINITE = re.compile(r"^(?:the|this|that|his|her|its|their)\s|^[^\s]+(?:\s[^\s]+){0,3}['’]s?\s", re.I)
_NOT_THE = re.compile(r"(?:another|his|her|its|their)\s", re.I)
_GIVEN = 2  # votes that a given name has
ANYBODY = {"man": "m", "woman": "f"}
OWNERS = {"his": "he", "her": "she"}


def belonging(words: str, owner: str) -> str:
    """ "report of Anna Keller", "report of the minister" """
    return f"{words} of {'the ' if owner[0].islower() else ''}{owner}"


@dataclass
class Cast:
    """The people and bodies of one document, in the order met: fills in surnames, roles and pronouns."""

    names: dict[str, str | None] = field(default_factory=dict)  # full name -> gender by title, None while unknown
    votes: Counter[str] = field(default_factory=Counter)  # full name -> pronouns that fit: above 0 "she", below "he"
    traits: dict[str, set[str]] = field(default_factory=dict)  # full name -> words of its roles: {"farm", "minister"}
    descriptions: dict[str, str] = field(default_factory=dict)  # "official" -> "senior Iranian official", the last one
    aliases: dict[str, str] = field(default_factory=dict)  # "supplier" -> "Moravolt", where that is no person's name
    focus: list[str] = field(default_factory=list)  # persons, each once, most recent last
    mentions: list[str] = field(default_factory=list)  # persons named in a paragraph in whatever part of a sentence
    body: str | None = None  # the last organisation, group or writing that spoke
    writing: str | None = None  # the last writing named: what "it lists" means
    writer: str | None = None  # whoever wrote in the sentence before: whose "the letter" is
    organisation: str | None = None  # the last one named: what "the group" means
    company: str | None = None  # the last one named that can be a company: what "the company" means
    thing: str | None = None  # the last body or writing that spoke or was told of: what "it said" means
    held_back: dict[str, str] = field(default_factory=dict)  # "former pilot" in the lead -> the name that comes later
    places: set[str] = field(default_factory=set)  # names that the recogniser takes for persons: "in Tarn"
    both: bool = False  # whether the paragraph has both "he" and "she"
    called: dict[str, str] = field(default_factory=dict)  # gender -> whom its pronoun meant last in the paragraph
    bearers: dict[str, tuple[str, ...]] = field(default_factory=dict)  # part of a name -> full names
    surnames: dict[str, None] = field(default_factory=dict)  # of the names, in the order met

    def meet(self, doc: Doc) -> None:
        """Takes the persons that a paragraph names in full, their roles and gender: surnames and pronouns may come before
        them, in headlines and leads."""
        self.places |= {e.text for e in doc.ents if e.label_ == "PERSON" and is_place(e)}
        for whole in persons(doc[:]):
            name = in_case(strip_titles(whole.text))
            if whole.text not in self.places and " " in name and name[0].isupper():
                self._enter(name, GENDERED_TITLES.get(title_before(whole)))
        for whole in persons(doc[:]):
            self.traits.setdefault(self._fullest(whole.text), set()).update(traits(whole))

    def weigh(self, doc: Doc, quoted: list[bool]) -> None:
        """Counts, once everybody is met, which pronouns stand near whom."""
        for words, gender, weight in evidence(doc, quoted):
            self.votes[self._fullest(words)] += weight if gender == "f" else -weight

    def gender(self, name: str) -> str | None:
        if known := self.names.get(name) or of_noun(name if name not in self.names else ""):
            return known
        vote = self.votes[name]
        if given := given_name(name.split()[0]):
            vote += _GIVEN if given == "f" else -_GIVEN
        return "f" if vote > 1 else "m" if vote < -1 else None

    def human(self, name: str) -> bool:
        """Whether a name is a person's beyond the recogniser's word: given in full, or told of as of a person. Companies and
        towns of one word are often taken for persons."""
        told = " " in name or bool(self.traits.get(name)) or self.votes[name] != 0 or given_name(name) is not None
        return name not in self.places and told

    def _fullest(self, words: str) -> str:
        return next(iter(self._bearing(words)), in_case(strip_titles(words)))

    def _bearing(self, words: str) -> list[str]:
        """The full names that have all parts of `words`, in the order met."""
        parts = parts_of(strip_titles(words))
        fewest = min((self.bearers.get(part, ()) for part in parts), key=len, default=())
        return [name for name in fewest if parts <= parts_of(name)]

    def _enter(self, full: str, gender: str | None) -> None:
        if full not in self.names:
            self.surnames |= dict.fromkeys(surnames(full))
            for part in parts_of(full):
                self.bearers[part] = (*self.bearers.get(part, ()), full)
        self.names[full] = self.names.get(full) or gender

    def person(self, words: str) -> str:
        """The full name for `words` ("Mr. Kerry" -> "John Kerry"): of those that fit and are not of the other gender the one
        last in focus, else the first met; the words without titles when nobody fits."""
        gender = GENDERED_TITLES.get(words.partition(" ")[0].rstrip(".").lower())
        fitting = [n for n in self._bearing(words) if not gender or self.names[n] in (None, gender)]
        recent = next((n for n in reversed(self.focus) if n in fitting), None)
        full = recent or (fitting or [in_case(strip_titles(words))])[0]
        if " " in full:
            self._enter(full, gender)
        return full

    def speaking(self, name: str, *, person: bool) -> str:
        if not person or not self.human(name):
            self.body = self.thing = name
        if person:
            self.focus = [n for n in self.focus if n != name] + [name]
        return name

    def heard_of(self, organisation: str) -> None:
        """An organisation is named."""
        self.organisation = organisation
        if organisation.lower() not in NO_COMPANY_NAMES and organisation.lower().split()[-1] not in NO_COMPANIES:
            self.company = organisation

    def meant_by(self, noun: str) -> str | None:
        """The organisation that "the group" or "the company" means; the White House is no company."""
        if noun not in COMPANIES:
            return None
        return self.organisation if noun == "group" else self.company

    def pronoun(self, word: str) -> str | None:
        """The person in focus, else the last one mentioned, whose gender does not rule them out; they / it: the last body that spoke.
        Nobody is both "he" and "she" in one paragraph: where it has both and has named nobody, one of the last two in focus who is
        known to fit comes first."""
        if word not in PRONOUN_GENDER:
            return self.thing if word == "it" else self.body
        gender = PRONOUN_GENDER[word]
        others = {n for g, n in self.called.items() if g != gender}
        near = (*reversed(self.focus), *reversed(self.mentions))
        fitting = [n for n in near if self.gender(n) in (None, gender) and n not in others]
        sure = [n for n in fitting if n in self.focus[-2:] and self.gender(n) == gender]
        meant = next(iter(sure if sure and self.both and not self.mentions else fitting), None)
        if meant and meant not in self.names:  # "a driver", where the paragraph has named somebody who is known to fit
            meant = next((n for n in fitting if n in self.mentions and self.gender(n) == gender), meant)
        if meant:
            self.called[gender] = meant
        return meant

    def description(self, words: str, head: str) -> str:
        """ "the official" -> the fuller description or the named person it stands for, else the words themselves."""
        bare = ARTICLE.sub("", words)
        if words.lower().startswith("another "):
            return f"another {bare}"
        if (full := self.held_back.get(bare)) and not _NOT_THE.match(words):
            return full
        if head in DOCUMENTS and (owner := self._owner(words)):
            return belonging(bare, owner)
        if _DEFINITE.match(words):
            if self.writer and head in LETTERS and " " not in bare:
                return self.writer
            if named := self._met(bare, head):
                return named
            if {head, head.removesuffix("s")} & (HUMANS | BODIES) and (owner := self._owner(words)):
                return belonging(bare, owner)
            if " " not in bare:
                if known := self._told(bare, head):
                    return known
                if organisation := self.meant_by(head):
                    return organisation
                return (self._unnamed(ANYBODY[bare]) if bare in ANYBODY else None) or bare
        if " " in bare:
            self.descriptions[head] = bare
        return bare

    def _owner(self, words: str) -> str | None:
        """Whose it is: "its report", "his letter"."""
        possessive = words.partition(" ")[0].lower()
        if possessive in {"its", "their"}:
            return self.body
        return self.pronoun(OWNERS[possessive]) if possessive in OWNERS else None

    def _unnamed(self, gender: str) -> str | None:
        """ "A goatherd saw it. ..., said the man": the person without a name who is in focus."""
        last = self.focus[-1] if self.focus else None
        return last if last and last not in self.names and self.gender(last) in (None, gender) else None

    def known(self, words: str, head: str) -> str:
        """The named person for whom a description stands, else the description."""
        bare = ARTICLE.sub("", words)
        return (self._met(bare, head) if _DEFINITE.match(words) else None) or bare

    def _told(self, bare: str, head: str) -> str | None:
        """What is called by a noun that stands alone: by its name, else by the fuller description last met."""
        return (self.aliases.get(head) or self.descriptions.get(head)) if " " not in bare else None

    def _met(self, bare: str, head: str) -> str | None:
        """The bearer of a description; whoever was described before goes before somebody who is named later."""
        named = self._bearer(bare, head)
        return named if named and (named in self.focus or not self._told(bare, head)) else None

    def _bearer(self, bare: str, head: str) -> str | None:
        """The named person of whom all words of a description are told: the last one mentioned, else the only one."""
        if head not in HUMANS | TITLES and not of_noun(head):
            return None
        wanted = {w for w in re.findall(r"\w+", bare.lower()) if w not in FUNCTION_WORDS and len(w) > 1}
        bearers = [n for n, told in self.traits.items() if n in self.names and wanted <= told]
        plain = [n for n in bearers if not QUALIFIERS & self.traits[n] - wanted]
        # When there is no other, a deputy minister is the minister, and the acting head the head.
        near = [
            n for n in bearers if n in self.focus and (bare == "minister" or QUALIFIERS & self.traits[n] == {"acting"})
        ]
        fitting = plain or near
        recent = next((n for n in reversed(self.focus) if n in fitting), None)
        return recent or (fitting[0] if len(fitting) == 1 else None)

    def turn(self, *, both: bool = False) -> None:
        """A paragraph begins: "he" there seldom means somebody without a name from the one before. `both`: it has "he" and "she"."""
        self.both = both
        self.called.clear()
        self.mentions.clear()
        named = [n for n in self.focus if n in self.names]
        self.focus = named or self.focus

    def mentioned(self, sentence: Span) -> list[Span]:
        """The persons in a sentence: names that the recogniser sees, and surnames of people already met that it does not."""
        found = list(persons(sentence))
        seen = {t.i for name in found for t in name}
        text = sentence.text
        for surname in sorted((s for s in self.surnames if s in text), key=len, reverse=True):
            for match in re.finditer(rf"\b{re.escape(surname)}\b", text):
                start = sentence.start_char + match.start()
                span = sentence.doc.char_span(start, start + len(surname))
                if span is not None and not seen & {t.i for t in span}:
                    found.append(span)
                    seen |= {t.i for t in span}
        return found

    def named(self, sentence: Span, quoted: list[bool]) -> list[str]:
        """The persons that a sentence names outside quotations."""
        return [self.person(n.text) for n in self.mentioned(sentence) if not quoted[n.start_char]]

    def surname(self, words: str) -> bool:
        """Whether words are the surname of somebody met by name: "Keller", "de Souza"."""
        *particles, last = strip_titles(words).split() or [""]
        return last in self.surnames and all(particle.islower() for particle in particles)

    def rehearsal(self) -> Cast:
        """A copy in which to see whom words would name."""
        return Cast(**{key: copy(value) for key, value in vars(self).items()})
