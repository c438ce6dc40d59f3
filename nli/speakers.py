"""Who says it: the speaker of each sentence, from the parse, the quotation marks and the people met so far.

Forms covered: direct, split and multi-sentence quotes, "X said that", "said X", "according to X", "X told Y", "was quoted
as saying", a surname or title for a person named before, "the official" for "a senior official", he / she / they / it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nli.cast import ORGANISATIONS, Cast, is_person, strip_titles, title_before, whole_name
from nli.lexicon import BODIES, DOCUMENTS, GENDERED_TITLES, HUMANS, NEEDS_CLAUSE, PLAIN_VERBS, SPEECH_VERBS, TITLES

_PARTICLES = "van von de der den del della da dos di du la le el al bin ibn ben ter ten af av y e".replace(" ", "|")
_NAME = re.compile(rf"[^\W\d_][\w’'.-]*(?:\s+(?:(?:{_PARTICLES})\s+)*[^\W\d_][\w’'.-]*)*")
_APPOSED_NAME = re.compile(
    r",?\s+((?:(?:Mr|Mrs|Ms|Dr|Sir)\.?\s+)?[A-ZÀ-Þ][\w’'.-]*(?:\s+(?:[a-z]{2,3}\s+)?[A-ZÀ-Þ][\w’'.-]*)+)(?=,|\s+(?:said|told|says|added))"
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token


@dataclass(frozen=True)
class Attribution:
    """The speaker of a sentence, the words that name them there, and whether those words are only a pronoun."""

    speaker: str
    start: int  # characters of the parsed text
    end: int
    pronoun: bool


Voice = tuple["str | None", "Attribution | None"]  # the speaker of a sentence, and where it names them if it does


def quotations(text: str) -> tuple[list[bool], bool]:
    """For each character whether it stands inside double quotation marks (the marks included); and whether one is left open."""
    inside = [False] * len(text)
    start: int | None = None
    for i, character in enumerate(text):
        if start is None and character in '“„«"':
            start = i
        elif start is not None and character in '”»"':
            inside[start : i + 1] = [True] * (i + 1 - start)
            start = None
    if start is not None and text[start] == "“":
        inside[start:] = [True] * (len(text) - start)
        return inside, True
    return inside, False


def voices(units: list[tuple[int, int]], doc: Doc, quoted: list[bool], cast: Cast, carried: str | None) -> list[Voice]:
    """The speaker of each unit. A sentence all in quotation marks takes the attribution that its paragraph gives: of the
    quotation it continues, else the next one, else whoever the paragraph was about."""
    found: list[Attribution | None] = []
    about: list[str | None] = []  # the person in focus after each unit
    for unit in units:
        sentence = span_of(doc, *unit)
        found.append(attribution(sentence, quoted, cast))
        cast.follow(sentence, quoted)
        about.append(cast.focus[-1] if cast.focus else None)
    result: list[Voice] = []
    spoken = carried
    speaker: str | None
    for i, (unit, given) in enumerate(zip(units, found, strict=True)):
        sentence = span_of(doc, *unit)
        if given:
            speaker = spoken = given.speaker
        elif _all_quoted(doc.text, quoted, *unit):
            speaker = spoken = spoken or _next_speaker(doc.text, units[i:], found[i:], quoted)
        elif i and spoken and _reported(sentence, quoted):
            speaker = spoken
        else:
            speaker = None
            spoken = about[i] if any(found[: i + 1]) or any(map(is_person, sentence.ents)) else None
        result.append((speaker, given))
    return result


def _reported(sentence: Span, quoted: list[bool]) -> bool:
    """Whether a sentence without attribution goes on reporting: "She had not been told. It would all be repaid." """
    if any(quoted[sentence.start_char : sentence.end_char]):
        return False
    finite = [t for t in sentence if t.tag_ in {"VBD", "VBZ", "VBP", "MD"} and t.dep_ not in {"relcl", "acl", "advcl"}]
    return (
        bool(finite)
        and finite[0].lower_ in {"would", "had", "could", "'d"}
        and finite[0].dep_ in {"aux", "auxpass", "ROOT"}
    )


def _next_speaker(
    text: str, units: list[tuple[int, int]], found: list[Attribution | None], quoted: list[bool]
) -> str | None:
    """The attribution that closes a quotation: the first one after it, if only quoted sentences lie between."""
    for unit, given in zip(units, found, strict=True):
        if given:
            return given.speaker
        if not _all_quoted(text, quoted, *unit):
            return None
    return None


def span_of(doc: Doc, start: int, end: int) -> Span:
    span = doc.char_span(start, end, alignment_mode="expand")
    assert span is not None  # a unit is made of sentences of this doc
    return span


def _all_quoted(text: str, quoted: list[bool], start: int, end: int) -> bool:
    return all(quoted[i] for i in range(start, end) if text[i].isalnum())


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
    name = subject.pos_ == "PROPN" and subject.text[0].isupper()
    if name or subject.ent_type_ in ORGANISATIONS or {head, singular} & (BODIES | DOCUMENTS):
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
            if is_person(entity) and entity.start <= bearer.i < entity.end:
                name = whole_name(entity)
                title = title_before(name)
                return f"{title} {name.text}" if title in GENDERED_TITLES else name.text
    following = _APPOSED_NAME.match(subject.doc.text, phrase.end_char)
    if following and subject.pos_ == "NOUN":
        return following.group(1)
    for bearer in bearers:
        if bearer.pos_ == "PROPN" and bearer.ent_type_ not in ORGANISATIONS:
            words = whole_name(bearer.doc[bearer.i : bearer.i + 1]).text
            found = _NAME.findall(strip_titles(words))
            name = found[-1] if found else ""
            capitalised = [w for w in name.split() if w[0].isupper()]
            if len(capitalised) >= 2 or words.split()[0].rstrip(".").lower() in TITLES:
                return words if words.split()[0].rstrip(".").lower() in GENDERED_TITLES else name
    return None
