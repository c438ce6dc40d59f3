"""Compound sentences that set two speakers against each other -> a claim of each: "Keller said the dam was safe, but Reed said ...".

Only these are parted: each clause has a reporting verb and a subject of its own, outside quotation marks, and the second leans on no
pronoun; behind a semicolon, as in a sentence of its own, only its subject must not be one. Other clauses need each other: "relief is being
carried by boat" says too little alone, and such claims raise false alarms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nli.lexicon import NEEDS_CLAUSE, SPEECH_VERBS
from nli.parsed import SUBJECTS, TENSED

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

SHORTEST = 4  # words of a clause
_HEADS = SUBJECTS | {"expl"}
_CONTRASTS = {"while", "whereas", "although", "though"}


def clauses(sentence: Span, quoted: list[bool]) -> list[tuple[int, int]]:
    """Character spans, in order, without the conjunctions and commas between them; the whole sentence where it has one clause.

    `quoted`: for each character of the document whether it stands in quotation marks.
    """
    return [span for part in _at_semicolons(sentence, quoted) for span in _joined(part, quoted)]


def _at_semicolons(sentence: Span, quoted: list[bool]) -> list[Span]:
    """The parts of "The army said the bridge was safe; the navy said it was not", without the semicolons: the parser makes either clause
    what the other reports."""
    doc, parts, first = sentence.doc, [], sentence.start
    for mark in (t for t in sentence if t.text == ";" and not quoted[t.idx]):
        opens = next((t.i for t in doc[mark.i : sentence.end] if not _joins(t)), sentence.end)
        before, after = doc[first : mark.i], doc[opens : sentence.end]
        if _is_report(before) and _is_report(after) and not _names_nobody(after):
            parts.append(before)
            first = opens
    return [*parts, doc[first : sentence.end]]


def _is_report(part: Span) -> bool:
    """Whether the main verb of a part reports, and is not itself reported: "that the army had told him so"."""
    if len(part) < SHORTEST:  # nothing may follow a semicolon, and nothing has no root
        return False
    verb = part.root
    if not _reports(verb) or verb.tag_ not in TENSED or part[0].lower_ == "that":
        return False
    reported = any(t.dep_ in {"ccomp", "oprd", "xcomp"} for t in verb.children)
    return _subject(verb) is not None and (reported or verb.lemma_ not in NEEDS_CLAUSE)


def _names_nobody(part: Span) -> bool:
    subject = _subject(part.root)
    return subject is None or subject.pos_ == "PRON"


def _joined(sentence: Span, quoted: list[bool]) -> list[tuple[int, int]]:
    """The spans of clauses joined by "and", "but" or "while"."""
    spans = []
    start, first = sentence.start_char, sentence.start
    if not _reports(sentence.root):
        return [(start, sentence.end_char)]
    joined = (t for t in sentence if _reports(t) and _has_subject(t))
    verbs = [t for t in joined if _coordinated(t, sentence.root) or _contrasted(t, sentence.root)]
    if not verbs or _tagged(sentence, verbs):
        return [(start, sentence.end_char)]
    for verb in verbs:
        opens = min(t.i for t in verb.subtree)
        opens += sentence.doc[opens].lower_ in _CONTRASTS
        closes = opens
        while closes > first and _joins(sentence.doc[closes - 1]):
            closes -= 1
        before, after = sentence.doc[first:closes], sentence.doc[opens : sentence.end]
        comma = any(t.text in {",", ";"} for t in sentence.doc[closes:opens])
        apart = comma and not quoted[after.start_char] and not quoted[before.end_char - 1]
        if apart and len(before) >= SHORTEST and _stands_alone(after, verb):
            spans.append((start, before.end_char))
            start, first = after.start_char, opens
    return [*spans, (start, sentence.end_char)]


def _coordinated(verb: Token, root: Token) -> bool:
    """Whether a verb is joined to the main one by "and", "but" or a semicolon, itself or over others so joined."""
    head = verb
    while head.dep_ == "conj":
        head = head.head
    return verb != head == root and _has_subject(root)


def _contrasted(verb: Token, root: Token) -> bool:
    """Whether a verb is that of a clause like "while others stayed" behind the main one; the parser hangs "A said ..., while B
    said ..." on what A said."""
    marked = any(t.dep_ == "mark" and t.lower_ in _CONTRASTS for t in verb.lefts)
    beside = verb.head == root or (verb.head.dep_ == "ccomp" and verb.head.head == root)
    return verb.dep_ == "advcl" and beside and verb.i > root.i and marked


def _tagged(sentence: Span, verbs: list[Token]) -> bool:
    """Whether a speaker is named beside the clauses and not as the subject of one."""
    said_before = any(t.dep_ == "ccomp" for t in sentence.root.lefts)
    beside = (t for t in sentence if t not in {sentence.root, *verbs} and t.dep_ != "ccomp")
    return said_before or any(t.lower_ == "according" or (_reports(t) and t.pos_ == "VERB") for t in beside)


def _reports(token: Token) -> bool:
    return token.lemma_ in SPEECH_VERBS


def _subject(verb: Token) -> Token | None:
    return next((t for t in verb.children if t.dep_ in _HEADS), None)


def _has_subject(verb: Token) -> bool:
    return any(t.dep_ in _HEADS for t in verb.lefts)


def _joins(token: Token) -> bool:
    return token.dep_ == "cc" or token.text in {",", ";"} or token.lower_ in _CONTRASTS


def _stands_alone(clause: Span, verb: Token) -> bool:
    finite = any(t.tag_ in TENSED for t in (verb, *verb.lefts))
    leans = any(t.pos_ == "PRON" and t.dep_ != "expl" for t in clause)
    return len(clause) >= SHORTEST and finite and not leans
