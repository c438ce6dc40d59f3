"""Labels that name the speaker of a paragraph: transcripts ("MS REED:"), questions and answers, and what follows a label.

A label by role is given a name in brackets once ("CHAIR (Anna Keller):") and stands for it from then on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nli.lexicon import HUMANS
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
_ANSWER = re.compile(r"^(?:A|ANSWER|Answer)[.:]\s+(?=[A-ZÀ-Þ“\"])")
_QUESTION = re.compile(r"^(?:Q|QUESTION|Question)[.:]\s")
_OWN_VOICE = re.compile(r"\b(?:I|we|my|our|us|I['’]m|we['’]re)\b", re.I)


@dataclass
class Labels:
    """The labels of one document so far."""

    named: dict[str, str] = field(default_factory=dict)  # "chair" -> "Riitta Mannersalo"
    current: str | None = None  # the speaker of the labelled paragraph before
    witness: str | None = None  # who answers: the last one labelled by name, or in focus when the questions began
    asking: bool = False

    def read(self, text: str, cast: Cast) -> tuple[str, int] | None:
        """The speaker that a paragraph is labelled with and where their words begin; None where there is no label."""
        if _QUESTION.match(text):
            if not self.asking:
                self.witness = self.current or (cast.focus[-1] if cast.focus else None)
            self.asking, self.current = True, None
            return None
        if answer := _ANSWER.match(text):
            self.current = self.witness
            return (self.witness, answer.end()) if self.witness and self.asking else None
        if label := _LABEL.match(text):
            self.current, self.asking = self._speaker(label[1], label[2], cast), False
            return self.current, label.end()
        if self.current and _OWN_VOICE.search(re.sub(r"[“\"][^”\"]*[”\"]?", "", text)):
            return self.current, 0
        self.current, self.asking = None, False
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
