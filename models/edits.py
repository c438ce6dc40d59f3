"""What all edits of claims share: the type of what they give, and how the words of a sentence are exchanged.

An edit is a function of a claim: it gives several wordings of it, each with the cases in which it is true, or nothing where it is
in doubt. `edits_truth.py`, `edits_amounts.py` and `edits_roles.py` hold them; `augment.py` lists them and makes pairs of what they give.
"""

import random
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from edit_claims import Claim, Names, lowered
from edit_words import CLAUSES


class Wording(NamedTuple):
    core: str  # a sentence without its full stop, lower-cased unless it begins with a name
    cases: frozenset[Any]
    asserts: bool = True  # else it can only be a premise: "nobody knows whether"


Edit = Callable[[Claim, Names, random.Random], list[Wording]]


def exchanged(doc: Any, start: int, end: int, words: str) -> str:
    """The sentence with other words between two characters."""
    text = doc.text[:start] + words + doc.text[end:-1]
    return text if start == 0 else lowered(doc, text)


def filled(doc: Any, start: int, end: int, fills: dict[str, Iterable[Any]]) -> list[Wording]:
    """A wording for each of the words that can stand between two characters."""
    return [Wording(exchanged(doc, start, end, words), frozenset(cases)) for words, cases in fills.items()]


def either(a: str, b: str, rng: random.Random) -> str:
    return rng.choice([f"{a} or {b}", f"either {a} or {b}"])


def free(doc: Any, words: Iterable[str]) -> bool:
    """Whether none of the words is there, in any form."""
    return not any((t.lower_ in words or t.lemma_.lower() in words) and t.text != "May" for t in doc)


def definite(token: Any) -> bool:
    """A name, or a noun that a "the" or a possessor makes a certain one."""
    named = token.pos_ == "PROPN" and token.tag_ != "NNPS"
    return named or any(t.lower_ == "the" or t.dep_ == "poss" for t in token.lefts)


def counted(token: Any) -> bool:
    return bool(token.tag_ == "CD" or re.search(r"\d", token.text)) and token.ent_type_ not in {"DATE", "TIME"}


def auxiliary(root: Any) -> Any:
    """The word that takes the "not": "was" of "was closed"."""
    return next((t for t in root.lefts if t.dep_ in {"aux", "auxpass"}), None)


def simple(doc: Any) -> bool:
    """One clause only."""
    return not any(t.dep_ in CLAUSES - {"appos"} for t in doc)


def in_main_clause(token: Any) -> bool:
    return not any(t.dep_ in CLAUSES for t in (token, *token.ancestors))
