"""Whether a sentence that names no speaker goes on reporting what somebody said in one before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nli.cast import Cast
from nli.lexicon import DOCUMENTS, ENTRIES, GESTURES, PLAIN_VERBS
from nli.naming import is_named_person
from nli.parsed import SUBJECTS, TENSED
from nli.telling import denied, kept_back

if TYPE_CHECKING:
    from spacy.tokens import Span, Token


def goes_on(sentence: Span, quoted: list[bool], spoken: str, following: str | None, heard: bool, cast: Cast) -> bool:
    """Whether a sentence without attribution goes on reporting what `spoken` said before; `heard`: in the sentence before.

    Reporters mark it by the tense ("It would all be repaid.") or by a few words in quotation marks; or the next attribution
    of the paragraph is to the same speaker, and nobody else acts in between; or a pronoun follows in the past (`_tells_on`).
    """
    own = [t for t in sentence if not quoted[t.idx]]
    if any(t.lower_ in {"i", "we", "us", "my", "our", "me"} and t.text != "US" for t in own):
        return False  # the reporter
    if any(kept_back(t) or _nobody_would(t) for t in own):
        return False  # "The county would not confirm that."
    if (_backshifted(sentence, quoted) and not _owned(sentence, spoken, cast)) or (
        heard and _still_reported(sentence, quoted)
    ):
        return True
    if any(name != spoken for name in cast.named(sentence, quoted)):
        return False
    if heard and (_reads_on(own, spoken) or (spoken in cast.names and _tells_on(own))):
        return True
    if len(own) < len(sentence):
        return True
    subject = next((t for t in own if t.dep_ in SUBJECTS and t.head.dep_ == "ROOT"), None)
    acts = subject is not None and subject.lower_ in {"he", "she"}  # "He looked at his hands.": the reporter tells it
    return following == spoken and not acts


def _nobody_would(verb: Token) -> bool:
    """ "Neither the firm nor the agency would comment." """
    silent = verb.lemma_ in {"comment", "confirm", "discuss", "elaborate"}
    return silent and any(c.dep_ == "nsubj" and denied(c) for c in verb.children)


def _reads_on(own: list[Token], spoken: str) -> bool:
    """ "The log has the first call at 1:14. Contact is entered at 1:45.": what a writing lists goes on, where nobody acts."""
    head = re.split(r"\s(?:by|for|from|of|to|with)\s", spoken)[0].split()[-1]
    if head not in DOCUMENTS or any(t.tag_ == "VBD" for t in own):
        return False
    people = any(t.pos_ == "PRON" and t.lower_ in {"he", "she", "they", "you"} for t in own)
    return not people and any(t.like_num or t.text[0].isdigit() or t.lemma_.lower() in ENTRIES for t in own)


def _tells_on(own: list[Token]) -> bool:
    """ "The dam was empty, Anna Keller said. Nobody opened the gates.": the past of a pronoun goes on being told by a person given by
    name, unless it comes from a writing or is what a reporter sees ("She looked at her shoes."). Of other subjects ("Two people were
    hurt.") the reporter tells as often."""
    verb = next((t for t in own if t.tag_ in TENSED), None)
    subject = next((t for t in own if t.dep_ in SUBJECTS), None)
    if subject is None or subject.lower_ in {"it", "this", "that", "which", "who", "what"}:
        return False
    if subject.pos_ != "PRON" and not any(c.tag_ == "PRP$" for c in subject.children):
        return False
    written = any(t.lemma_.lower() in DOCUMENTS and t.dep_ in SUBJECTS | {"pobj"} for t in own)
    return verb is not None and verb.tag_ == "VBD" and verb.lemma_ not in GESTURES and not written


def finite(sentence: Span) -> bool:
    return any(t.tag_ in TENSED for t in sentence)


def _backshifted(sentence: Span, quoted: list[bool]) -> bool:
    """ "She had not been told. It would all be repaid.": the tense of reported speech."""
    finite = [t for t in _tensed(sentence, quoted) if t.dep_ not in {"relcl", "acl", "advcl"}]
    return bool(finite) and _shifted(finite[0])


def _owned(sentence: Span, spoken: str, cast: Cast) -> bool:
    """ "Kim Adler had tears in her eyes.": somebody else has something, which is no tense of reported speech."""
    root = sentence.root
    subject = next((c for c in root.children if c.dep_ == "nsubj"), None)
    if root.lower_ != "had" or subject is None or not is_named_person(subject):
        return False
    return cast.person(subject.text) != spoken


def _still_reported(sentence: Span, quoted: list[bool]) -> bool:
    """ "It was the mayor who had known.", "The gate was open, and he had seen it.": that tense after a main clause in the past."""
    tensed = _tensed(sentence, quoted)
    if len(tensed) < 2 or tensed[0].tag_ != "VBD" or any(t.lemma_ in PLAIN_VERBS for t in tensed):
        return False
    cleft = sentence[0].lower_ == "it" and tensed[0].lemma_ == "be" and _shifted(tensed[1])
    return cleft or any(_shifted(t) and _leads(t) for t in tensed[1:])


def _tensed(sentence: Span, quoted: list[bool]) -> list[Token]:
    return [t for t in sentence if not quoted[t.idx] and t.tag_ in TENSED]


def _shifted(verb: Token) -> bool:
    return verb.lower_ in {"would", "had", "could", "might", "should", "'d"} and verb.dep_ in {"aux", "auxpass", "ROOT"}


def _leads(auxiliary: Token) -> bool:
    """ "The gate was open, and he had seen it": an auxiliary of a main clause, but for a refusal ("and would name none of them")."""
    verb = auxiliary.head
    perfect = auxiliary.lower_ == "had" or any(c.lower_ == "have" for c in verb.children)
    refused = any(c.dep_ == "neg" for c in verb.children) and not perfect
    while verb.dep_ in {"conj", "ccomp"} and verb.head.pos_ in {"VERB", "AUX"}:
        verb = verb.head
    return verb.dep_ == "ROOT" and not refused
