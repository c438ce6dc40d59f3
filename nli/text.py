"""Source text -> a clean view of it whose every character knows where it came from.

Entities decoded, hard line wraps joined, paragraphs found; nothing here moves a span: `View.span` maps back.
"""

from __future__ import annotations

import html
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TERMINAL = re.compile(r"[.!?:…][\"'”’)\]]*\s*$")
_OPEN_ENDED = re.compile(
    r"(?:[,;–—-]|\b(?:a|an|the|of|in|on|at|to|for|by|with|from|and|or|but|that|as|its?|his|her|their|mr|mrs|ms|dr))\s*$",
    re.I,
)
_LABEL = re.compile(r"(?:Q|A|[A-ZÀ-Þ][A-ZÀ-Þ.’'-]+(?: [A-ZÀ-Þ][A-ZÀ-Þ.’'-]*){0,3}):\s")
_ITEM = re.compile(r"[*•·|>#-]\s|\d{1,2}[.)]\s")  # of a list; a wrapped line may begin with "16." too
_TIME = re.compile(r"[\[(]?\d{1,2}[.:]\d{2}(?::\d{2})?[\])]?\s+[\"“A-ZÀ-Þ]")  # of a ticker's entry, or of a recording
_CUE = re.compile(r"\s*(?:\d+:)?\d{2}:\d{2}[.,]\d{3}\s+-->\s")  # when a subtitle is shown
_BOLD = re.compile(r"(?<!\S)\*\*(?=[^\s*])|(?<=[^\s*])\*\*(?!\S)")  # as Markdown writes it; not "f**k"
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
MAX_PARAGRAPH = 20_000  # characters given to the sentence splitter at once


@dataclass(frozen=True)
class View:
    """Clean text and, for each of its characters, the span of the source that it stands for."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The source span of `text[start:end]` (not empty)."""
        return self.starts[start], self.ends[end - 1]

    def cut(self, start: int, end: int) -> View:
        return View(self.text[start:end], self.starts[start:end], self.ends[start:end])


def paragraphs(source: str) -> Iterator[View]:
    """The paragraphs of a text, in order, white space collapsed to single spaces, without empty ones."""
    lines = list(_lines(source))
    width = _wrap_width([source[s:e] for s, e in lines])
    block: list[tuple[int, int]] = []
    for start, end in lines:
        line = source[start:end]
        blank = not line.strip() or _CUE.match(line) is not None
        if block and (blank or _is_break(source[slice(*block[-1])], line, width)):
            yield from _views(source, block)
            block = []
        if not blank:
            block.append((start, end))
    yield from _views(source, block)


def _lines(source: str) -> Iterator[tuple[int, int]]:
    start = 0
    for newline in re.finditer(r"\r\n|[\n\r\u2028\u2029\f]", source):
        yield start, newline.start()
        start = newline.end()
    yield start, len(source)


def _wrap_width(lines: list[str]) -> int:
    """The column at which a hard-wrapped text breaks: its long lines below 100 characters; 0 when it is not wrapped."""
    lengths = [len(line) for line in lines if 30 < len(line) <= 100]
    if len(lengths) < 4 or len(lengths) < 0.3 * sum(1 for line in lines if line.strip()):
        return 0
    return int(statistics.quantiles(lengths, n=10)[-1])


def _is_break(line: str, following: str, width: int) -> bool:
    """Whether the newline between two lines ends a paragraph (False: a hard wrap inside one)."""
    line, following = line.strip(), following.strip()
    if following[0].islower() and not _TERMINAL.search(line):
        return False
    if _LABEL.match(following) or (_ITEM.match(following) and (not width or _TERMINAL.search(line))):
        return True
    if _OPEN_ENDED.search(line):
        return False
    if _TIME.match(following):
        return True
    first_word = following.split(maxsplit=1)[0]
    fits = len(line) + 1 + len(first_word) <= width
    if _TERMINAL.search(line):
        return not width or fits or len(line) > width
    return not width or len(line) < 0.6 * width or len(line) > width + 20


def _views(source: str, block: list[tuple[int, int]]) -> Iterator[View]:
    """One paragraph's view, in pieces of at most `MAX_PARAGRAPH` characters cut at spaces."""
    if not block:
        return
    bold = {i for mark in _BOLD.finditer(source, block[0][0], block[-1][1]) for i in range(*mark.span())}
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _characters(source, block[0][0], block[-1][1]):
        if start in bold:
            continue
        character = " " if source[start:end].isspace() else html.unescape(source[start:end])
        character = " " if character.isspace() else character
        if character in _INVISIBLE or (character == " " and (not characters or characters[-1] == " ")):
            continue
        for piece in character:
            characters.append(piece)
            starts.append(start)
            ends.append(end)
    while characters and characters[-1] == " ":
        characters.pop(), starts.pop(), ends.pop()
    view = View("".join(characters), tuple(starts), tuple(ends))
    position = 0
    while position < len(view.text):
        limit = position + MAX_PARAGRAPH
        cut = len(view.text) if limit >= len(view.text) else (view.text.rfind(" ", position, limit) + 1 or limit)
        yield view.cut(position, cut)
        position = cut


def _characters(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of single characters and whole entities."""
    position = start
    for entity in _ENTITY.finditer(source, start, end):
        yield from ((i, i + 1) for i in range(position, entity.start()))
        if html.unescape(entity.group()) != entity.group():
            yield entity.span()
        else:
            yield from ((i, i + 1) for i in range(*entity.span()))
        position = entity.end()
    yield from ((i, i + 1) for i in range(position, end))
