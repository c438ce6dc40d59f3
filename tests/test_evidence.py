"""What weighs on the score of two claims besides the model."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nli.decision import Decision, decide
from nli.errors import CheckpointError
from nli.evidence import FEATURES, features, parts, weighed
from nli.records import Claim, ScoredPair, Scores

WEIGHTS = {"shared_words": 3.0, "length": 0.5, "one_speaker": -1.0, "one_document": -0.5, "bias": -5.0}
SPEAKERS = st.sampled_from([None, "Ann Lee", "Bo Ray"])
CLAIMS = st.builds(
    lambda document, text, speaker: Claim(document, 0, 1, text, text, speaker, 1),
    st.sampled_from(["x.txt", "y.txt"]),
    st.text(min_size=1),
    SPEAKERS,
)


def claim(text, speaker=None, document="x.txt"):
    return Claim(document, 0, 1, text, text, speaker, 1)


@given(st.floats(0, 1), CLAIMS, CLAIMS)
def test_a_score_stays_a_probability_and_knows_no_order(score, a, b):
    moved = weighed(score, a, b, WEIGHTS)
    assert 0 <= moved <= 1
    assert moved == pytest.approx(weighed(score, b, a, WEIGHTS))
    assert weighed(score, a, b, {}) == score
    assert weighed(min(1.0, score + 0.1), a, b, WEIGHTS) >= moved


def test_features_are_of_words_lengths_speakers_and_documents():
    a, b = claim("The bridge was closed.", "Ann Lee"), claim("The bridge was open on Monday.", "Ann Lee")
    shared, length, speaker, document = features(a, b)
    assert shared == pytest.approx(3 / (4 * 5) ** 0.5)  # the, bridge, was; "on" is too short to count
    assert length == pytest.approx(6.493, abs=1e-3) and (speaker, document) == (1, 1)
    assert features(a, replace(b, speaker=None, document="y.txt"))[2:] == (0, 0)
    assert features(replace(a, speaker=None), replace(b, speaker=None))[2] == 0  # two of nobody are not of one
    assert features(claim("Rejected."), claim("He rejects it."))[0] > 0


def test_what_speaks_for_a_conflict_raises_its_score():
    a, b, c = claim("The bridge was closed.", "Ann"), claim("The bridge was open.", "Bo"), claim("Rain fell.", "Bo")
    assert weighed(0.6, a, b, WEIGHTS) > weighed(0.6, a, c, WEIGHTS)
    assert weighed(0.6, a, b, WEIGHTS) > weighed(0.6, a, replace(b, speaker="Ann"), WEIGHTS)
    assert weighed(0.6, a, replace(b, document="y.txt"), WEIGHTS) > weighed(0.6, a, b, WEIGHTS)
    assert set(parts(a, b, WEIGHTS)) == set(FEATURES)


def test_the_evidence_decides_which_pairs_are_reported():
    both = Scores(0, 0.4, 0.6)
    a, b, c = claim("The bridge was closed.", "Ann"), claim("The bridge was open.", "Bo"), claim("Rain fell.", "Bo")
    pairs = [ScoredPair(a, b, both, both), ScoredPair(a, c, both, both)]
    assert len(decide(pairs, Decision(), 0.5).found) == 2
    (found,) = decide(pairs, Decision(evidence={"shared_words": 3.0, "bias": -1.0}), 0.5).found
    assert found.b == b and found.score != pytest.approx(0.6)


@pytest.mark.parametrize("evidence", [{"weather": 1.0}, {"length": float("nan")}, {"length": "long"}, ["length"]])
def test_evidence_that_is_not_known_is_refused(tmp_path, evidence):
    (tmp_path / "decision.json").write_text(json.dumps({"evidence": evidence}))
    with pytest.raises(CheckpointError, match=r"decision\.json"):
        Decision.read(tmp_path)


def test_an_unnamed_speaker_is_somebody_else_in_every_document():
    def one_speaker(a, b):
        return features(a, b)[2]

    first, second = (claim("The bus stopped.", "witness", name) for name in ("x.txt", "y.txt"))
    assert one_speaker(first, second) == 0.0 and one_speaker(first, first) == 1.0
    first, second = (claim("The bus stopped.", "Ann Lee", name) for name in ("x.txt", "y.txt"))
    assert one_speaker(first, second) == 1.0
