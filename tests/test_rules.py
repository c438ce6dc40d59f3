"""Each rule, on sentences that it is for and on those it must leave alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nli.quantities import comparable, quantities
from nli.records import Claim
from nli.rules import verdict


def claim(text, speaker=None):
    return Claim("x.txt", 0, 1, "", text, speaker, 1)


@pytest.mark.parametrize(
    ("a", "b", "kind", "reason"),
    [
        ("The harbour will be sold in May.", "The harbour will be sold.", "compatible", "restated"),
        ("Turnout was 66 to 73 percent.", "Turnout was 71.4 percent.", "compatible", "leave room"),
        ("At least 30 miners were killed.", "The blast killed 41 miners.", "compatible", "leave room"),
        ("About 200 people marched.", "Police counted 190 people.", "compatible", "leave room"),
        ("As many as 30 people were hurt.", "A blast hurt 12 people.", "compatible", "leave room"),
        ("The attack in 2014 killed 30 people.", "The attack of March 2012 killed 45 people.", "update", "2014"),
        ("On Monday 27 bodies were found.", "By Tuesday 35 bodies were found.", "update", "monday; tuesday"),
        ("In Lima 40 homes burned.", "In Cusco 60 homes burned.", "compatible", "Lima; Cusco"),
        ("Iran may join the talks on Monday.", "The negotiations will not cover sanctions.", "compatible", "leave out"),
        ("About two dozen people were hurt.", "At least 20 people were hurt.", "compatible", "leave room"),
        ("Not more than 30 people were hurt.", "The blast hurt 12 people.", "compatible", "leave room"),
        ("Between 20 and 30 people were hurt.", "The blast hurt 25 people.", "compatible", "leave room"),
        (
            "On Monday 12 people died and 30 were hurt.",
            "On Tuesday 15 people died and 30 were hurt.",
            "update",
            "monday",
        ),
        ("If the vote fails we strike.", "There will be no strike.", "tension", "condition"),
        (
            "The two may hold talks on Monday.",
            "Any conversation will not include the border.",
            "compatible",
            "leave out",
        ),
        ("They are open to discussions about gas.", "The talks would not touch prices.", "compatible", "leave out"),
        ("They could sit down on Monday.", "Any conversation will not include the border.", "compatible", "leave out"),
        ("Talks were possible, she said.", "No talks had taken place so far.", "tension", "possible"),
    ],
)
def test_a_reason_why_both_may_stand(a, b, kind, reason):
    for first, second in ((a, b), (b, a)):
        found = verdict(claim(first), claim(second))
        assert found.kind == kind
    assert reason in verdict(claim(a), claim(b)).reason


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("At least 30 miners were killed.", "The blast killed 27 miners."),
        ("Turnout was 66 to 73 percent.", "Turnout was 81 percent."),
        ("The harbour will be sold.", "The harbour will not be sold."),
        ("On Monday 27 bodies were found.", "On Monday 35 bodies were found."),
        ("The bridge opens on Monday.", "The bridge opens in May."),
        ("He would not rule out cooperation.", "There will be no cooperation."),
        ("He would not rule out military cooperation.", "Any talks will not include military coordination."),
        ("They are open to discussions about gas.", "There will be no discussions about gas."),
        ("In Lima 40 homes burned.", "In Lima 60 homes burned."),
        ("Forty-two people were aboard.", "Fifty-two people were aboard."),
        ("Iran attacked Iraq, the envoy said.", "Iraq attacked Iran, the envoy said."),
        ("3 to 4 million people fled.", "Nearly 500,000 people fled."),
        ("2000 people were killed.", "On Monday 1500 people were killed."),
        # one place, one month, words that only look like a condition, a possibility or a range
        ("The blast killed 12 people in Baghdad Monday.", "Doctors said the blast in Baghdad killed 20 people."),
        ("The fire in Lima's Rimac killed 12 people.", "The fire in Lima killed 20 people."),
        ("The March attack killed 30 people.", "The attack on March 11 killed 45 people."),
        ("About 2,000 people joined the march.", "Some 9,000 people came on Saturday."),
        ("Twelve people, including two children, were taken to hospital.", "Nobody was taken to hospital."),
        ("Kim Adler opened the gates in May.", "Kim Adler did not open the gates."),
        ("The talks could include military cooperation.", "The talks will not include military cooperation."),
        ("The Senate voted 52-48 to confirm her.", "The Senate voted 51-49 to confirm her."),
        # figures that are days, or agree, or are one of many things that the claims say
        ("On March 3, soldiers entered the town.", "On March 4, soldiers entered the town."),
        ("The audit was signed on 19 May, he said.", "The audit was signed on 3 May, the register says."),
        ("In 2012, voters approved the dam.", "In 2014, voters approved the dam."),
        ("In March 11 people were killed.", "In March 14 people were killed."),
        (
            "On Monday 12 people were killed and 30 people were hurt when soldiers fired.",
            "On Tuesday it was said that 12 people were killed and 30 people were hurt when a gas bottle exploded.",
        ),
        (
            "At least 30 people were killed when the army opened fire.",
            "The blast killed 41 people when rebels attacked the depot.",
        ),
        ("The fleet lost two and 30 people were wounded.", "The blast wounded 12 people."),
        ("Half a dozen people were hurt.", "The crash hurt 12 people."),
        # words that only look like a condition or a possibility; names that may be of one day
        ("The firm that provided the fuel was paid.", "The firm was never paid."),
        ("There were few, if any, survivors.", "Most of the passengers survived."),
        ("The bridge is considered safe.", "The bridge did not pass its inspection."),
        ("Gunmen killed 12 people on Monday.", "The June 16 attack killed 20 people."),
        # the same words, and some that turn them round
        ("The army killed the hostages.", "The army said the kidnappers killed the hostages."),
        ("Soldiers fired on the crowd.", "The general called reports that soldiers fired on the crowd baseless."),
        ("No shots were fired at the square.", "It is not true that no shots were fired at the square."),
        ("Iran could join the talks on Monday.", "The negotiations will not include Iranian officials."),
        ("The bridge was closed on Monday.", "Kim Adler rejected reports that the bridge was closed on Monday."),
        ("All of the hostages were freed.", "All but two of the hostages were freed."),
        ("About 500 people were evacuated.", "About 1,500 people were evacuated."),
    ],
)
def test_what_no_rule_explains_stays_a_contradiction(a, b):
    assert verdict(claim(a), claim(b)) == verdict(claim(b), claim(a)) == ("contradiction", "")


def test_words_that_a_speaker_passes_on_stand_against_anybody_but_their_author_with_less_force():
    passed = replace(claim("Ann Lee said that Tom Roe had promised her the post.", "Ann Lee"), passed_on="Tom Roe")
    assert verdict(passed, claim("Nobody got a promise.", "Kim Ray")).kind == "tension"
    assert "Tom Roe" in verdict(claim("Nobody got a promise."), passed).reason
    assert verdict(passed, claim("I never promised a post.", "Tom Roe")).kind == "contradiction"


def test_places_in_two_texts_may_lie_in_each_other():
    a, b = claim("The blast in Baghdad killed 12 people."), claim("The blast in Iraq killed 20 people.")
    assert verdict(a, b).kind == "compatible"
    assert verdict(a, replace(b, document="y.txt")).kind == "tension"


def test_days_of_the_event_are_no_days_of_saying_it():
    a, b = "Kim Adler said the bridge was inspected in March.", "The bridge was inspected in July, Kim Adler said."
    assert verdict(claim(a, "Kim Adler"), claim(b, "Kim Adler")).kind == "contradiction"


def test_one_speaker_on_different_days_is_an_update_two_speakers_are_not():
    a, b = "The mayor said on Monday that the pool would close.", "The pool will stay open, the mayor said on Friday."
    assert verdict(claim(a, "mayor"), claim(b, "mayor")).kind == "update"
    assert verdict(claim(a, "mayor"), claim(b, "treasurer")).kind == "contradiction"


def test_rules_read_the_statement_and_not_the_context_in_brackets():
    leaning = Claim(
        "x.txt", 0, 1, "", "[If it rains they go home.] It was cancelled.", None, 1, "If it rains they go home."
    )
    assert leaning.statement == "It was cancelled."
    assert verdict(leaning, claim("The concert went ahead.")).kind == "contradiction"


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("66 to 73 percent", 66, 73, "%"),
        ("at least thirty-two people", 32, float("inf"), "people"),
        ("up to 1,900 jobs", float("-inf"), 1900, "job"),
        ("some 2.5 million dollars", 2.25e6, 2.75e6, "dollar"),
        ("three of the nine stations", 3, 3, "nine"),
        ("two dozen people", 24, 24, "people"),
        ("half a dozen houses", 6, 6, "house"),
        ("not less than 30 seats", 30, float("inf"), "seat"),
    ],
)
def test_quantities(text, low, high, unit):
    (found, *_) = quantities(text)
    assert (found.low, found.high) == pytest.approx((low, high)) and unit in found.units


@pytest.mark.parametrize("text", ["On June 16, police arrested nobody", "In 2014, people fled", "several dozen people"])
def test_days_years_and_vague_dozens_are_no_quantities(text):
    assert quantities(text) == []


def test_quantities_of_different_things_are_not_comparable():
    assert comparable("27 people died", "the fire burned 40 houses") == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gets_a_verdict_that_is_symmetric_in_kind(a, b):
    assert verdict(claim(a), claim(b)).kind == verdict(claim(b), claim(a)).kind
