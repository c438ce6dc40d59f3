import json

import pytest

from nli.cases import read_cases, score_cases
from nli.errors import InputError
from nli.records import Claim, Contradiction, Findings

TEXT = (
    "The mayor said all ten trains ran.\n\nIt rained.\n\nA driver said two trains were cancelled. Nine ran, she said.\n"
)
CASE = {
    "id": "one",
    "documents": ["x.txt"],
    "contradictions": [
        {
            "group": 1,
            "type": "quantifier",
            "a": {"doc": "x.txt", "quote": "all ten trains ran", "speaker": "mayor"},
            "b": {"doc": "x.txt", "quote": "two trains were cancelled", "speaker": "a driver"},
        }
    ],
    "restatements": [{"group": 1, "side": "b", "doc": "x.txt", "quote": "Nine ran", "speaker": "driver"}],
    "hard_negatives": [{"a": {"doc": "x.txt", "quote": "all ten trains ran"}, "b": {"doc": "x.txt", "quote": "It rained."}}],
}  # fmt: skip


@pytest.fixture
def case(tmp_path):
    (tmp_path / "x.txt").write_text(TEXT)
    (tmp_path / "one.json").write_text(json.dumps(CASE))
    (case,) = read_cases(tmp_path)
    return case


def claim(words, speaker=None):
    start = TEXT.index(words)
    return Claim("x.txt", start, start + len(words), words, words, speaker, 1)


MAYOR, RAIN = claim("The mayor said all ten trains ran.", "the mayor"), claim("It rained.")
DRIVER, NINE = claim("A driver said two trains were cancelled.", "nobody"), claim("Nine ran, she said.", "driver")


def test_sides(case):
    assert case.conflicts(MAYOR, DRIVER) == case.conflicts(NINE, MAYOR) == {1}
    assert not case.conflicts(DRIVER, NINE) and case.same_side(DRIVER, NINE)
    assert not case.conflicts(MAYOR, RAIN)


def test_counting(case):
    flags = [(0.9, MAYOR, RAIN), (0.8, MAYOR, DRIVER), (0.7, NINE, MAYOR)]
    counts = score_cases([case], lambda documents: Findings([Contradiction(s, a, b, "other") for s, a, b in flags], []))
    numbers = counts.to_dict()
    assert (numbers["recall"], numbers["precision"], numbers["average_precision"]) == (1, pytest.approx(2 / 3), 0.5)
    assert (numbers["hard_negatives_flagged"], numbers["speakers"], numbers["speakers_right"]) == (1, 2, 1)
    assert (numbers["types"], numbers["types_found"]) == ({"quantifier": 1}, {"quantifier": 1})


def test_nothing_flagged(case):
    numbers = score_cases([case], lambda documents: Findings([], [])).to_dict()
    assert (numbers["recall"], numbers["precision"], numbers["average_precision"]) == (0, None, 0)


def test_a_quote_that_is_not_there(tmp_path):
    (tmp_path / "x.txt").write_text("Other words.")
    (tmp_path / "one.json").write_text(json.dumps(CASE))
    with pytest.raises(InputError, match=r"quote not in x\.txt: all ten"):
        list(read_cases(tmp_path))
    (tmp_path / "one.json").write_text('{"id": "one"}')
    with pytest.raises(InputError, match="not a document case"):
        list(read_cases(tmp_path))
