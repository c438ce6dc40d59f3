"""Labels that name the speaker of a paragraph: transcripts ("MS REED:"), questions and answers, and what follows a label.

A label by role is given a name in brackets once ("CHAIR (Anna Keller):") and stands for it from then on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nli.lexicon import AMBIGUOUS_HUMANS, HEADLINE_SOURCES, HUMANS, TITLES
from nli.names import strip_titles

if TYPE_CHECKING:
    from nli.cast import Cast

_WORD = r"[A-ZÀ-Þ][A-ZÀ-Þ.’'-]+"
# "MR. SANG: No, I did not." The label of a speaker in a transcript: capitals, or a name of two words and more.
_LABEL = re.compile(
    rf"^((?:(?:M[rs]s?|MRS?|MS|D[rR])\.?\s+)?{_WORD}(?:\s+{_WORD}){{0,4}}|[A-ZÀ-Þ][\w.’'-]+(?:\s+[A-ZÀ-Þ][\w.’'-]+){{1,3}}"
    r"|[A-ZÀ-Þ][a-zà-þ]+-[A-ZÀ-Þ][a-zà-þ]+)"
    r"(?:\s+\(([^)]{2,60})\)|,\s[a-z][^.:“\"]{2,50})?:\s+(?=\S)"
)
# "DR. JANE WU, CNN ECONOMIST:": with an office in capitals too.
_OFFICE = re.compile(rf"^((?:{_WORD}\s+){{1,4}}{_WORD}),\s([A-ZÀ-Þ][^:“\"a-zß-ÿ]{{2,60}}):\s+(?=\S)")
_NUMBERED = re.compile(
    r"^((?:speaker|voice|witness|caller|participant|respondent|interviewee)\s\d{1,2}):\s+(?=\S)", re.I
)
# "VOICE 2, ANNA KELLER, FARMER:": a label that counts its voices first.
_COUNTED = re.compile(
    rf"^((?:{_WORD}\s+)?{_WORD}\s+\d{{1,2}})(?:\s+AGAIN)?(?:,\s+([A-ZÀ-Þ][^:“\"a-z]{{2,80}}?|{_WORD}\s+\([^)]{{2,60}}\)))?:\s+(?=\S)"
)
# "Captain: The mate.", "AK: I did.": a noun for a person alone, and the initials of somebody met.
_ROLE = re.compile(r"^([A-ZÀ-Þ][a-zà-þ]+(?:woman|man)?):\s+(?=[A-ZÀ-Þ“\"])")
# "Ministry: vaccine is there": the source that a headline gives.
_HEADLINE = re.compile(r"^([A-ZÀ-Þ][\w’'-]*(?:\s[a-zà-þ]+)?):\s+((?=[a-zà-þ\d“\"‘'])(?:\S+\s+){2,}\S*[^\s.!?])$")
_ROLES = HUMANS - AMBIGUOUS_HUMANS - {"author", "editor", "photographer", "writer"}  # whom credits name
_INITIALS = re.compile(r"^([A-Z]{2,3}):\s+(?=\S)")
_ANSWER = re.compile(r"^(?:A|ANSWER|Answer)[.:]\s+(?=[A-ZÀ-Þ“\"])")
_QUESTION = re.compile(r"^(?:Q|QUESTION|Question)[.:]\s")
_VERB = re.compile(r"^(?:Said|Says|Added|Adds|Asked|Posted|Replied|Tweeted|Wrote)\s+")
_OWN_VOICE = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|us)\b")  # not "US"


class Label(NamedTuple):
    """The speaker that a paragraph is labelled with, where their words begin in it, and whether "he" can mean them afterwards: the
    source that a headline gives is nobody in particular."""

    speaker: str
    end: int
    person: bool = True


@dataclass
class Labels:
    """The labels of one document so far."""

    named: dict[str, str] = field(default_factory=dict)  # "chair" -> "Riitta Mannersalo"
    current: str | None = None  # the speaker of the labelled paragraph before
    witness: str | None = None  # who answers: the last one labelled by name, or in focus when the questions began
    asking: bool = False

    def read(self, text: str, cast: Cast) -> Label | None:
        """None where a paragraph has no label."""
        if _QUESTION.match(text):
            if not self.asking:
                self.witness = self.current or (cast.focus[-1] if cast.focus else None)
            self.asking, self.current = True, None
            return None
        if answer := _ANSWER.match(text):
            self.current = self.witness
            return Label(self.witness, answer.end()) if self.witness and self.asking else None
        if found := self._counted(text, cast) or self._short(text, cast) or self._in_office(text, cast):
            self.current, self.asking = found.speaker, False
            return found
        if (headline := _HEADLINE.match(text)) and headline[1].split()[-1].lower() in HEADLINE_SOURCES:
            self.current, self.asking = None, False
            return Label(headline[1], headline.start(2), person=False)
        if label := _LABEL.match(text):
            turned = text[label.end()] in '"“'  # "Said Keller: “...”"
            words = _VERB.sub("", label[1]) if turned else label[1]
            self.current, self.asking = self._speaker(words, label[2], cast), False
            return Label(self.current, label.end())
        if self.current and _OWN_VOICE.search(re.sub(r"[“\"][^”\"]*[”\"]?", "", text)):
            return Label(self.current, 0)
        self.current, self.asking = None, False
        return None

    def _counted(self, text: str, cast: Cast) -> Label | None:
        """A voice with a number is given its name and office once."""
        label = _COUNTED.match(text)
        if label is None:
            return None
        key = label[1].lower()
        if label[2]:
            name = re.sub(r"^.*\(|\)$", "", label[2]) if "(" in label[2] else label[2].split(",")[0]
            words = name.strip()
            self.named[key] = cast.person(words.title() if words.isupper() else words)
        return Label(self.named[key], label.end()) if key in self.named else None

    def _in_office(self, text: str, cast: Cast) -> Label | None:
        """A name with an office, or the number of a voice that is given no name."""
        if (label := _OFFICE.match(text)) and {w.lower() for w in re.findall(r"\w+", label[2])} & (HUMANS | TITLES):
            return Label(self._speaker(strip_titles(label[1]), None, cast), label.end())
        numbered = _NUMBERED.match(text)
        return Label(numbered[1].capitalize(), numbered.end()) if numbered else None

    def _short(self, text: str, cast: Cast) -> Label | None:
        """A label that is a single noun for a person, or initials."""
        if (role := _ROLE.match(text)) and role[1].lower() in _ROLES:
            return Label(self._speaker(role[1], None, cast), role.end())
        if initials := _INITIALS.match(text):
            fitting = [n for n in cast.names if "".join(w[0] for w in n.split()).upper() == initials[1]]
            return Label(fitting[0], initials.end()) if len(fitting) == 1 else None
        return None

    def _speaker(self, label: str, told: str | None, cast: Cast) -> str:
        words = label.title() if label.isupper() else label
        key = words.lower()
        if told and key.split()[-1] in HUMANS and " " in strip_titles(told) and told[0].isupper():
            self.named[key] = cast.person(told)
        if key in self.named:
            return self.named[key]
        found = cast.description(f"the {key}", key.split()[-1])
        return found if found in cast.names else cast.person(words)
