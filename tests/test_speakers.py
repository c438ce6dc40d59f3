"""Who says it, form by form."""

import pytest

from nli.claims import extract
from nli.records import Document


def claims(text):
    return extract(Document("x.txt", text))[0]


def speaker(text, words):
    """The speaker of the claim that has these words."""
    found = claims(text)
    assert all(text[c.start : c.end] == c.source for c in found)
    return next(c.speaker for c in found if words in c.source)


KELLER = "Anna Keller, the mayor of Tarn, said the bridge was safe."


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        # the tense of reported speech, and a few quoted words, go on with the voice before
        (f"{KELLER} It would be painted in May.", "painted", "Anna Keller"),
        (f"{KELLER} The cracks were “as old as the hills”.", "cracks", "Anna Keller"),
        (f"{KELLER} The cracks were old. “Nobody ever fell in,” she said.", "cracks", "Anna Keller"),
        # the reporter tells what somebody does, what happened, and speaks in the first person
        (f"{KELLER} She looked at her shoes. “Nobody ever fell in,” she said.", "shoes", None),
        (f"{KELLER} The bridge was opened in 1931.", "1931", None),
        (f"{KELLER} I saw “no entry” on a sign there.", "sign", None),
        (f"{KELLER} To Peter Reed, it was “a disgrace”.", "disgrace", None),
    ],
)
def test_a_voice_goes_on_until_the_reporter_takes_over(text, words, expected):
    assert speaker(text, words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The harbour was never for sale, its manager, Anna Keller, said.", "Anna Keller"),
        ("They walked out before the vote on Monday, according to the party's whip, Anna Keller.", "Anna Keller"),
        (
            "In Vienna, an official in the transport ministry said that no train had left.",
            "official in the transport ministry",
        ),
        (
            "The council discussed a report by the Audit Board, which says that the bill has doubled.",
            "Audit Board",
        ),
        ("The fire brigade's log has an entry at noon, “smoke in the cellar”.", "fire brigade's log"),
        ("The ministry's register lists 17 schools with broken doors.", "ministry's register"),
        (
            "A memorandum sent by the harbour's own engineers lists nine cracks.",
            "memorandum by the harbour's own engineers",
        ),
        ("The photograph hangs in the office of the harbour master.", None),
        ("Anna Keller tells it like this: “We had lamps from a camping shop and nothing else.”", "Anna Keller"),
        ("Dr Anna Keller of the ambulance service: her crews treated 17 people at the ground.", "Anna Keller"),
        ("Seventy-one members answered the roll at breakfast.", None),
        ("“The roof is dry,” Sgt. Anna Keller told the newspaper.", "Anna Keller"),
    ],
)
def test_speaker_of_one_sentence(text, expected):
    assert claims(text)[0].speaker == expected


def test_gender_is_read_from_nouns_and_from_pronouns_anywhere_in_the_document():
    text = (
        "The board's chairwoman, Robin Vance, met the press on Monday. The treasurer, Kim Adler, came with his lawyer. "
        "The books were in order, she said."
    )
    assert speaker(text, "books") == "Robin Vance"


def test_the_subject_of_the_main_clause_is_the_one_meant():
    text = "Robin Vance said that Kim Adler had left. The books were in order, he added."
    assert speaker(text, "books") == "Robin Vance"


def test_somebody_without_a_name_can_be_he_in_the_same_paragraph_only():
    lead = "Robin Vance said the mill had closed."
    guard = "A watchman sat by the gate. The machines left at night, he said."
    assert speaker(f"{lead}\n\n{guard}", "machines") == "watchman"
    assert (
        speaker(f"{lead}\n\nA watchman said it was late.\n\nThe machines were sold, he added.", "machines")
        == "Robin Vance"
    )


def test_a_role_stands_for_the_only_person_who_bears_it():
    text = (
        "Governor Robin Vance and Deputy Governor Kim Adler met on Monday.\n\nThe talks were short.\n\n"
        "The rate would not move, the governor said."
    )
    assert speaker(text, "rate") == "Robin Vance"


def test_a_lead_that_holds_the_name_back():
    lead = "The chief executive of the ferry company said on Monday that nine boats would sail in May."
    assert speaker(f"{lead}\n\n“All nine of them,” Robin Vance told councillors.", "Monday") == "Robin Vance"
    other = f"{lead}\n\n“All nine of them,” said Robin Vance, a fisherman."
    assert speaker(other, "Monday") == "chief executive of the ferry company"


def test_the_letter_is_of_whoever_wrote_it():
    text = "Robin Vance wrote to all members on Monday. The house will meet on Friday, the letter says."
    assert speaker(text, "Friday") == "Robin Vance"


def test_the_company_is_the_one_described():
    text = "The ferry company has nine boats. All of them were full, the company said."
    assert speaker(text, "full") == "ferry company"


def test_labels_by_office_and_with_office():
    text = (
        "CHAIR (Robin Vance): We begin this hearing on time.\n\nKIM ADLER, director of works: The roof was mended in May.\n\n"
        "CHAIR: We close at nine tonight.\n\nADLER: I mended it with my own hands."
    )
    assert [c.speaker for c in claims(text)] == ["Robin Vance", "Kim Adler", "Robin Vance", "Kim Adler"]


def test_what_a_labelled_speaker_says_in_the_next_paragraph():
    text = "SPOKESPERSON (Ms. Robin Vance): I have two items.\n\nThe convoy turned back, and we want it to try again."
    assert speaker(text, "convoy") == "Robin Vance"
    assert speaker("ROBIN VANCE: I have two items.\n\nThe hall was cold and half empty.", "hall") is None


def test_questions_and_answers():
    text = "ROBIN VANCE: I signed nothing at all.\n\nQ. Who did sign?\n\nA. The treasurer signed the cheques in May."
    assert speaker(text, "treasurer") == "Robin Vance"


def test_the_time_that_leads_an_entry_of_a_live_page_is_no_part_of_the_claim():
    (claim,) = claims("09:15 Robin Vance says the bridge is open.")
    assert claim.source == "Robin Vance says the bridge is open." and claim.speaker == "Robin Vance"
