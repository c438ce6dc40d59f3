"""Where a sentence says who says it: reporting verbs and their subjects, from the parse and from the words themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nli.cast import Cast
from nli.lexicon import (
    ACCOUNTS,
    BODIES,
    DOCUMENTS,
    ENTRIES,
    NEEDS_CLAUSE,
    NO_SOURCES,
    PARTS,
    PLAIN_VERBS,
    PRONOUN_GENDER,
    RECORD_VERBS,
    REGISTERS,
    SPEECH_VERBS,
)
from nli.naming import Attribution, can_speak, is_named_person, name, part_of_writing
from nli.nested import passed_on
from nli.parsed import FINITE, SUBJECTS
from nli.tags import BREAKS, RELATIVE, before_colon, beside, detached, goes_on, inverted, tagged
from nli.telling import denied, kept_back, makes_known, teller

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_NO_SPEAKERS = {"i", "we", "you", "who", "which", "that", "what", "there"}
_PASSING = {"after", "although", "because", "before", "since", "though", "until", "when", "while"}


def attribution(sentence: Span, quoted: list[bool], cast: Cast) -> Attribution | None:
    """The outermost attribution in a sentence, or None. `quoted[i]`: character i of the parsed text is inside a quotation."""
    for subject in _subjects(sentence, quoted):
        if quoted[subject.idx]:
            continue
        meant = _meant_here(subject, sentence, quoted, cast)
        if found := name(meant or subject, cast):
            if meant:
                found = replace(found, start=subject.idx, end=subject.idx + len(subject), pronoun=True)
            told = passed_on(subject, sentence, quoted, cast, lambda verb: _subject_of(verb, False))
            return replace(found, passed_on=told if told != found.speaker else None)
    return None


def _meant_here(pronoun: Token, sentence: Span, quoted: list[bool], cast: Cast) -> Token | None:
    """ "Anna Keller had left at noon, she said", "The mayor, Anna Keller, had left, she said": the person whom the sentence is about
    is who is meant by the pronoun of its tag, unless told to be of the other gender, or to have spoken: "Anna Keller had replied
    that it was too late, she said". So is the body that it is about by "it"."""
    before = [t for t in sentence if t.i < pronoun.i and t.dep_ in SUBJECTS and not quoted[t.idx]]
    if not before or before[0].head.dep_ in RELATIVE:
        return None
    if pronoun.lower_ == "it":
        body = before[0].lower_ in BODIES or before[0].ent_type_ == "ORG"
        return before[0] if body and pronoun.head.lemma_ in PLAIN_VERBS and pronoun.head.tag_ == "VBD" else None
    if pronoun.lower_ not in PRONOUN_GENDER:
        return None
    apposed = (c for c in before[0].children if c.dep_ == "appos")
    named = next((t for t in (before[0], *apposed) if is_named_person(t)), None)
    if named is None:
        return None
    spoke = before[0].head.lemma_ in SPEECH_VERBS and any(c.lower_ == "had" for c in before[0].head.children)
    person = cast.person(named.text)
    fits = cast.human(person) and cast.gender(person) in (None, PRONOUN_GENDER[pronoun.lower_])
    return named if fits and not spoke else None


def _subjects(sentence: Span, quoted: list[bool]) -> list[Token]:
    """What may head the speaker's phrase, likeliest first: the subject of ", she said,", which reports all that stands around
    it; of the reporting verb highest in the parse; of a verb whose subject the parser lost; of "X, who said that"."""
    own = [t for t in sentence if not quoted[t.idx]]
    has_quote = len(own) < len(sentence)
    tags = [s for t in own if (s := tagged(t, sentence) or inverted(t, sentence))]
    parsed = sorted((_rank(t), t.i, s) for t in own if (s := _subject_of(t, has_quote, sentence.start)))
    taken = {t.i for t in own if (s := _own_subject(t)) is not None and not quoted[s.idx]}
    lost = [s for t in own if t.lemma_ in PLAIN_VERBS and t.i not in taken and (s := beside(t, sentence, quoted))]
    lost += [s for t in own if t.lemma_ in PLAIN_VERBS and t.i not in taken and (s := detached(t, sentence))]
    colon = [s for s in [before_colon(sentence, quoted)] if s]
    reckoned = [s for t in own if (s := _reckoning(t)) and (can_speak(s) or s.lower_ in {"his", "her"})]
    relative = [t.head for t in own if _reports_relatively(t, has_quote)]
    return [*tags, *(s for *_, s in parsed), *lost, *colon, *relative, *reckoned]


def _rank(verb: Token) -> tuple[bool, int]:
    """Outer verbs first; "they answered the roll, according to X" is X's unless the verb plainly reports."""
    return verb.lower_ != "according" and verb.lemma_ not in PLAIN_VERBS, sum(1 for _ in verb.ancestors)


def _reports_relatively(verb: Token, has_quote: bool) -> bool:
    """ "a report by the court, which reckons that ..." """
    if verb.dep_ not in RELATIVE or verb.lemma_ not in SPEECH_VERBS or not can_speak(verb.head):
        return False
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    objects = {"ccomp"} if verb.lemma_ in NEEDS_CLAUSE else {"ccomp", "dobj"}
    reported = any(c.dep_ in objects for c in verb.children) or (has_quote and verb.lemma_ in PLAIN_VERBS)
    return reported and subject is not None and subject.lower_ in {"who", "which", "that"}


def _subject_of(token: Token, has_quote: bool, first: int = 0) -> Token | None:
    """The token that heads the speaker's phrase when `token` is a reporting verb or "according"; `first`: where its sentence, or
    the clause of it that is looked at, begins."""
    if token.lower_ == "according":
        source = next((c for p in token.children if p.lower_ == "to" for c in p.children if c.dep_ == "pobj"), None)
        negated = token.i > 0 and token.nbor(-1).lower_ == "not"  # "Not according to Keller."
        return None if negated or (source is not None and _no_source(source)) else source
    if token.pos_ not in {"VERB", "AUX"} or (token.dep_ in RELATIVE and not _reports_after_all(token)):
        return None
    if token.lemma_ == "quote" and any(c.dep_ in {"nsubjpass", "nsubj:pass"} for c in token.children):
        return next(c for c in token.children if c.dep_ in {"nsubjpass", "nsubj:pass"})
    if told_by := teller(token, has_quote):
        return None if _in_passing(token, first) else told_by
    subject = _own_subject(token)
    if subject is None or subject.lower_ in _NO_SPEAKERS or denied(subject) or _in_passing(token, first):
        return None
    if kept_back(token) or any(c.dep_ in {"dative", "dobj"} and c.lower_ in {"nobody", "none"} for c in token.children):
        return None  # "She told nobody."
    if makes_known(token):
        return subject
    if _records(token, subject):
        return subject
    if _speaks_of(token):
        return subject
    went_on = goes_on(token) and token.doc[max(subject.left_edge.i - 1, token.sent.start)].text in BREAKS
    if token.lemma_ not in SPEECH_VERBS and not went_on:
        return None
    clause = any(c.dep_ in {"ccomp", "xcomp", "oprd"} for c in token.children) or token.dep_ in {"ccomp", "parataxis"}
    described = token.lemma_ == "describe" and any(c.lower_ == "as" for c in token.children)
    if token.lemma_ in NEEDS_CLAUSE and not (described or clause or has_quote or _ruled_out(token)):
        return None
    return subject


def _no_source(noun: Token) -> bool:
    """ "according to the season", "according to plan", "according to your purse" """
    bare = noun.lower_ in {"plan", "schedule"} and not list(noun.children)
    return bare or noun.lower_ in NO_SOURCES or any(c.lower_ in {"my", "our", "your"} for c in noun.children)


def _reports_after_all(verb: Token) -> bool:
    """ "The train was moving, an investigator who has read the log told us": the parser hangs the tag on a noun before it."""
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    if verb.lemma_ not in PLAIN_VERBS or verb.tag_ not in FINITE or subject is None or subject.pos_ != "NOUN":
        return False
    left: Token = subject.left_edge
    return bool(left.pos_ == "DET" and left.i > verb.sent.start and left.nbor(-1).text == ",")


def _reckoning(noun: Token) -> Token | None:
    """Whose it is: "by the mediator's count", "in her opinion", "by the count of the police"."""
    if noun.lower_ not in ACCOUNTS or noun.head.lower_ not in {"by", "in"} or noun.head.pos_ != "ADP":
        return None
    owner = next((c for c in noun.children if c.dep_ == "poss" and c.lower_ not in {"its", "my", "our", "your"}), None)
    if owner is not None and owner.lower_ in {"his", "her"}:
        subjects = (c for verb in noun.ancestors for c in verb.children if c.dep_ == "nsubj" and can_speak(c))
        return next(subjects, owner)
    of = next((c for c in noun.children if c.lower_ == "of"), None)
    return owner or (next((c for c in of.children if c.dep_ == "pobj"), None) if of is not None else None)


def _speaks_of(verb: Token) -> bool:
    """ "The army speaks of two dead", "he put the number at 600": a figure or an account given with a preposition."""
    prepositions = {c.lower_ for c in verb.children if c.dep_ == "prep"}
    if verb.lemma_ in {"hop", "hope", "speak"}:
        return ("of" if verb.lemma_ == "speak" else "for") in prepositions
    given = any(c.dep_ == "dobj" for c in verb.children)
    down = any(c.lower_ == "down" for c in verb.children) and "to" in prepositions
    return verb.lemma_ == "put" and given and ("at" in prepositions or down) and _has_figure(verb, down)


def _has_figure(verb: Token, down: bool) -> bool:
    return down or any(t.like_num for p in verb.children if p.lower_ == "at" for t in p.subtree)


def _in_passing(verb: Token, first: int) -> bool:
    """ "Shares rose after a newspaper reported a merger": the reporter tells of the report, and the shares are his."""
    clause = next((t for t in (verb, *verb.ancestors) if t.dep_ not in {"conj", "aux"}), verb)
    # "Shares fell as the bank said it would sell.", but not "As the bank said, shares fell."
    passing = _PASSING | ({"as"} if any(c.dep_ == "ccomp" for c in verb.children) else set())
    return clause.dep_ == "advcl" and any(c.lower_ in passing and first <= c.i < verb.i for c in clause.children)


def _own_subject(verb: Token) -> Token | None:
    """The subject of a verb, or the one it shares with the verb it is joined to ("arrived and said")."""
    for _ in range(3):
        subjects = [c for c in verb.children if c.dep_ == "nsubj"]
        if subjects:
            return _of_several(subjects, verb)
        if any(c.dep_ == "nsubjpass" for c in verb.children) or verb.dep_ not in {"conj", "advcl", "xcomp"}:
            return None
        verb = verb.head
    return None


def _of_several(subjects: list[Token], verb: Token) -> Token:
    """The parser takes words of what is reported for subjects too: the one set off right before the verb, else the first that can
    speak."""
    able = [s for s in subjects if s.i < verb.i and can_speak(s)]
    last = able[-1] if able[1:] and able[-1].i == verb.i - 1 else None
    tag = last is not None and last.left_edge.i > 0 and last.left_edge.nbor(-1).text == ","
    return last if last is not None and tag else (able or subjects)[0]


def _records(verb: Token, subject: Token) -> bool:
    """Whether a writing says something: "the log lists 17 centres", "the register has an entry", "it names the hour"."""
    objects = [c for c in verb.children if c.dep_ in {"dobj", "ccomp", "attr"}]
    counted = any(t.like_num for o in objects for t in o.children)
    if verb.lemma_ == "count" and counted and _is_writing(subject):
        return True
    # "The inquiry found that ...", "The union counts 640"
    if subject.lower_ in BODIES and verb.lemma_ in {"count", "find"}:
        return counted if verb.lemma_ == "count" else any(o.dep_ == "ccomp" for o in objects)
    if subject.lower_ != "it" and not _is_writing(subject):
        return False
    if verb.lemma_ == "find" and subject.lower_ != "it":  # "The study found that ...", "A survey found 7 in 10 content"
        return any(o.dep_ == "ccomp" or any(t.like_num for t in o.subtree) for o in objects)
    if verb.lemma_ in RECORD_VERBS or (verb.lemma_ in {"cite", "describe"} and subject.lower_ != "it"):
        return bool(objects)
    after = {c.lower_ for c in verb.children if c.dep_ in {"prep", "prt"}}
    if verb.lemma_ in {"ask", "call", "provide"} and "for" in after:  # "His letter asks for a list"
        return bool(subject.lower_ != "it")
    if verb.lemma_ == "set":
        return bool(after & {"down", "forth", "out"})
    held = [c for o in objects for c in (o, *o.conjuncts)]
    if verb.lemma_ == "have" and any(o.lemma_.lower() in ENTRIES for o in held):
        return True
    counted = any(t.like_num for o in held for t in (o, *o.children))
    lists = subject.lemma_.lower() in REGISTERS | PARTS
    return bool(lists and counted and verb.lemma_ in {"carry", "count", "have", "hold"})


def _is_writing(subject: Token) -> bool:
    """ "the log", "Paragraph six", "the next line": a writing or a part of one."""
    return part_of_writing(subject) or (subject.pos_ == "NOUN" and subject.lemma_.lower() in DOCUMENTS)


def _ruled_out(token: Token) -> bool:
    return token.lemma_ == "rule" and any(c.lower_ == "out" for c in token.children)
