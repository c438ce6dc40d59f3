"""Pairs from our own edits: right wordings and labels, every kind in all three, nothing that one side alone gives away."""

import json
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "models"))

import augment  # noqa: E402
import mix  # noqa: E402
from edit_claims import Names  # noqa: E402

CLAIMS = {
    "number": "Officers in Tbilisi arrested 34 protesters, the interior ministry said.",
    "date": "The accord was signed in Muscat on Tuesday, the foreign ministry said.",
    "unit": "The fire destroyed three kilometres of track, the railway said.",
    "negation": "The minister visited the hospital in Pécs, a spokesman said.",
    "antonym": "The council approved the plan on Friday, the mayor said.",
    "order": "The minister resigned before the vote, a spokesman said.",
    "quantifier": "All the referees joined the walkout, their union said.",
    "modality": "The factory will close in May, the owner said.",
    "role": "The minister accused the mayor in Pécs, a local newspaper reported.",
    "entity": "The president died in Nairobi on Sunday, his office said.",
}
KNOWN = Names(
    {
        "PERSON": [("e", "Anna Weber"), ("e", "Tom Hughes"), ("f", "Omar Farah")],
        "GPE": [("e", "Mombasa"), ("f", "Kigali"), ("f", "Lusaka")],
    }
)


def wordings(kind: str, text: str) -> dict[str, frozenset]:
    """By wording without "either", which comes and goes at random."""
    (claim,) = augment.read([("e", text)])
    return {
        w.core.replace("either ", "")[0].lower() + w.core.replace("either ", "")[1:]: w.cases
        for w in augment.KINDS[kind](claim, KNOWN, random.Random(1))
    }


@pytest.mark.parametrize("kind", augment.KINDS)
def test_every_kind_gives_all_three_labels_to_one_hypothesis(kind):
    (claim,) = augment.read([("e", CLAIMS[kind])])
    made = list(
        augment.triples(
            claim, kind, augment.KINDS[kind](claim, KNOWN, random.Random(1)), KNOWN, augment.Balance(), random.Random(1)
        )
    )
    assert made
    for _, three in made:
        assert sorted(e.label for e in three) == ["contradiction", "entailment", "neutral"]
        assert len({e.hypothesis for e in three}) == 1 and all(e.premise != e.hypothesis for e in three)


@pytest.mark.parametrize(
    ("kind", "premise", "hypothesis", "label"),
    [
        ("negation", "the minister visited the hospital in Pécs", "the minister did not visit the hospital in Pécs", "contradiction"),
        ("antonym", "the council approved the plan on Friday", "the council rejected the plan on Friday", "contradiction"),
        ("antonym", "the council approved the plan on Friday", "the council did not reject the plan on Friday", "entailment"),
        ("antonym", "the council did not reject the plan on Friday", "the council approved the plan on Friday", "neutral"),
        ("modality", "the factory will not close in May", "the factory might close in May", "contradiction"),
        ("modality", "the factory will close in May", "it has not been ruled out that the factory will close in May", "entailment"),
        ("quantifier", "all the referees joined the walkout", "some of the referees joined the walkout", "entailment"),
        ("quantifier", "none of the referees joined the walkout", "some of the referees joined the walkout", "contradiction"),
        ("quantifier", "some of the referees joined the walkout", "all the referees joined the walkout", "neutral"),
        ("role", "the minister accused the mayor in Pécs", "the mayor was accused by the minister in Pécs", "entailment"),
        ("role", "the minister accused the mayor in Pécs", "the minister was accused by the mayor in Pécs", "contradiction"),
        ("order", "the minister resigned before the vote", "the minister resigned after the vote", "contradiction"),
        ("unit", "the fire destroyed three kilometres of track", "the fire destroyed 3,000 metres of track", "entailment"),
        ("number", "officers in Tbilisi arrested exactly 34 protesters", "officers in Tbilisi arrested 34 protesters", "entailment"),
        ("entity", "the president died in Kigali on Sunday", "the president died in Lusaka on Sunday", "contradiction"),
        ("entity", "the president died in Kigali on Sunday", "the president died in Nairobi or Kigali on Sunday", "entailment"),
    ],
)  # fmt: skip
def test_what_an_edit_does_to_the_truth(kind, premise, hypothesis, label):
    cases = wordings(kind, CLAIMS[kind])
    assert augment.label(cases[premise], cases[hypothesis]) == label


def test_role_takes_the_passive_as_it_takes_the_active():
    active = wordings("role", "Anna Weber beat Tom Hughes in the final on Sunday.")
    passive = wordings("role", "Tom Hughes was beaten by Anna Weber in the final on Sunday.")
    assert active == passive
    assert active["anna Weber beat Tom Hughes in the final on Sunday"] == frozenset("a")
    assert active["tom Hughes was beaten by Anna Weber in the final on Sunday"] == frozenset("a")


def test_persons_are_exchanged_for_those_of_the_same_event_and_places_for_those_of_others():
    (claim,) = augment.read([("e", "Mary Jones was shot by Tom Hughes in Nairobi on Sunday, the police said.")])
    persons = {n for w in augment.KINDS["entity"](claim, KNOWN, random.Random(1)) for n in w.cases}
    assert persons == {"Tom Hughes", "Anna Weber", "Omar Farah"} or persons == {
        "Mary Jones",
        "Anna Weber",
        "Omar Farah",
    }
    (claim,) = augment.read([("e", CLAIMS["entity"])])
    places = {n for w in augment.KINDS["entity"](claim, KNOWN, random.Random(1)) for n in w.cases}
    assert places == {"Nairobi", "Kigali", "Lusaka"}


@pytest.mark.parametrize(
    "text", [CLAIMS["date"], "The minister visited the hospital on Tuesday.", CLAIMS["quantifier"]]
)
def test_every_manner_of_telling_keeps_the_words_of_the_claim(text):
    (claim,) = augment.read([("e", text)])
    core = claim.doc.text[:-1]
    told = {way(core) for way in augment.manners(claim, random.Random(1))}
    assert len(told) > 1 and all(
        set(core.lower().split()) <= set(t.lower().replace(",", "").rstrip(".").split()) for t in told
    )
    assert any(t.startswith("on Tuesday ") for t in told) == core.endswith("on Tuesday")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "The sergeant was 31 years old when the war began, the army said."),
        ("number", "At least 34 people were arrested, the ministry said."),
        ("negation", '"We will not close the road," the mayor said.'),
        ("negation", "If the vote fails, the union will strike."),
        ("quantifier", "The two sides agreed on a truce, the mediator said."),
        ("date", "The shop has been closed since Monday, the owner said."),
    ],
)
def test_doubtful_claims_are_left_alone(kind, text):
    claims = augment.read([("e", text)])
    assert not [w for claim in claims for w in augment.KINDS[kind](claim, KNOWN, random.Random(1))]


@pytest.fixture
def files(tmp_path):
    claims = [{"id": f"c{n}", "text": text} for n, text in enumerate(CLAIMS.values())]
    unseen = [{"id": "c", "text": "The bridge at Vistula Park will open in May, the owner said."}]
    rows = [{"id": i, "split": s, "claims": c, "relations": []} for i, s, c in (("1", "train", claims), ("2", "dev", unseen))]  # fmt: skip
    pairs = [
        {"premise": f"The council rejected the {thing} on Friday.", "hypothesis": "So it was.", "label": "neutral", "split": split}
        for thing, split in (("budget", "train"), ("secret", "test"))
    ]  # fmt: skip
    for name, found in (("dossiers", rows), ("news", pairs)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in found))
    (tmp_path / "held.json").write_text("[]")
    data = {"files": {"dossiers": ["dossiers.jsonl"], "news": ["news.jsonl"]}, "held_out_dossiers": "held.json"}
    return lambda seed: list(mix.Sources(tmp_path, data, seed)("augmented", files="dossiers", news="news", count=90))


def test_a_recipe_gets_the_same_balanced_examples_again_and_only_of_the_train_split(files):
    examples = files(5)
    assert examples == files(5) != files(6)
    assert len(examples) == 90 and set(Counter(e.label for e in examples).values()) == {30}
    assert all(e.premise != e.hypothesis for e in examples)
    assert set(Counter((e.hypothesis, e.label) for e in examples).values()) == {1}
    texts = " ".join(e.premise + e.hypothesis for e in examples)
    assert "budget" in texts and "secret" not in texts and "Vistula" not in texts


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=80), st.text(alphabet="the cat 34 on May.,said' not", max_size=80)), max_size=4)
)
def test_any_text_gives_pairs_or_none(texts):
    for _, _, example in augment.augmented([("e", t) for t in texts], 30, 1):
        assert example.premise != example.hypothesis and example.label in augment.LABELS
