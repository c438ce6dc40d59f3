"""What callers hand in: refused with what was found and what was expected, or taken as it is."""

import datetime
from pathlib import Path

import pytest

import nli

TEXT = "Nobody was injured in the fire, the mayor said.\n\nTwelve people were injured in the fire, a nurse said.\n"


@pytest.fixture(scope="module")
def detector(tiny):
    return nli.Detector.load(str(tiny))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a.txt": TEXT}, r"found dict; give \[nli.Document"),
        (nli.Document("a", TEXT, "2014-06-16"), "date is str '2014-06-16', expected datetime.date"),
        (nli.Document("a", TEXT, datetime.datetime(2014, 6, 16)), "date is datetime"),
        (nli.Document("a", TEXT.encode()), "text is bytes, expected str"),
        (nli.Document(None, TEXT), "name is NoneType, expected str"),
        (TEXT + "\ud83d", "half of a surrogate pair"),
    ],
)
def test_documents_that_are_none(detector, given, message):
    with pytest.raises(nli.InputError, match=message):
        detector.detect(given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"neighbours": 0}, "neighbours 0: expected a whole number from 1 on"),
        ({"max_pairs": -1}, "max_pairs -1"),
        ({"max_pairs": "5"}, "max_pairs '5'"),
        ({"threshold": [0.5]}, r"threshold \[0.5\]: expected a number"),
        ({"kinds": None}, "kinds None: expected a list"),
        ({"kinds": "tension"}, "kinds 'tension': expected a list"),
        ({"kinds": [1]}, "kind 1: expected some of"),
    ],
)
def test_options_of_detect(detector, options, message):
    with pytest.raises(nli.InputError, match=message):
        detector.detect(TEXT, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threads": 0}, "threads 0"),
        ({"sure": 0.9}, "sure 0.9: .* a cascade"),
        ({"cascade": ["fast", "default"], "sure": 2}, "sure 2"),
    ],
)
def test_options_of_load(options, message):
    with pytest.raises(nli.InputError, match=message):
        nli.Detector.load(**options)


def test_half_a_character_cannot_be_scored(detector):
    with pytest.raises(nli.InputError, match="pair 1: has half of a surrogate pair"):
        detector.score([("a", "b"), ("a\ud83d", "b")])


def test_a_path_is_no_rows(detector):
    with pytest.raises(nli.InputError, match="named by a str"):
        nli.evaluate(Path("labelled.csv"), detector)


def test_every_kind_of_line_end_counts():
    text = "one\rtwo\r\nthree\nfour"
    document = nli.Document("a", text)
    assert [document.line(text.index(word)) for word in text.split()] == [1, 2, 3, 4]
