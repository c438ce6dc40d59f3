"""Findings -> one HTML page: the disputes with their sides, and the documents with the disputed passages marked. No network."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nli.records import Document, Findings

if TYPE_CHECKING:
    from jinja2 import Template


class Piece(NamedTuple):
    """A run of a document's text, and the dispute and side whose claim it is (0 and "" for none)."""

    text: str
    start: int
    dispute: int = 0
    side: str = ""


def page(findings: Findings) -> str:
    """A complete page, everything escaped."""
    texts = [(document, pieces(document, findings)) for document in findings.documents]
    return _template().render(findings=findings, disputes=findings.disputes, texts=texts)


def pieces(document: Document, findings: Findings) -> list[Piece]:
    """The text of a document in order, cut at the claims that stand in a dispute (of overlapping ones, the first)."""
    marks = sorted(
        {
            (claim.start, claim.end, dispute.number, side)
            for dispute in findings.disputes
            for side, claims in (("a", dispute.a), ("b", dispute.b))
            for claim in claims
            if claim.document == document.name
        }
    )
    result, position = [], 0
    for start, end, number, side in marks:
        if start < position:
            continue
        result.append(Piece(document.text[position:start], position))
        result.append(Piece(document.text[start:end], start, number, side))
        position = end
    return [*result, Piece(document.text[position:], position)]


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("nli"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("findings.html")
