"""Names of persons as the text writes them: where they begin and end, their titles, their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise, takewhile
from typing import TYPE_CHECKING

from nli.given_names import given_name
from nli.lexicon import AMBIGUOUS_HUMANS, BODIES, COMPANY_ENDS, GENDERED_TITLES, HUMANS, TITLES, TITLES_IN_FULL, WAYS
from nli.parsed import SUBJECTS, entities_in, text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_SURNAMES = {"general", "king", "major", "prince", "private", "sister"}
_NO_NAMES = (BODIES | COMPANY_ENDS | HUMANS | TITLES) - _SURNAMES  # how no name ends
_NAMES_TOO = {"boy", "king", "man", "prince", "son"}
_OF_PLACES = WAYS | {"bay", "beach", "county", "creek", "falls", "house", "park", "town", "township", "vale", "vista"}
_HONORIFICS = set(GENDERED_TITLES) | {"dr", "prof", "professor"}
_AGE = re.compile(r",\s[1-9]\d[,.]")
ORGANISATIONS = {"ORG", "GPE", "NORP", "FAC"}  # entity labels that are no person


def is_person(entity: Span) -> bool:
    """A person's name to the recogniser, and written as one: it takes many a lower-case noun for a person."""
    label, entity = entity.label_, _without_possessive(entity)
    last = entity[-1]
    titled = len(entity) > 1 and _is_titled(entity)
    apposed = len(whole_name(entity)) > 1 and entity.root.dep_ == "appos" and entity.root.head.lower_ in HUMANS
    told = titled or apposed or aged(entity) or (len(entity) > 1 and _follows_role(entity))
    labelled = label == "PERSON" or (label in ORGANISATIONS and (told or _is_called(entity)))
    ends = last.lower_ not in _NO_NAMES or (last.lower_ in HUMANS and _is_called(entity))  # "Peter Miller"
    written = last.text[:1].isupper() or entity.text.split()[-1][:1].isupper()  # "Walid al-Maqtari", "Pyo Eun-gyo"
    return bool(labelled and not is_place(entity) and written and ends)


def _without_possessive(entity: Span) -> Span:
    """ "Anna Keller" for "Anna Keller's", which the recogniser often takes as one."""
    return entity[:-1] if len(entity) > 1 and entity[-1].tag_ == "POS" else entity


def _is_titled(name: Span) -> bool:
    """ "Rear Admiral Anna Keller", "Deputy Farm Minister Keller"; not "National General Insurance" or "Doña Ana County"."""
    titles = list(takewhile(lambda t: t.lower_.rstrip(".") in TITLES, name[:-1])) or [name[0]]
    told = any(t.lower_.rstrip(".") in HUMANS | set(GENDERED_TITLES) for t in titles) and titles[-1].lower_ != "general"
    told = told and name[-1].lower_ != "general"  # "Major General | Anna Keller"
    written = all(t.pos_ == "PROPN" or t.text == "-" for t in name) and name[0].text[0].isupper()
    return told and written and name[-1].lower_ not in _OF_PLACES


def _is_called(name: Span) -> bool:
    """ "Agnieszka Ozola": a given name and one or two words more, all as names are written."""
    written = 2 <= len(name.text.split()) <= 3 and all(t.text[:1].isupper() or t.text == "-" for t in name)
    return written and given_name(name[0].text) is not None and name[-1].lower_ not in _OF_PLACES


def aged(entity: Span) -> bool:
    """ "Anna Keller, 50, sells smoked fish": only persons are given an age between commas."""
    return _AGE.match(text_of(entity.doc), entity.end_char) is not None


def _follows_role(entity: Span) -> bool:
    """ "ministry spokeswoman Anna Keller": a noun for a person right before a name."""
    if not entity.start or not all(t.text[0].isupper() or not t.is_alpha for t in entity):
        return False
    before = entity.doc[entity.start - 1]
    return before.lower_ in HUMANS - AMBIGUOUS_HUMANS and before.pos_ in {"NOUN", "PROPN"}


def persons(sentence: Span) -> Iterator[Span]:
    """Names of persons: those the recogniser found, those that begin with a given name, and subjects of two capitalised words or more
    that it has no label for."""
    seen: set[int] = set()
    recognised = (whole_name(e) for e in entities_in(sentence) if is_person(e))
    for name in (*recognised, *_begun(sentence), *_unlabelled(sentence)):
        if not seen & {t.i for t in name}:
            seen |= {t.i for t in name}
            yield name


def _begun(sentence: Span) -> Iterator[Span]:
    """ "Agnieszka Ozola's Spring Movement": a name that the recogniser does not see, or takes for a part of another."""
    for token, surname in pairwise(sentence):
        if token.ent_type_ not in {"", "ORG"} or not _is_called(token.doc[token.i : token.i + 2]):
            continue
        name = whole_name(token.doc[token.i : token.i + 2])
        more = name.end < len(name.doc) and name.doc[name.end].pos_ == "PROPN"
        if surname.pos_ == "PROPN" and not more and not is_place(name) and name[-1].lower_ not in _NO_NAMES:
            yield name


def _unlabelled(sentence: Span) -> Iterator[Span]:
    for token in sentence:
        if token.dep_ in SUBJECTS and token.pos_ == "PROPN" and not token.ent_type_:
            name = whole_name(token.doc[token.i : token.i + 1])
            if (
                len(name.text.split()) >= 2
                and not set(name.text.lower().split()) & (BODIES | {"line"})
                and name[-1].lower_ not in _NO_NAMES
            ):
                yield name


def whole_name(entity: Span) -> Span:
    """A name with the capitalised and hyphenated parts that the recogniser left out ("Ibarra" -> "Carlota Neves-Ibarra")."""
    entity = _without_possessive(entity)
    doc, start, end = entity.doc, entity.start, entity.end
    while start > 0 and _is_name_part(doc[start - 1], entity):
        start -= 1
    if end < len(doc) and given_name(doc[end - 1].text) and _is_surname(doc[end]):
        end += 1  # "Dorota" -> "Dorota Wilczewska"
    while end < len(doc) and doc[end].text == "-" and not doc[end - 1].whitespace_ and not doc[end].whitespace_:
        end += 2
    return doc[start : min(end, len(doc))]


def is_place(name: Span) -> bool:
    """ "in Tarn", "near Pear Tree": a name that stands for a place, whatever its label."""
    before = name.doc[name.start - 1].lower_ if name.start else ""
    hyphenated = len(name) > 1 and name[-2].text == "-"  # "Rhodri Pugh-Lane"
    return before in {"in", "at", "near", "outside"} or (name[-1].lower_ in WAYS and not hyphenated)


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


def _is_surname(token: Token) -> bool:
    return token.pos_ == "PROPN" and token.text[:1].isupper() and token.ent_type_ in {"", "GPE", "ORG", "PERSON"}


def parts_of(name: str) -> set[str]:
    return {part for part in re.split(r"[\s-]+", re.sub(r"['’]s$", "", name).lower()) if len(part) > 1}


def surnames(name: str) -> set[str]:
    """What a person may be called the second time: "Keller-Roy" or, shorter, "Keller"."""
    last = name.split()[-1]
    return {last, last.partition("-")[0]} - {""}


def in_case(name: str) -> str:
    """A name in capitals, as transcripts write them, in the letters of running text; initials stay."""
    long = [word for word in name.split() if len(word) > 3]
    return name.title() if long and all(word.isupper() for word in long) and " " in name else name


def strip_titles(words: str) -> str:
    words = re.sub(r"^\d[\d:.]*\s*[-–—]\s*", "", words)  # of a live ticker: "11:20 - Keller"
    kept = re.sub(r"(?:['’]s?)$", "", words.strip(' ,.;:"“”')).split()
    while len(kept) > 1 and (kept[0].rstrip(".,").lower() in TITLES | {"the", "a", "an"} or _led_by_role(kept)):
        kept = kept[1:]
    return " ".join(kept)


def _led_by_role(words: list[str]) -> bool:
    """ "Neighbour Colin Webb" at the start of a sentence; not "Mason Greenwood Hill" or "Man Bahadur Rai", who are called so."""
    return len(words) > 2 and words[0].lower() in HUMANS - _NAMES_TOO and given_name(words[0]) is None


def phrase(subject: Token) -> Span:
    """The noun phrase of a subject without relative clauses, appositions and what follows a comma."""
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


def described(name: Span) -> list[list[Token]]:
    """What stands beside a name and tells who it is: "Deputy Farm Minister X", "the bank's chairman, X", "X, vice president
    of Y". Read from the words: the parser often hangs such a name on something else."""
    doc = name.doc
    before: list[Token] = []
    i = name.start - 1
    while i >= 0 and (doc[i].pos_ in {"NOUN", "PROPN", "ADJ"} or doc[i].text == "-"):
        before.insert(0, doc[i])
        i -= 1
    apposed: list[Token] = []
    honoured = all(t.lower_.rstrip(".") in _HONORIFICS for t in before)  # "the pathologist, Dr. Anna Keller"
    if honoured and i > 0 and doc[i].text == ",":
        apposed = _until_break(doc, i - 1, -1)
    after: list[Token] = []
    if name.end < len(doc) and doc[name.end].text == ",":
        after = _until_break(doc, name.end + 1, 1)
    return [words for words in (before, apposed, after) if any(_is_role(t) for t in words)]


def _until_break(doc: Doc, start: int, step: int) -> list[Token]:
    """The words from a place on to the next comma, verb or quotation mark; eleven at most."""
    words: list[Token] = []
    for i in range(max(start, 0), max(min(start + 11 * step, len(doc)), -1), step):
        clause = doc[i].pos_ in {"VERB", "AUX", "PRON", "SCONJ"} and doc[i].tag_ != "PRP$" and not _in_title(doc[i])
        if clause or doc[i].text in {",", '"', ":", ";", "("}:
            break
        words.append(doc[i])
    words = words[::step]
    end = next((i for i, t in enumerate(words) if t.lower_ in {"for", "to", "with"}), len(words))
    return words[:end]  # "spokesman for the vice president"


def _in_title(token: Token) -> bool:
    """ "the managing director" """
    return token.tag_ == "VBG" and token.i + 1 < len(token.doc) and _is_role(token.nbor(1))


def _is_role(token: Token) -> bool:
    return token.lower_.rstrip(".") in HUMANS | TITLES or token.lower_.endswith(("man", "woman"))


def traits(name: Span) -> set[str]:
    """Words that tell the role of a named person; titles written short also in full."""
    told = [t for t in (*name, *chain.from_iterable(described(name))) if t.lower_.rstrip(".") in TITLES]
    titles = {t.lower_.rstrip(".") for t in told}
    titles |= {
        TITLES_IN_FULL[w] for t in told if not t.text.isupper() and (w := t.lower_.rstrip(".")) in TITLES_IN_FULL
    }
    if titles & {"lt", "lieutenant"}:
        titles -= {"gov", "governor"}  # "Lt. Gov."
    words = {t.lower_ for role in described(name) for t in role if t.is_alpha and t.lower_ not in TITLES}
    return (titles | words) - set(GENDERED_TITLES)
