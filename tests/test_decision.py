import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nli.decision import RULES, Decision, conflict_type, decide
from nli.errors import CheckpointError, InputError
from nli.records import Claim, ScoredPair, Scores
from nli.rules import TENSION, Verdict

P = st.floats(0, 1)


def pair(start, forward, backward):
    a, b = (claim(s) for s in (start, start + 10))
    return ScoredPair(a, b, Scores(0, 1 - forward, forward), Scores(0, 1 - backward, backward))


def test_only_the_kinds_asked_for_are_reported_and_the_others_counted():
    a = Claim("x.txt", 0, 1, "", "On Monday 27 people were dead.", None, 1)
    b = Claim("x.txt", 2, 3, "", "On Tuesday 35 people were dead.", None, 1)
    c = Claim("x.txt", 4, 5, "", "About 29 people were dead on Monday.", None, 1)
    pairs = [scored(a, b, 0.9), scored(a, c, 0.9)]
    assert decide(pairs, Decision(), 0.5) == ([], 1, 1, 0, 0, 0)
    (found,) = decide(pairs, Decision(), 0.5, ["update"]).found
    assert found.kind == "update" and "monday; tuesday" in found.reason


def test_without_reasons_the_score_alone_decides():
    a = Claim("x.txt", 0, 1, "", "On Monday 27 people were dead.", None, 1)
    b = Claim("x.txt", 2, 3, "", "About 29 people were dead on Monday.", None, 1)
    assert decide([scored(a, b, 0.9)], Decision(), 0.5).compatible == 1
    (found,) = decide([scored(a, b, 0.9)], Decision(), 0.5, reasons=()).found
    assert (found.kind, found.reason) == ("contradiction", "")


def test_a_threshold_is_a_number_or_the_name_of_an_operating_point():
    decision = Decision(threshold=0.6, operating_points={"precise": 0.9})
    assert [decision.limit(x) for x in (None, 0.0, 0.3, "precise")] == [0.6, 0.0, 0.3, 0.9]
    with pytest.raises(InputError, match=r"'sharp': the checkpoint has precise \(0\.9\)"):
        decision.limit("sharp")
    with pytest.raises(InputError, match="nli calibrate"):
        Decision().limit("precise")
    with pytest.raises(InputError, match="from 0 to 1"):
        decision.limit(1.5)


def test_threshold_rule_and_order():
    found = decide([pair(0, 0.9, 0.5), pair(1, 0.9, 0.9), pair(2, 0.2, 0.9)], Decision(rule="mean"), 0.6).found
    assert [(c.a.start, round(c.score, 2)) for c in found] == [(1, 0.9), (0, 0.7)]
    assert [c.a.start for c in decide([pair(0, 0.9, 0.5)], Decision(rule="min"), 0.6).found] == []
    assert [c.a.start for c in decide([pair(2, 0.2, 0.9)], Decision(rule="max"), 0.6).found] == [2]


def claim(start, speaker=None, document="x.txt"):
    return Claim(document, start, start + 1, "t", "t", speaker, 1)


def scored(a, b, score):
    return ScoredPair(a, b, Scores(0, 1 - score, score), Scores(0, 1 - score, score))


def test_a_pair_far_weaker_than_its_rival_is_outdone_and_counted():
    a, b, c, d = (claim(i) for i in range(4))
    pairs = [scored(a, b, 0.9), scored(a, c, 0.88), scored(b, d, 0.7), scored(c, d, 0.86)]
    found, *_, outdone = decide(pairs, Decision(rival_share=0.95), 0.5)
    assert [(x.a.start, x.b.start) for x in found] == [(0, 1), (0, 2), (2, 3)] and outdone == 1
    assert len(decide(pairs, Decision(), 0.5).found) == 4


def test_a_tension_is_not_outdone_by_the_contradictions_of_its_claims():
    a, b, c = (claim(i) for i in range(3))
    tense = Verdict(TENSION, "a condition")
    reasons = [lambda x, y: tense if {x.start, y.start} == {0, 2} else None]
    pairs = [scored(a, b, 0.9), scored(a, c, 0.7), scored(b, c, 0.7)]
    found = decide(pairs, Decision(rival_share=0.95), 0.5, reasons=reasons).found
    assert [(x.a.start, x.b.start, x.kind) for x in found] == [(0, 1, "contradiction"), (0, 2, "tension")]


def test_two_claims_of_one_speaker_in_one_document_need_more():
    decision = Decision(same_speaker=0.95)
    pairs = [scored(claim(0, "Ann"), claim(1, "Ann"), 0.9), scored(claim(0, "Ann"), claim(1, "Ann", "y.txt"), 0.9)]
    pairs += [scored(claim(0), claim(1), 0.9), scored(claim(2, "Ann"), claim(3, "Ann"), 0.96)]
    found, _, _, one_speaker, _, outdone = decide(pairs, decision, 0.5)
    assert (
        len(found) == 3
        and (one_speaker, outdone) == (1, 0)
        and all(c.b.document == "y.txt" or c.a.speaker is None or c.score > 0.95 for c in found)
    )


@given(P, P, P, st.sampled_from(RULES))
def test_contradiction_is_symmetric_and_skipping_a_direction_changes_nothing(forward, backward, threshold, rule):
    decision = Decision(rule=rule)
    assert decision.combine(forward, backward) == decision.combine(backward, forward)
    if not decision.can_reach(forward, threshold):
        assert decision.combine(forward, backward) < threshold


def test_the_other_direction_is_asked_of_what_the_evidence_may_raise_but_not_of_everything():
    weighed = Decision(rule="mean", evidence={"shared_words": 3.0}, ask_back=0.3)
    assert weighed.can_reach(0.35, 0.9) and not weighed.can_reach(0.25, 0.9)
    assert weighed.can_reach(0.25, 0.2) and weighed.can_reach(0.0, 0.0)  # who asks for less is shown less sure ones
    assert not Decision(rule="mean").can_reach(0.35, 0.9)


def test_decision_file(tmp_path):
    assert Decision.read(tmp_path) == Decision()
    (tmp_path / "decision.json").write_text(json.dumps({"threshold": 0.7, "rule": "min", "later": 1}))
    assert Decision.read(tmp_path) == Decision(threshold=0.7, rule="min")
    for broken in ('{"threshold": 7}', '{"rule": "sum"}', "[]", "{", '{"threshold": "high"}'):
        (tmp_path / "decision.json").write_text(broken)
        with pytest.raises(CheckpointError, match=r"decision\.json"):
            Decision.read(tmp_path)


@pytest.mark.parametrize("points", [{"precise": "high"}, {"precise": 1.5}, {"precise": float("nan")}, [], 7, None])
def test_operating_points_are_names_with_numbers(tmp_path, points):
    (tmp_path / "decision.json").write_text(json.dumps({"operating_points": points}))
    with pytest.raises(
        CheckpointError, match=r"decision\.json.*operating_points an object of names with numbers in 0\.\.1"
    ):
        Decision.read(tmp_path)
    (tmp_path / "decision.json").write_text(json.dumps({"operating_points": {"precise": 1, "balanced": 0.5}}))
    assert Decision.read(tmp_path).limit("precise") == 1


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("He would not rule out cooperation.", "Cooperation will be possible.", "modality"),
        ("They can meet on Friday.", "They cannot meet on Friday.", "modality"),
        ("Talks were held.", "No talks were held.", "denial"),
        ("The bill is 312 million.", "The bill is 389 million.", "numeric"),
        ("Every house was hit.", "Some houses were spared.", "quantifier"),
        ("The gate was open.", "The gate was shut.", "other"),
    ],
)
def test_conflict_type(a, b, kind):
    assert conflict_type(a, b) == kind == conflict_type(b, a)
