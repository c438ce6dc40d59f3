import html
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nli.claims import extract
from nli.records import Document
from nli.speakers import quotations

SHARED = Path(__file__).parent.parent.parent / "shared"


def claims(text):
    found, _ = extract(Document("x.txt", text))
    return found


def speakers(text):
    return [claim.speaker for claim in claims(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mayor Anna Keller said the bridge would close in May.", "Anna Keller"),
        ("The bridge will close in May, said Anna Keller, the mayor.", "Anna Keller"),
        ("According to Anna Keller, the bridge will close in May.", "Anna Keller"),
        ("Anna Keller told reporters that the bridge would close in May.", "Anna Keller"),
        ("“The bridge will close in May,” Anna Keller said.", "Anna Keller"),
        ("Anna Keller was quoted as saying that the bridge would close.", "Anna Keller"),
        ("A senior Turkish official said the bridge would close in May.", "senior Turkish official"),
        ("The transport ministry denied that the bridge would close.", "transport ministry"),
        ("Nobody expects the bridge to close before the winter comes.", None),
    ],
)
def test_speaker_of_one_sentence(text, expected):
    assert speakers(text) == [expected]


def test_surnames_and_titles_become_the_full_name():
    text = "Foreign Minister John Harper arrived in Vienna. Mr. Harper said the talks would go on."
    assert speakers(text)[-1] == "John Harper"


def test_the_official_is_the_official_named_before():
    text = (
        "A senior Iranian official said no talks had been held. “They only discussed the weather,” the official said."
    )
    assert speakers(text) == ["senior Iranian official"] * 2


def test_a_quotation_of_several_sentences_keeps_its_speaker():
    text = "“We will not sell the harbour. It belongs to the town,” Maria Lopez said. “It always will.”"
    assert speakers(text) == ["Maria Lopez"] * 3


def test_pronouns_are_resolved_and_written_out_in_the_text_that_is_scored():
    (_, second) = claims("Maria Lopez visited the harbour on Monday. The work will take three years, she said.")
    assert second.speaker == "Maria Lopez"
    assert second.text == "The work will take three years, Maria Lopez said."
    assert second.source == "The work will take three years, she said."


def test_modality_and_hedges_stay_in_the_claim():
    (claim,) = claims("Mr. Kerry said he would “not rule out” possible military cooperation.")
    assert "not rule out" in claim.text and "possible" in claim.text


DEBRIS = """By Anna Keller | Daily Post
BY ANNA KELLER AND TOM REED
Read more: How it began
No comments:
12 responses to “The harbour”
Post a Comment
Share this article
Comments are closed.
Subscribe
Harbour news
Where will it end?
{{ad slot 3}}
Filed under: Harbour
Photo: the harbour at dawn
Anna Keller in London contributed to this article.
Jonathan Reed, a researcher at the institute, discusses this view."""


@pytest.mark.parametrize("debris", DEBRIS.splitlines())
def test_debris_is_not_a_claim(debris):
    found, dropped = extract(Document("x.txt", f"{debris}\n\nThe harbour was sold on Monday for a large sum of money."))
    assert [c.text for c in found] == ["The harbour was sold on Monday for a large sum of money."]
    assert dropped == 1


NEWS = """By Monday, rescuers had found 27 bodies, the governor said.
By contrast, Mr. Kerry said he would not rule it out.
By then it was over.
Tap water in the old town is safe to drink, the mayor said.
Subscribers to the paper were told on Monday.
Copyright law will change next year, the minister said.
No comment was available from the ministry, which was closed on Monday.
Related offences rose by a third last year.
Cookie sales fell by half in May.
By Sunday the death toll was 12.
Reporting by the BBC shows that 12 people died.
Finland joins NATO.
IRAN DENIES TALKS WITH U.S. - FOREIGN MINISTRY
NATO rejects Russian demands – Stoltenberg"""


@pytest.mark.parametrize("sentence", NEWS.splitlines())
def test_news_that_begins_like_debris_is_a_claim(sentence):
    assert [c.text for c in claims(sentence)] == [sentence]


def test_a_caption_after_a_picture_credit_is_left_out_but_a_lead_is_not():
    caption = "Reuters\nVolunteers march through the city, vowing to defend it.\n\nThe city was quiet on Monday, the mayor said."
    assert [c.line for c in claims(caption)] == [4]
    assert [c.line for c in claims("Reuters\nThe city was quiet on Monday, the mayor said.")] == [2]


def test_a_paragraph_that_quotes_in_the_present_tense_is_no_teaser():
    text = "Twelve boats sank on Monday. “We never closed the lock,” Anna Keller explains."
    assert len(claims(text)) == 2
    assert claims("Reuters\n\nThe White House says no deal has been reached.")[0].speaker == "White House"
    assert claims("Anna Keller, a researcher at the foundation, explains why the lock was open.") == []


@pytest.mark.parametrize("head", ["NEW DELHI", "ISLAMABAD", "UPDATE"])
def test_a_place_or_a_word_of_the_desk_before_a_colon_is_no_speaker(head):
    text = f"{head}: Foreign Minister Anna Keller met reporters on Monday.\n\nShe said no talks had been held."
    assert [(c.speaker, c.text) for c in claims(text)] == [
        (None, "Foreign Minister Anna Keller met reporters on Monday."),
        ("Anna Keller", "Anna Keller said no talks had been held."),
    ]


def test_the_entries_of_a_ticker_are_claims_of_their_own():
    text = (
        "14:02 Kim Adler says talks with Iran are possible this week\n14:10 Iran denies that it has agreed to talks in Vienna\n"
        "14:30 The White House says that nothing has been decided\n15:05 Kim Adler leaves Vienna without a word to the press"
    )
    assert [c.speaker for c in claims(text)] == ["Kim Adler", "Iran", "White House", None]


def test_a_wrapped_line_may_begin_with_a_number():
    text = (
        "The hearing about the bridge over the river was moved to June\n16. The talks will be held in the town hall of Tarn, and the\n"
        "mayor will be there, as will the nine engineers whom the town\nhas asked for a report on the piers and on the deck of the bridge.\n"
    )
    assert claims(text)[0].text == "The hearing about the bridge over the river was moved to June 16."


def test_another_official_is_not_the_official():
    text = "A senior Iranian official said no talks had been held. Another official said talks had been held."
    assert speakers(text) == ["senior Iranian official", "another official"]


def test_titles_choose_between_two_of_one_name():
    text = "Mrs. Hillary Stone met Bill Stone. Mr. Stone said the talks went well. Mrs. Stone said they did not."
    assert speakers(text)[1:] == ["Bill Stone", "Hillary Stone"]


def test_lines_and_spans_survive_wraps_entities_bom_and_crlf():
    text = "\ufeffFirst came the rain &amp; the wind.\r\n\r\nThen the river rose above the wall, which\r\nbroke in two places on Monday."
    first, second = claims(text)
    assert (first.line, second.line) == (1, 3)
    assert first.text == "First came the rain & the wind." and first.source == "First came the rain &amp; the wind."
    assert all(text[c.start : c.end] == c.source for c in (first, second))


PIECES = [
    "She said ",
    "“No,",
    "” ",
    "\n",
    "\n\n",
    "the dam broke. ",
    "&quot;",
    "Mr. Li ",
    "told us ",
    '"',
    "— ",
    "12 ",
    "it is.",
]


@settings(max_examples=40)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_the_words_of_a_claim_stand_at_its_span(text):
    for claim in claims(text):
        source = words(html.unescape(text[claim.start : claim.end]))
        added = words(claim.speaker or "")
        assert claim.source == text[claim.start : claim.end]
        skipped = {*added, "she", "it"}
        assert [w for w in words(claim.text) if w not in skipped] == [w for w in source if w not in skipped]


def words(text):
    return re.findall(r"\w+", text.lower())


def test_a_text_may_end_anywhere():
    told = (
        "The inquiry heard Anna Keller, a policewoman of 30 years' standing, who said on Monday that the river's level"
    )
    words = told.split()
    for end in range(3, len(words) + 1):
        text = " ".join(words[:end])
        assert all(text[c.start : c.end] == c.source for c in claims(text))


def test_open_quotation_marks():
    assert quotations("He said “no” twice.")[0] == [8 <= i <= 11 for i in range(19)]
    assert quotations("“It goes on")[1] is True
    assert not any(quotations('a 12" pipe')[0])


def test_a_very_long_line_is_read_whole():
    sentence = "The river rose by two metres on Monday. "
    found = claims(sentence * 2000)
    assert len(found) == pytest.approx(2000, abs=8)


@pytest.mark.skipif(not (SHARED / "seed").exists(), reason="the seed article is not here")
def test_seed_article():
    text = (SHARED / "seed/article.txt").read_text(encoding="utf-8")
    found = claims(text)
    by_words = {
        words: next(c for c in found if words in c.source)
        for words in ("not rule", "not include", "no bilateral", "not interested")
    }
    assert [c.speaker for c in by_words.values()] == [
        "John Kerry",
        "Josh Earnest",
        "senior Iranian official",
        "Josh Earnest",
    ]
    assert not [c for c in found if "Comment" in c.source or "contributed" in c.source or "Volunteers" in c.source]


def test_labels_of_a_transcript_name_the_speaker():
    first, second = claims(
        "CHAIR: When did you sign the contract?\nMS REED-OKORO: I signed it in May. My deputy signed it in June."
    )
    assert [first.speaker, second.speaker] == ["Reed-Okoro"] * 2
    assert first.source == first.text.partition(": ")[2] == "I signed it in May."


def test_what_cannot_speak_is_no_speaker():
    assert speakers("The lorry said Fresh Fish on its side, in letters a metre high.") == [None]
    assert speakers("A nurse told us of the smoke. The work would take a week, she said.") == ["nurse"] * 2


def test_the_company_is_the_one_named_before():
    text = "Harbour Freight Lines was sold on Monday. The company said that it had no debts."
    assert speakers(text)[-1] == "Harbour Freight Lines"


def test_reported_speech_goes_on_without_attribution():
    assert speakers("Maria Lopez said the dam was safe. It would be inspected in May.") == ["Maria Lopez"] * 2
    assert speakers("Maria Lopez said the dam was safe. It rained on Monday.") == ["Maria Lopez", None]


def test_a_claim_that_leans_carries_what_it_leans_on_when_asked():
    text = "Peter Vance was questioned about the missing ledger on Friday. “Three hours,” he said."
    document = Document("x.txt", text)
    plain, leaning = (extract(document, context=asked)[0][-1] for asked in (False, True))
    assert plain.context == "" and plain.text == plain.statement == "“Three hours,” Peter Vance said."
    assert leaning.context == "Peter Vance was questioned about the missing ledger on Friday."
    assert (
        leaning.text == f"[{leaning.context}] {plain.text}"
        and leaning.source == plain.source == "“Three hours,” he said."
    )


def test_a_claim_that_stands_alone_is_given_no_context():
    text = "The council met on Monday. The harbour company will build two new piers in the spring."
    assert all(not claim.context for claim in extract(Document("x.txt", text), context=True)[0])


def test_a_speaker_without_a_name_is_put_in_as_the_noun_it_is():
    text = (
        'A loadmaster was in hospital. She said the crew had checked the oil. "It was clean," she added, "and new."\n'
    )
    said = [claim.text for claim in claims(text)]
    assert said[1] == "The loadmaster said the crew had checked the oil."
    assert said[2].endswith('" the loadmaster added, "and new."')


@pytest.mark.parametrize(
    "text",
    [
        "Recorded vote: five in favour, four opposed.",
        "The last motion against a prime minister, in 2024, failed by 75 votes to 32.",
        "CONCANNON: How many fell ill?\n\nHALE: Under fifty, over the whole area, from the first day to the last.",
    ],
)
def test_a_count_or_an_answer_is_a_claim_where_no_verb_is_seen(text):
    found, _ = extract(Document("x.txt", text))
    assert text.endswith(found[-1].source.removeprefix("HALE: ")) and found[-1].source.endswith(".")


@pytest.mark.parametrize(
    "text", ["[Photo: the school in 2019.]", "Home | News | 24 hours.", "Page 1 of 12", "Not for now."]
)
def test_captions_links_and_scraps_are_none(text):
    assert extract(Document("x.txt", text))[0] == []
