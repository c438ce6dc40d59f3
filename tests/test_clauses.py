"""Compound sentences become the claims that they join, each with its own span and speaker."""

import pytest

from nli.claims import extract
from nli.records import Document


def claims(text):
    found, _ = extract(Document("d", text))
    assert all(text[c.start : c.end] == c.source for c in found)
    return [(c.speaker, c.source) for c in found]


def test_two_who_say_different_things_are_two_claims():
    text = "The mayor insisted that the bridge was safe, but engineers said the pillars had two cracks."
    assert [source for _, source in claims(text)] == [
        "The mayor insisted that the bridge was safe",
        "engineers said the pillars had two cracks.",
    ]


def test_a_contrast_of_two_speakers_is_two_claims():
    text = "Anna Keller said the dam was safe, while Peter Reed said the wall had two cracks."
    assert claims(text) == [
        ("Anna Keller", "Anna Keller said the dam was safe"),
        ("Peter Reed", "Peter Reed said the wall had two cracks."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The northern road is open again, but the bridge over the Tarn was closed by the army on Monday.",
        "The road is open again, but it was closed by the army for most of Monday.",  # "it" needs the first clause
        "The police closed the bridge and arrested three men on Monday.",  # one subject
        "The road is open again, but the bridge was closed by the army, Anna Keller said.",  # both are Keller's
        "Both gates had been opened on Monday, Anna Keller said, and the lake had been going down ever since.",
        "“The road is open again, but the bridge was closed by the army on Monday,” Anna Keller said.",
        "The court, which heard the case in May, said the road was open and the bridge was closed.",
        "If the rain goes on and the river rises again, the bridge will be closed on Monday.",
    ],
)
def test_what_leans_on_the_rest_stays_in_one_claim(text):
    assert [source for _, source in claims(text)] == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The army said the bridge was safe; the navy said it was not.",
            [("army", "The army said the bridge was safe"), ("navy", "the navy said it was not.")],
        ),
        (
            "Mayor Anna Keller said the bridge was open; police chief Peter Reed said it was closed.",
            [
                ("Anna Keller", "Mayor Anna Keller said the bridge was open"),
                ("Peter Reed", "police chief Peter Reed said it was closed."),
            ],
        ),
        (
            "“The bridge is safe,” said the army; but the navy denied that it was.",
            [("army", "“The bridge is safe,” said the army"), ("navy", "the navy denied that it was.")],
        ),
    ],
)
def test_two_speakers_beside_a_semicolon_are_two_claims(text, expected):
    assert claims(text) == expected
    assert [c.passed_on for c in extract(Document("d", text))[0]] == [None] * len(expected)


@pytest.mark.parametrize(
    "text",
    [
        "The army said the bridge was safe; the road was open.",
        "The bridge was safe; the road was open, the army said.",
        "The army said the bridge was safe; it added that the navy had been told.",
        "The report came from Anna Keller; the guards put a chair by the door.",  # nobody reports
        "“The army said the bridge was safe; the navy said it was not,” Anna Keller said.",
    ],
)
def test_a_semicolon_within_the_words_of_one_speaker_parts_nothing(text):
    assert [source for _, source in claims(text)] == [text]


def test_nothing_may_follow_a_semicolon():
    text = "The ministry said the dam was safe;\n\nThe union said it was not; and"
    assert [c.speaker for c in extract(Document("x.txt", text))[0]] == ["ministry", "union"]
