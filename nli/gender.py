"""Whether a person is "he" or "she": from nouns and from the pronouns that stand near a name. (`cast.py` adds the given name.)"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nli.lexicon import FEMALE_NOUNS, MALE_NOUNS
from nli.names import described, persons

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_PRONOUNS = {"he": "m", "his": "m", "him": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
_OF_EITHER = {"alderman", "chairman", "human", "ombudsman", "woman"}
NEAR, NEXT, TOLD = 2, 1, 4  # weights: in the same sentence, at the start of the next one, said outright by a noun


def of_noun(words: str) -> str | None:
    """The gender that the head of a description tells: "retired policewoman", "mother of four"."""
    head = re.split(r"\s(?:of|at|in|on|from|for|with|who)\s", words.lower())[0].split()[-1:]
    word = head[0].rpartition("-")[2] if head else ""
    if word in FEMALE_NOUNS or word.endswith("woman"):
        return "f"
    return "m" if word in MALE_NOUNS or (word.endswith("man") and word not in _OF_EITHER) else None


def evidence(doc: Doc, quoted: list[bool]) -> Iterator[tuple[str, str, int]]:
    """Names of a paragraph with the gender that something near them suggests, and how much it weighs.

    Only sentences that name one person count, else anybody could be meant; words inside quotations are somebody else's.
    """
    alone: str | None = None
    for sentence in doc.sents:
        first = next((t for t in sentence if not quoted[t.idx] and t.lower_ in {"he", "she"}), None)
        named = [p for p in persons(sentence) if not quoted[p.start_char]]
        if alone and not named and first is not None and first.i - sentence.start <= 1:
            yield alone, _PRONOUNS[first.lower_], NEXT
        for name in named:
            if gender := _told(name):
                yield name.text, gender, TOLD
        if len({p.text for p in named}) == 1:
            after = next(
                (t for t in sentence if t.i >= named[0].end and t.lower_ in _PRONOUNS and not quoted[t.idx]), None
            )
            subject = named[0].root.dep_ in {"nsubj", "nsubjpass", "appos"}
            if after is not None and subject:
                yield named[0].text, _PRONOUNS[after.lower_], NEAR
        if named:
            alone = named[0].text if len({p.text for p in named}) == 1 else None


def _told(name: Span) -> str | None:
    """The gender of a noun that stands for the named person: "his wife, Anna", "Anna Keller, a policewoman"."""
    for words in described(name):
        nouns = [t for t in words if t.pos_ in {"NOUN", "PROPN"} and not _owns(t)]
        if gender := next((g for t in nouns if (g := of_noun(t.lower_))), None):
            return gender
    return None


def _owns(word: Token) -> bool:
    after = word.doc[word.i + 1 : word.i + 2].text  # empty at the end of a text
    return after in {"'s", "'"}
