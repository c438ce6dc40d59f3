"""Who says it: the speaker of each sentence, from the parse, the quotation marks and the people met so far.

Forms covered: direct, split and multi-sentence quotes, "X said that", "said X", "according to X", "X told Y", "was quoted
as saying", a surname or title for a person named before, "the official" for "a senior official", he / she / they / it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nli.attribution import attribution
from nli.cast import Cast
from nli.continuing import finite, goes_on
from nli.focus import follow
from nli.names import is_person
from nli.naming import Attribution
from nli.parsed import entities_in, text_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

    from nli.labels import Label


# ‘We don’t know,’ as the British quote, or 'We don't know,': what closes it stands behind a comma or a full stop, where no apostrophe does.
_SINGLE = re.compile(
    r"(?<!\S)(?:‘(?=\w)[^‘“”\"]*?[,.?!…]’|'(?=\w)(?:(?!(?<!\S)'\w)[^‘“”\"])*?[,.?!…]')(?![^\s).,;:—–])"
)
_OPENING = re.compile(r'(?<!\S)"(?=\w)')
Voice = tuple["str | None", "Attribution | None"]  # the speaker of a sentence, and where it names them if it does


def quotations(text: str, following: str = "") -> tuple[list[bool], bool]:
    """For each character whether it stands inside quotation marks (the marks included); and whether a double one is left open, as where
    a quotation goes on in the next paragraph, which then begins with a mark too (`following`: its first character)."""
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
    if start is not None and (text[start] == "“" or (following == '"' and _OPENING.match(text, start))):
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
            speaker = spoken if goes_on(sentence, quoted, spoken, following, heard, cast) else None
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


def told(units: list[tuple[int, int]], doc: Doc, quoted: list[bool], cast: Cast, label: Label) -> list[Voice]:
    """The speaker of each unit under a label: the one it names, but for what they report as somebody else's words."""
    speaker = cast.speaking(label.speaker, person=label.person)
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
    cast.speaking(speaker, person=label.person)
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
