"""Leads that hold a name back: "The chief executive of the harbour said ..." and, in the paragraph after, "Anna Keller told ..."."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from nli.attribution import attribution
from nli.cast import Cast
from nli.names import described, persons, strip_titles
from nli.speakers import quotations

if TYPE_CHECKING:
    from spacy.tokens import Doc


def link(cast: Cast, paragraphs: list[tuple[str, Doc]]) -> None:
    """Gives the person described in the lead the name that the next speaker bears, when that name comes without any
    description of its own: readers are meant to join the two."""
    rehearsal = deepcopy(cast)
    role: str | None = None
    for text, doc in paragraphs:
        quoted = quotations(text)[0]
        for sentence in doc.sents:
            given = attribution(sentence, quoted, rehearsal)
            if given is None or given.pronoun:
                continue
            if role is None:
                words = doc.char_span(given.start, given.end)
                if given.speaker in cast.names or words is None or rehearsal.focus[-1:] != [given.speaker]:
                    return  # a name or a body: nothing is held back
                if words[0].lower_ in {"a", "an", "one", "some"}:
                    return
                role = given.speaker
            elif given.speaker in cast.names:
                if not _described(doc, given.speaker):
                    cast.traits.setdefault(given.speaker, set()).update(w.lower() for w in re.findall(r"\w+", role))
                return


def _described(doc: Doc, name: str) -> bool:
    return any(described(p) for p in persons(doc[:]) if strip_titles(p.text) == name)
