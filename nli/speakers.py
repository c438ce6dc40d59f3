"""Who says it: the speaker of each sentence, from the parse, the quotation marks and the people met so far.

Forms covered: direct, split and multi-sentence quotes, "X said that", "said X", "according to X", "X told Y", "was quoted
as saying", a surname or title for a person named before, "the official" for "a senior official", he / she / they / it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nli.attribution import attribution
from nli.cast import Cast
from nli.focus import follow
from nli.lexicon import DOCUMENTS, ENTRIES, PLAIN_VERBS
from nli.names import is_person
from nli.naming import Attribution, is_named_person
from nli.parsed import entities_in, text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token


# ‘We don’t know,’ as the British quote, or 'We don't know,': what closes it stands behind a comma or a full stop, where no apostrophe does.
_SINGLE = re.compile(
    r"(?<!\S)(?:‘(?=\w)[^‘“”\"]*?[,.?!…]’|'(?=\w)(?:(?!(?<!\S)'\w)[^‘“”\"])*?[,.?!…]')(?![^\s).,;:—–])"
)
Voice = tuple["str | None", "Attribution | None"]  # the speaker of a sentence, and where it names them if it does


def quotations(text: str) -> tuple[list[bool], bool]:
    """For each character whether it stands inside quotation marks (the marks included); and whether a double one is left open."""
    inside = [False] * len(text)
    for single in _SINGLE.finditer(text):
        inside[slice(*single.span())] = [True] * len(single[0])
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
    cast.turn(both={"he", "she"} <= {t.lower_ for t in doc if not quoted[t.idx]})
    text = text_of(doc)
    met = cast.focus[-1] if cast.focus else None
    found, about = _heard(units, doc, quoted, cast)
    result: list[Voice] = []
    spoken = carried
    speaker: str | None
    for i, (unit, given) in enumerate(zip(units, found, strict=True)):
        sentence = span_of(doc, *unit)
        quotation = _all_quoted(text, quoted, *unit)
        if given:
            speaker = spoken = given.speaker
        elif quotation:
            following = _next_speaker(text, units[i:], found[i:], quoted)
            opens = i > 0 and not any(quoted[slice(*units[i - 1])])
            speaker = spoken = following if following and opens else spoken or following
            if speaker is None and finite(sentence):
                speaker = spoken = _later(found[i:]) or (about[i - 1] if i else met)
        elif i and spoken:
            following = _voice_after(text, units[i:], found[i:], quoted, spoken)
            heard = result[-1][0] == spoken
            speaker = spoken if _goes_on(sentence, quoted, spoken, following, heard, cast) else None
        else:
            speaker = None
        if speaker is None and not quotation:
            spoken = about[i] if any(found[: i + 1]) or any(map(is_person, entities_in(sentence))) else None
        result.append((speaker, given))
    return result


def _heard(
    units: list[tuple[int, int]], doc: Doc, quoted: list[bool], cast: Cast
) -> tuple[list[Attribution | None], list[str | None]]:
    """What each unit itself says of its speaker, and the person in focus after it."""
    found: list[Attribution | None] = []
    about: list[str | None] = []
    for unit in units:
        sentence = span_of(doc, *unit)
        given = attribution(sentence, quoted, cast)
        follow(cast, sentence, quoted)
        wrote = given and any(t.lemma_ == "write" and not quoted[t.idx] for t in sentence)
        cast.writer = given.speaker if given and wrote else None
        if given and given.speaker in cast.focus:
            cast.speaking(given.speaker, person=True)
        found.append(given)
        about.append(cast.focus[-1] if cast.focus else None)
    return found, about


def told(units: list[tuple[int, int]], doc: Doc, quoted: list[bool], cast: Cast, speaker: str) -> list[Voice]:
    """The speaker of each unit under the label of `speaker`: theirs, but for what they report as somebody else's words."""
    result: list[Voice] = []
    for unit in units:
        sentence = span_of(doc, *unit)
        cast.focus = [name for name in cast.focus if name != speaker]  # nobody calls himself "he"
        given = attribution(sentence, quoted, cast)
        follow(cast, sentence, quoted)
        if given is None or given.start < unit[0] or given.speaker in {speaker, cast.writing}:
            result.append((speaker, None))
        else:
            anybody = text_of(doc)[given.start : given.end].lower() == "they"
            result.append((speaker, None) if anybody else (given.speaker, given))
    cast.speaking(speaker, person=True)
    return result


def _later(found: list[Attribution | None]) -> str | None:
    """The next speaker of a paragraph."""
    return next((given.speaker for given in found if given), None)


def _voice_after(
    text: str, units: list[tuple[int, int]], found: list[Attribution | None], quoted: list[bool], spoken: str
) -> str | None:
    """Who speaks next in a paragraph; a quotation that nobody else claims is of the one who spoke before."""
    for i, (unit, given) in enumerate(zip(units, found, strict=True)):
        if given:
            return given.speaker
        if _all_quoted(text, quoted, *unit):
            return _next_speaker(text, units[i:], found[i:], quoted) or spoken
    return None


def _goes_on(sentence: Span, quoted: list[bool], spoken: str, following: str | None, heard: bool, cast: Cast) -> bool:
    """Whether a sentence without attribution goes on reporting what `spoken` said before; `heard`: in the sentence before.

    Reporters mark it by the tense ("It would all be repaid.") or by a few words in quotation marks; or the next attribution
    of the paragraph is to the same speaker, and nobody else acts in between.
    """
    own = [t for t in sentence if not quoted[t.idx]]
    if any(t.lower_ in {"i", "we", "us", "my", "our", "me"} and t.text != "US" for t in own):
        return False  # the reporter
    if (_backshifted(sentence, quoted) and not _owned(sentence, spoken, cast)) or (
        heard and _still_reported(sentence, quoted)
    ):
        return True
    if any(name != spoken for name in cast.named(sentence, quoted)):
        return False
    if heard and _reads_on(own, spoken):
        return True
    if len(own) < len(sentence):
        return True
    subject = next((t for t in own if t.dep_ in {"nsubj", "nsubjpass"} and t.head.dep_ == "ROOT"), None)
    acts = subject is not None and subject.lower_ in {"he", "she"}  # "He looked at his hands.": the reporter tells it
    return following == spoken and not acts


def _reads_on(own: list[Token], spoken: str) -> bool:
    """ "The log has the first call at 1:14. Contact is entered at 1:45.": what a writing lists goes on, where nobody acts."""
    head = re.split(r"\s(?:by|for|from|of|to|with)\s", spoken)[0].split()[-1]
    if head not in DOCUMENTS or any(t.tag_ == "VBD" for t in own):
        return False
    people = any(t.pos_ == "PRON" and t.lower_ in {"he", "she", "they", "you"} for t in own)
    return not people and any(t.like_num or t.text[0].isdigit() or t.lemma_.lower() in ENTRIES for t in own)


def finite(sentence: Span) -> bool:
    return any(t.tag_ in {"VBD", "VBZ", "VBP", "MD"} for t in sentence)


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
    return [t for t in sentence if not quoted[t.idx] and t.tag_ in {"VBD", "VBZ", "VBP", "MD"}]


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
