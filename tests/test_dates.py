"""When a text was written, and which days its words mean."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from nli.claims import extract
from nli.cli import main
from nli.dates import days, written
from nli.records import Claim, Document
from nli.rules import verdict

TUESDAY = date(2014, 6, 17)
JUNE = date(2014, 6, 16)


@pytest.mark.parametrize(
    "head",
    [
        "By Ann Lee\nJune 16, 2014\n\nTalks began.",
        "Monday 16 June 2014\nTalks began.",
        "Talks begin\nPublished: Jun. 16, 2014 at 9 a.m.\nTalks began on Sunday.",
        "VIENNA, June 16, 2014 — Talks began in the old town hall.",
        "2014-06-16T09:30\nTalks began.",
    ],
)
def test_a_dateline_says_when_a_text_was_written(head):
    assert written(head) == JUNE


@pytest.mark.parametrize(
    "head",
    [
        "The bridge was opened on June 16, 2014.",
        "Talks began.",
        "By Ann Lee\n\n" + "Words without a day. " * 40 + "\nJune 16, 2014",
        "February 31, 2014\nTalks began.",
        "The accord of July 14, 2015 — which had promised access — was signed in haste.",
        "The visit, the first since\nthe accord of July 14, 2015, which had promised access at any time, was\nsigned in May.",
    ],
)
def test_prose_says_nothing_of_it(head):
    assert written(head) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained on Monday.", {"2014-06-16"}),
        ("It rained on Tuesday.", {"2014-06-17"}),
        ("It rained on Friday.", {"2014-06-13"}),
        ("It rained yesterday, and will tomorrow.", {"2014-06-16", "2014-06-18"}),
        ("It rained on June 16 and on 18 June.", {"2014-06-16", "2014-06-18"}),
        ("It rained on December 30.", {"2013-12-30"}),
        ("It rained in March, and in 2012.", {"march", "2012"}),
        ("It rained on Sept. 11.", {"2014-09-11"}),
        ("It rained in March 2012.", {"2012-03"}),
        ("It rained last year, and last month.", {"2013", "2014-05"}),
        ("It rained this week.", {f"2014-06-{day}" for day in range(16, 23)}),
        ("It rained in 2012 and snowed on 2000 people.", {"2012"}),
    ],
)
def test_days_are_told_from_the_day_of_writing(text, expected):
    assert days(text, TUESDAY) == expected


def test_without_it_the_words_stand_for_themselves():
    assert days("On Monday and on 16 June, yesterday.") == {"monday", "june 16", "yesterday"}


@given(st.text(), st.dates())
def test_any_text_has_days(text, day):
    assert all(isinstance(found, str) and found for found in days(text, day) | days(text))
    written(text)


def claim(text, day, document="x.txt", speaker=None):
    return Claim(document, 0, 1, "", text, speaker, 1, "", day)


def test_one_day_under_two_names_is_no_update():
    a, b = "On Monday 27 bodies were found.", "Yesterday 35 bodies were found."
    assert verdict(claim(a, None), claim(b, None)).kind == "contradiction"  # they may be one
    assert verdict(claim(a, TUESDAY), claim(b, TUESDAY)).kind == "contradiction"
    assert verdict(claim(a, JUNE), claim(b, JUNE)).kind == "update"
    a, b = "Last year 40 people drowned.", "In 2013, 62 people drowned."
    assert verdict(claim(a, TUESDAY), claim(b, TUESDAY)).kind == "contradiction"


def test_two_reports_of_one_day_of_which_one_names_the_day_of_the_event():
    a, b = "The blast on Sunday killed 12 people.", "The blast killed 20 people."
    assert verdict(claim(a, JUNE), claim(b, JUNE, "y.txt")).kind == "contradiction"
    assert verdict(claim(a, JUNE), claim(b, TUESDAY, "y.txt")).kind == "update"


def test_figures_of_reports_of_different_days_are_an_update():
    a, b = "The blast killed 27 miners.", "The blast killed 35 miners."
    later = claim(b, TUESDAY, "y.txt")
    found = verdict(claim(a, JUNE), later)
    assert (found.kind, found.reason) == ("update", "different times: 2014-06-16; 2014-06-17")
    assert verdict(claim(a, TUESDAY), later).kind == "contradiction"
    assert verdict(claim(a, None), later).kind == "contradiction"
    denied = claim("The mine will not close.", JUNE), claim("The mine will close.", TUESDAY, "y.txt")
    assert verdict(*denied).kind == "contradiction"


def test_claims_carry_the_day_of_their_document():
    text = "June 16, 2014\n\nThe mayor of Lund opened the new bridge.\n"
    assert {c.written for c in extract(Document("a.txt", text))[0]} == {JUNE}
    assert {c.written for c in extract(Document("a.txt", text, TUESDAY))[0]} == {TUESDAY}


def test_days_from_the_command_line(tiny, tmp_path):
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.write_text("The blast killed 27 miners in Lund.\n")
    b.write_text("The blast killed 35 miners in Lund.\n")
    base = ["detect", str(a), str(b), "--model", str(tiny), "--threshold", "0", "--format", "jsonl"]

    def kinds(*options):
        result = CliRunner().invoke(main, [*base, "--kinds", "contradiction,tension,update", *options])
        assert result.exit_code == 0, result.output
        return [json.loads(line)["kind"] for line in result.stdout.splitlines()]

    assert kinds("--date", f"{a}=2014-06-16", "--date", f"{b}=2014-06-17") == ["update"]
    assert kinds("--date", "2014-06-16") == ["contradiction"]
    for wrong, message in (("June 16", "expected a day as in 2014-06-16"), ("c.txt=2014-06-16", "none of the files")):
        result = CliRunner().invoke(main, [*base, "--date", wrong])
        assert result.exit_code == 2 and message in result.output
