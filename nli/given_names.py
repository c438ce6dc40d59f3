"""Given names from all over the world that tell a gender nearly always (given_names.txt: first the women's, then the men's)."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path


@cache
def _genders() -> dict[str, str]:
    """ "f" or "m" by name without accents; names that are both without them are left out."""
    lines = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    women, men = ({_plain(name) for name in line.split()[1:]} for line in lines)
    return dict.fromkeys(women - men, "f") | dict.fromkeys(men - women, "m")


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("ı", "i").replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def given_name(word: str) -> str | None:
    """The gender that a word tells as a given name, by the first part of a double one ("Anna-Lena"); None where it is none or tells
    nothing."""
    if not word[:1].isupper():
        return None
    name = _plain(word)
    return _genders().get(name) or _genders().get(name.partition("-")[0])
