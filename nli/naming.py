"""Whom a subject names: the person, body or writing behind the words that stand before a reporting verb."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from nli.cast import OWNERS, Cast
from nli.lexicon import BODIES, DOCUMENTS, GENDERED_TITLES, HUMANS, PARTS, PLAIN_VERBS, RECORD_VERBS, TITLES
from nli.names import ORGANISATIONS, is_person, phrase, strip_titles, title_before, whole_name
from nli.parsed import FINITE, entity_at, text_of

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_PARTICLES = "van von de der den del della da dos di du la le el al bin ibn ben ter ten af av y e".replace(" ", "|")
_NAME = re.compile(rf"[^\W\d_][\w’'.-]*(?:\s+(?:(?:{_PARTICLES})\s+)*[^\W\d_][\w’'.-]*)*")
_APPOSED_NAME = re.compile(
    r",?\s+((?:(?:Mr|Mrs|Ms|Dr|Sir)\.?\s+)?[A-ZÀ-Þ][\w’'.-]*(?:\s+(?:[a-z]{2,3}\s+)?[A-ZÀ-Þ][\w’'.-]*)+)(?=[,;]|\.(?:\s|$)|\s+(?:said|told|says|added))"
)

_CALLED = re.compile(
    r",\s(?:(?:the\s)?([A-ZÀ-Þ][\w’'.&-]*(?:\s(?:[A-ZÀ-Þ&][\w’'.&-]*|\d+))*)(?=,\s)"
    r"|(?:and\s)?(?:who|which)\s(?:is|was|are|were)\s(?:\w+\s)?(?:identified|known|named|referred\sto)\s(?:only\s)?as\s(witness\s\d+|[A-ZÀ-Þ][\w-]*))"
)
_ORDINALS = {"first", "second", "third", "fourth", "fifth", "next", "last", "final", "following", "same"}
_MEASURES = {"CARDINAL", "ORDINAL", "DATE", "TIME", "QUANTITY", "MONEY", "PERCENT"}
_LISTS = ("blacklist", "checklist", "playlist", "shortlist", "twist", "wishlist")
_GROUPS = {"people", "others", "men", "women", "children", "many", "some", "both", "critics", "supporters"}
_READING = {"cite", "examine", "hear", "obtain", "quote", "read", "review", "see", "view"}
_SILENT = _MEASURES | {"PRODUCT", "LOC", "EVENT", "WORK_OF_ART", "FAC"}


@dataclass(frozen=True)
class Attribution:
    """The speaker of a sentence, the words that name them there, and whether those words are only a pronoun. `passed_on`: whose
    words the speaker repeats."""

    speaker: str
    start: int  # characters of the parsed text
    end: int
    pronoun: bool
    passed_on: str | None = None


def name(subject: Token, cast: Cast) -> Attribution | None:
    """Resolves the phrase headed by `subject` to a speaker."""
    if subject.pos_ == "PRON" and subject.lower_ in {"he", "she", "they", "it"}:
        writes = subject.lower_ == "it" and (subject.head.lemma_ in RECORD_VERBS | {"have"} or _on_a_page(subject.head))
        speaker = cast.writing if writes else cast.pronoun(subject.lower_)
        return Attribution(speaker, subject.idx, subject.idx + len(subject), True) if speaker else None
    if cast.writing and part_of_writing(subject):
        words = phrase(subject)
        return Attribution(cast.speaking(cast.writing, person=False), words.start_char, words.end_char, False)
    if subject.lower_ in OWNERS:
        owner = cast.pronoun(OWNERS[subject.lower_])
        return Attribution(owner, subject.idx, subject.idx + len(subject), False) if owner else None
    if subject.pos_ == "NUM" and (apposed := next((c for c in subject.children if c.dep_ == "appos"), None)):
        subject = apposed if can_speak(apposed) else subject  # "One of them, a clerk of the court, said"
    words = phrase(subject)
    if subject.dep_ == "poss" and words[-1].tag_ == "POS":
        words = words[:-1]
    speaker = _speaker(subject, words, cast)
    if not speaker:
        return None
    if subject.pos_ == "PROPN" and subject.dep_ == "appos" and speaker not in cast.names:
        _note_alias(subject, speaker, cast)
    return Attribution(speaker, words.start_char, words.end_char, False)


def _speaker(subject: Token, words: Span, cast: Cast) -> str | None:
    """Who or what a noun phrase stands for, now the last one that spoke; None for what cannot speak."""
    person = words.text if cast.surname(words.text) else _person_in(subject, words)
    if person is not None:
        return cast.speaking(cast.person(person), person=True)
    kind = _kind(subject)
    if kind is None:
        return None
    if alias := _alias(subject, words):
        cast.aliases[subject.lower_] = alias
        return cast.speaking(alias, person=kind == "person")
    whole = _whole(words, subject)
    speaker = _of_whom(whole, subject, cast) if subject.pos_ == "NUM" else cast.description(whole, subject.lower_)
    if speaker.startswith("spokes") and " " not in speaker and words[0].lower_ in {"a", "another"}:
        speaker = _for_body(speaker, cast)
    if subject.lower_ in DOCUMENTS:
        cast.writing = speaker
    return cast.speaking(speaker, person=kind == "person" or speaker in cast.names)


def _note_alias(name: Token, speaker: str, cast: Cast) -> None:
    """ "The supplier in Brno, Moravolt, said": what "the supplier" means from now on."""
    host = next((t for t in name.ancestors if t.pos_ == "NOUN" and can_speak(t)), None)
    if host is not None and host.i < name.i:
        cast.aliases[host.lower_] = speaker


def _alias(subject: Token, words: Span) -> str | None:
    """What somebody without a personal name is called: "The supplier in Brno, Moravolt, said", "The soldier, who is known as M7, said"."""
    if subject.pos_ != "NOUN" or subject.lower_ in DOCUMENTS:
        return None
    after = subject.nbor(1) if subject.i + 1 < len(subject.doc) else subject
    if after.dep_ == "appos" and after.pos_ == "PROPN":  # "the operator Nordbane"
        return str(whole_name(subject.doc[after.i : after.i + 1]).text)
    called = _CALLED.match(text_of(subject.doc), words.end_char)
    place = any(c.dep_ == "appos" and c.ent_type_ in {"DATE", "GPE", "NORP", "TIME"} for c in subject.children)
    return None if called is None or place else called[1] or called[2]


def _of_whom(words: str, number: Token, cast: Cast) -> str:
    """ "Two officials confirmed it. One of them said ...": one of the two officials."""
    if not cast.body or not number.doc.vocab[cast.body.split()[0].lower()].like_num:
        return words
    return re.sub(r"\bthem$", f"the {cast.body[0].lower()}{cast.body[1:]}", words)


def _on_a_page(verb: Token) -> bool:
    """ "it says on page three" """
    places = (place for p in verb.children if p.dep_ == "prep" for place in p.children if place.dep_ == "pobj")
    return any(place.lower_ in PARTS for place in places)


def part_of_writing(subject: Token) -> bool:
    """ "Article 5", "paragraph six", "the next line"; but not "the cruise line", "the union's local chapter"."""
    if subject.pos_ == "NUM":
        return any(c.lower_ in PARTS for c in subject.lefts)
    if subject.lemma_.lower() not in PARTS or is_named_person(subject):
        return False
    after = subject.doc[subject.i + 1 : subject.i + 2]
    if any(c.lower_ == "its" for c in subject.lefts) and not any(t.like_num for t in after):
        return subject.lemma_.lower() in {"line", "page", "paragraph"}  # not "its entry into the market"
    bare = all(c.dep_ == "det" or c.lower_ in _ORDINALS for c in subject.lefts)
    return any(t.like_num for t in after) or (bare and any(c.lower_ in _ORDINALS for c in subject.lefts))


def _for_body(spokesman: str, cast: Cast) -> str:
    """ "The ministry has nine boats. They are new, a spokesman said.": whose spokesman it is."""
    if (
        not cast.thing
        or cast.thing == cast.writing
        or (cast.thing != cast.organisation and cast.thing.split()[-1] not in BODIES)
    ):
        return spokesman
    full = f"{spokesman} for {cast.thing}"
    cast.descriptions[spokesman] = full
    return full


def _whole(words: Span, subject: Token) -> str:
    """The phrase of a speaker with whoever issued it: "a memorandum circulated by the inspectors" is theirs."""
    if subject.pos_ == "NUM":
        ends = {subject.head, *subject.head.children} - {subject}  # "Three of the guards | have sworn"
        after = takewhile(lambda t: t.dep_ not in {"cc", "punct"} and t not in ends, subject.doc[subject.i :])
        return "".join(t.text_with_ws for t in after).strip()
    if subject.lower_ in DOCUMENTS and " by " not in words.text:
        for clause in (c for c in subject.children if c.dep_ == "acl" and c.lemma_ not in _READING):
            agents = [a for by in clause.children if by.lower_ == "by" for a in by.children if a.dep_ == "pobj"]
            if agents:
                return f"{words.text} by {phrase(agents[0]).text}"
    return str(words.text)


def can_speak(subject: Token) -> bool:
    """Whether a noun or name can be a speaker at all."""
    return is_named_person(subject) or _kind(subject) is not None


def is_named_person(token: Token) -> bool:
    entity = entity_at(token)
    return entity is not None and is_person(entity)


def _kind(subject: Token) -> str | None:
    """Whether a noun that is no personal name can speak: as a "person", as a "body" (or a writing), or not at all (None)."""
    head = subject.lower_
    singular = subject.lemma_.lower() if subject.tag_ in {"NNS", "NNPS"} else head
    singular = singular if singular != head or not head.endswith("s") else head[:-1]
    if subject.pos_ == "NUM" and _some_of_them(subject):
        return "person" if head == "one" else "body"
    if subject.ent_type_ in _SILENT and head not in BODIES | DOCUMENTS | HUMANS:
        return "body" if _tells(subject) else None
    if ({head, singular} & HUMANS and subject.pos_ != "PROPN") or head.endswith(("man", "woman", "person", "ologist")):
        return "person" if head == singular else "body"
    if {head, singular} & (BODIES | DOCUMENTS) or subject.ent_type_ in ORGANISATIONS:
        return "body"
    if subject.pos_ == "PROPN" and (subject.text[0].isupper() or subject.text[0] == "@"):
        return "person" if head in HUMANS else "body"
    if head in _GROUPS or (singular != head and _agent_noun(singular)):
        return "body"
    return "person" if _agent_noun(head) else "body" if _tells(subject) else None


def _tells(subject: Token) -> bool:
    """ "The auction house said that it had held no sale", "Lagoon Street told us it was safe": whatever the noun, it speaks. Only at
    the head of a sentence, and not when somebody else stands right before the verb: there the parser goes astray."""
    verb, doc = subject.head, subject.doc
    if _set_off(subject):
        return True
    if subject.dep_ != "nsubj" or subject.pos_ not in {"NOUN", "PROPN"} or subject.ent_type_ in _MEASURES:
        return False
    if verb.lemma_ == "put":  # "The regency put the number of sick at 57."
        return True
    closest = doc[verb.i - 1]
    other = closest != subject and bool({closest.lower_, closest.lemma_.lower()} & (HUMANS | BODIES))
    reports = verb.lemma_ in PLAIN_VERBS and any(c.dep_ == "ccomp" for c in verb.children)
    return reports and subject.left_edge.i == subject.sent.start and not other and closest.lower_ != "had"


def _set_off(subject: Token) -> bool:
    """ "It will come, the county says, in June.", "... , according to the plant": a tag between commas, whatever its noun."""
    verb, first = subject.head, subject.left_edge
    marked = any(c.dep_ in {"det", "poss"} and c.lower_ not in {"my", "our", "your"} for c in subject.lefts)
    if subject.dep_ == "pobj" and verb.lower_ == "to" and verb.head.lower_ == "according":
        return subject.pos_ in {"NOUN", "PROPN"}
    if not (subject.pos_ == "PROPN" or (subject.pos_ == "NOUN" and marked)) or subject.ent_type_ in _MEASURES:
        return False
    if subject.dep_ != "nsubj" or verb.lemma_ not in {"add", "say"} or verb.tag_ not in FINITE:
        return False
    opens, closes = min(first.i, verb.i), max(subject.right_edge.i if subject.i > verb.i else 0, verb.i)
    if opens == subject.sent.start or subject.doc[opens - 1].text not in {",", '"'}:
        return False
    after = subject.doc[closes + 1 : closes + 2]
    return after.text in {",", ".", ";", ":"} or any(t.pos_ == "ADP" or t.ent_type_ == "DATE" for t in after)


def _some_of_them(number: Token) -> bool:
    """ "Three of the guards have sworn", "One who has five children said": a number that stands for people."""
    of = next((c for c in number.children if c.lower_ == "of"), None)
    members = [c for c in of.children if c.dep_ == "pobj"] if of is not None else []
    people = any(c.lemma_.lower() in HUMANS | BODIES or c.lower_ in {"them", "us"} for c in members)
    return people or any(t.lower_ == "who" and t.dep_ == "nsubj" and t.head.head == number for t in number.subtree)


def _agent_noun(head: str) -> bool:
    """ "microbiologist", "scientist": nouns for persons by their ending."""
    return head.endswith(("ist", "person", "man", "woman")) and not head.endswith(_LISTS) and len(head) > 5


def _person_in(subject: Token, words: Span) -> str | None:
    """The personal name that `subject` bears: itself, or in apposition ("the chairman, Festus Walsh, said")."""
    apposed = [c for c in subject.children if c.dep_ == "appos"]
    bearers = [subject, *apposed]
    if subject.pos_ == "PROPN" and apposed and apposed[0].lower_ in HUMANS and subject.i - subject.left_edge.i == 1:
        bearers = [subject]  # "Anna Keller, a spokeswoman of the distributor, Peter Reed, said"
    for bearer in bearers:
        entity = entity_at(bearer)
        if entity is not None and is_person(entity):
            name = whole_name(entity)
            title = title_before(name)
            return f"{title} {name.text}" if title in GENDERED_TITLES else name.text
    following = _APPOSED_NAME.match(text_of(subject.doc), words.end_char)
    if following and subject.pos_ == "NOUN":
        return following.group(1)
    for bearer in bearers:
        if bearer.pos_ == "PROPN" and bearer.ent_type_ not in ORGANISATIONS:
            borne = whole_name(bearer.doc[bearer.i : bearer.i + 1]).text
            found = _NAME.findall(strip_titles(borne))
            name = found[-1] if found else ""
            capitalised = [w for w in name.split() if w[0].isupper()]
            if len(capitalised) >= 2 or borne.split()[0].rstrip(".").lower() in TITLES:
                return borne if borne.split()[0].rstrip(".").lower() in GENDERED_TITLES else name
    return None
