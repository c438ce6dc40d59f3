"""Prose and what stands around it: bylines, captions, teasers and page furniture are left out, and counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nli.lexicon import GENDERED_TITLES, HUMANS, SPEECH_VERBS, TITLES
from nli.text import View, paragraphs

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_STRAIGHT = str.maketrans("“”„‟«»‘’‚‛", '""""""\'\'\'\'')
# Lines of the page around an article. Only a short paragraph can be one: news sentences begin with such words too.
_DEBRIS = re.compile(
    r"""^(?:(?:read|see)\s+(?:more|also|next)\b|also\s+read\b|related(?::|$|\s+(?:articles|stories|posts))|more\s+on\s+this|share\s+(?:this|on)\b
    |click\s+(?:here|to)\b|tap\s+(?:here|to)\b|follow\s+us\b|sign\s+up\b|subscribe\s*(?:$|to\s+our|now|today)|advertisement\b
    |comments?\s+(?:are\s+)?closed\b|(?:no|\d+)\s+(?:comments?|responses?|replies)\s*(?:$|:|to\s+[“"‘'])|post\s+a\s+comment\b
    |leave\s+a\s+(?:reply|comment)\b|your\s+e-?mail\s+address\b|required\s+fields\b|filed\s+under\b|(?:tags?|topics?|photo(?:graph)?s?|picture
    |image|text|video|watch|listen|credit|caption)\b[^.]{0,12}:|©|\(c\)\s|copyright\s+(?:©|\(c\)|\d)|all\s+rights\s+reserved\b|\{\{|\[ad
    |this\s+(?:story|article)\s+(?:was|has\s+been)\s+(?:updated|corrected)\b|(?:we|this\s+site)\s+uses?\s+cookies\b|accept\s+(?:all\s+)?cookies\b
    |next\s+week:|reactions\?|translated\s+from\b|(?:reporting|writing|editing|additional\s+reporting)\s+by\s+(?-i:[A-ZÀ-Þ]))
    |\bcontributed\s+(?:to\s+this\s+(?:article|report|story)|reporting)\b|^\S+@\S+$|^(?:https?://|www\.)\S+$|\bminutes?\s+read$|^\W*$""",
    re.I | re.X,
)
_BYLINE = re.compile(
    r"^(?!.*\b(?:was|were|is|are|has|have|had|will|would)\b)[Bb][Yy]\s+[A-ZÀ-Þ][\w.’'-]+(?:\s+(?:and\s+)?[\w.’'-]+){0,5}\s*(?:$|\||,\s*[A-ZÀ-Þ][^.]{0,40}$|\bin\s+[A-ZÀ-Þ]\w+$)"
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
    r"^[A-ZÀ-Þ][A-ZÀ-Þ .,'’/-]{2,40}(?:,\s[^–—-]{0,30})?\s*(?:\([^)]{2,40}\)\s*)?[–—-]{1,2}\s+(?=[\"“A-ZÀ-Þ])"
)
# "NEW DELHI: The minister said ...", "UPDATE: ..."; not where several paragraphs have such a label, as in transcripts.
_DESK = {
    *("alert", "analysis", "breaking", "comment", "correction", "exclusive", "explainer", "factbox"),
    *("latest", "live", "news", "opinion", "update", "urgent"),
}
_HEADED = re.compile(r"^([A-ZÀ-Þ][A-ZÀ-Þ .,'’/-]{2,40}):\s+(?=[\"“A-ZÀ-Þ])")
# The time that leads an entry of a live page or a transcript, or a bullet.
_TIME = re.compile(
    r"^(?:[\[(]?\d{1,2}[.:]\d{2}(?::\d{2}(?:[.,]\d{1,3})?)?[\])]?(?:\s*[ap]\.?m\.?)?\s+(?=[\"“A-ZÀ-Þ])|[-•*]\s+(?=[\"“A-ZÀ-Þ\d]))"
)
# What the desk writes before any paragraph.
_OPENING = re.compile(
    r"^(?i:correction|clarification|note|editor(?:['’]s|s['’])\s+note|update|breaking(?:\s+news)?):\s+(?=[\"“A-ZÀ-Þ])"
)


def prose(text: str, nlp: Language) -> tuple[list[tuple[View, Doc]], int]:
    """Paragraphs that are not web-page debris, each with its parse; and how many were debris."""
    blocks = list(paragraphs(text))
    headed = [view for view in blocks if _HEADED.match(view.text)]
    views: list[View] = []
    after_credit: list[bool] = []
    dropped, credit = 0, False
    for view in blocks:
        before, credit = credit, bool(_CREDIT.match(view.text))
        short = len(view.text.split()) <= _DEBRIS_WORDS
        if credit or _BYLINE.match(view.text) or (short and _DEBRIS.search(view.text)):
            dropped += 1
            continue
        dateline = (
            _DATELINE.match(view.text)
            or _TIME.match(view.text)
            or _OPENING.match(view.text)
            or (headed == [view] and _headed(view.text, nlp))
        )
        # "IRAN DENIES TALKS - FOREIGN MINISTRY" has its claim before the dash
        beside = dateline and len(view.text) - dateline.end() > dateline.end()
        views.append(view.cut(dateline.end(), len(view.text)) if dateline and beside else view)
        after_credit.append(before)
    docs = nlp.pipe(view.text.translate(_STRAIGHT) for view in views)
    parsed = list(zip(views, docs, strict=True))
    kept = [
        p
        for p, before in zip(parsed, after_credit, strict=True)
        if not ((before and _is_caption(p[1])) or _is_teaser(p[1]))
    ]
    return kept, dropped + len(parsed) - len(kept)


def _headed(text: str, nlp: Language) -> re.Match[str] | None:
    """A place or a word of the desk before a colon; the label of a speaker is neither."""
    found = _HEADED.match(text)
    if found is None or found[1].lower() in _DESK:
        return found
    if {word.strip(".,").lower() for word in found[1].split()} & (TITLES | HUMANS | set(GENDERED_TITLES)):
        return None
    return found if any(e.label_ == "GPE" for e in nlp(f"They met in {found[1].title()} on Monday.").ents) else None


def _is_caption(doc: Doc) -> bool:
    """One sentence in the present tense, as under pictures ("Volunteers march through Najaf, vowing ...")."""
    sentences = list(doc.sents)
    root = sentences[0].root
    return len(sentences) == 1 and root.tag_ in _CAPTION_VERBS and root.lemma_ not in SPEECH_VERBS


def _is_teaser(doc: Doc) -> bool:
    """Announces somebody who talks elsewhere on the page: "..., a researcher at the foundation, discusses this view." """
    sentences = list(doc.sents)
    root = sentences[0].root
    if len(sentences) > 1 or '"' in doc.text or root.tag_ != "VBZ" or root.lemma_ not in _TEASER_VERBS:
        return False
    told = next((c for c in root.children if c.dep_ in {"dobj", "ccomp"}), None)
    words = {t.lower_ for t in told.subtree} if told is not None else set()
    return bool(words & {"us", "this", "these", "why", "how", "what"})
