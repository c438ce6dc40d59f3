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
        # figures in words, and those of other things
        ("Some three hundred and fifty thousand people fled.", "Some 310 people fled."),
        ("A hundred and twenty people fled.", "About 20 people fled."),
        ("The toll rose from 30 to 45 people.", "The toll rose to 35 people."),
        ("About half of the 300 people fled.", "Some 310 people fled."),
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
        ("three of the nine stations", 3, 3, "station"),
        ("two dozen people", 24, 24, "people"),
        ("half a dozen houses", 6, 6, "house"),
        ("not less than 30 seats", 30, float("inf"), "seat"),
    ],
)
def test_quantities(text, low, high, unit):
    (found, *_) = quantities(text)
    assert (found.low, found.high) == pytest.approx((low, high)) and unit in found.units


INF = float("inf")


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        # number words
        ("three hundred and fifty thousand people", 350_000, 350_000, "people"),
        ("one hundred and twenty people", 120, 120, "people"),
        ("a hundred and twenty-five people", 125, 125, "people"),
        ("one hundred twenty people", 120, 120, "people"),
        ("twenty five people", 25, 25, "people"),
        ("more than a hundred people", 100, INF, "people"),
        ("two thousand and fourteen people", 2014, 2014, "people"),
        ("two hundred thousand people", 200_000, 200_000, "people"),
        ("two million, three hundred thousand and five people", 2_300_005, 2_300_005, "people"),
        ("two and a half million people", 2.5e6, 2.5e6, "people"),
        ("two and a half hours", 2.5, 2.5, "hour"),
        ("half a million people", 500_000, 500_000, "people"),
        ("a quarter of a million people", 250_000, 250_000, "people"),
        ("a dozen people", 12, 12, "people"),
        # digits, their marks and shares
        ("1.2 million people", 1.2e6, 1.2e6, "people"),
        ("1,200 people", 1200, 1200, "people"),
        ("3.5m people", 3.5e6, 3.5e6, "people"),
        ("a loss of $3bn", 3e9, 3e9, "dollar"),
        ("a £1.2 million fine", 1.2e6, 1.2e6, "fine"),
        ("2000 people", 2000, 2000, "people"),
        ("12 of the 300 people", 12, 12, "people"),
        ("30 percent of the 300 people", 30, 30, "%"),
        ("12 cases per 100,000 people", 12, 12, "case"),
        ("the toll more than doubled to 40 people", 40, 40, "people"),
        # ranges
        ("12 or 13 people", 12, 13, "people"),
        ("12 to 15 people", 12, 15, "people"),
        ("12-15 people", 12, 15, "people"),
        ("between 20% and 30% of voters", 20, 30, "%"),
        ("two to three hundred thousand people", 200_000, 300_000, "people"),
        ("$3-4bn", 3e9, 4e9, "dollar"),
        ("at least 12 but no more than 20 people", 12, 20, "people"),
        ("more than 12, but fewer than 20 people", 12, 20, "people"),
        ("at least another 30 people", 30, INF, "people"),
        ("a hundred or more people", 100, INF, "people"),
        ("30 people or more", 30, INF, "people"),
        ("30-plus people", 30, INF, "people"),
        ("30 or so people", 27, 33, "people"),
        # two figures, of which one has a noun of its own
        ("lost two and 30 were wounded", 30, 30, "wounded"),
        ("lost two and thirty were wounded", 30, 30, "wounded"),
        ("30 and two were wounded", 2, 2, "wounded"),
        ("12 and 13 people", 13, 13, "people"),
    ],
)
def test_a_figure_is_read_as_a_whole_and_with_its_own_noun(text, low, high, unit):
    (found,) = quantities(text)
    assert (found.low, found.high) == pytest.approx((low, high)) and unit in found.units


def test_two_figures_with_their_own_nouns_are_two_quantities():
    found = quantities("30 dead and two hundred and ten wounded")
    assert [(q.low, q.high, *q.units) for q in found] == [(30, 30, "dead"), (210, 210, "wounded")]


@pytest.mark.parametrize(
    "text",
    [
        # ages, years, times, scores, names
        "a 71-year-old man was killed",
        "a 71 year old man was killed",
        "a man aged 71 died",
        "people under 30 years of age",
        "the 2014 election",
        "at 4 a.m. police came",
        "at 4 am police came",
        "at ten past six police came",
        "at 10.30 police came",
        "won 3-1 on Sunday",
        "a 1-3 defeat",
        "a vote of 52-48",
        "Flight 407 crashed",
        "on page 12 readers found",
        "the No. 6 seed won",
        "the 9/11 attacks",
        "the 100m final",
        # shares, rates, changes, nobody
        "nearly a third of voters",
        "two thirds of voters",
        "one third of voters",
        "three quarters of a million people",
        "half of the 300 people",
        "most of the 300 people",
        "one in five people",
        "nine out of ten people",
        "every 12 days",
        "rose from 30 to 40 people",
        "rose from 30 people to 40",
        "rose $2 to $80 a barrel",
        "no one was killed",
        "spread over three years",
        # vague, or written in a way that is not certain
        "40-odd people",
        "several hundred and fifty people",
        "tens of thousands of people",
        "a million and a half people",
        "120 000 people",
        "1.000 people",
        "a 12-member team",
        "3 to 4 m\u0130llion people",  # with a dotted capital, which is an i when case is ignored
    ],
)
def test_what_cannot_be_read_safely_is_no_quantity(text):
    assert quantities(text) == []


@pytest.mark.parametrize("text", ["On June 16, police arrested nobody", "In 2014, people fled", "several dozen people"])
def test_days_years_and_vague_dozens_are_no_quantities(text):
    assert quantities(text) == []


def test_quantities_of_different_things_are_not_comparable():
    assert comparable("27 people died", "the fire burned 40 houses") == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gets_a_verdict_that_is_symmetric_in_kind(a, b):
    assert verdict(claim(a), claim(b)).kind == verdict(claim(b), claim(a)).kind
