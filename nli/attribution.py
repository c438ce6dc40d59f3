"""Where a sentence says who says it: reporting verbs and their subjects, from the parse and from the words themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nli.cast import Cast
from nli.lexicon import NEEDS_CLAUSE, PLAIN_VERBS, SPEECH_VERBS
from nli.naming import Attribution, name

if TYPE_CHECKING:
    from spacy.tokens import Span, Token


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
    return name(best[1], cast) if best else None


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
