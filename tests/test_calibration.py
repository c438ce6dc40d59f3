import dataclasses
import json

import numpy as np
import pytest
from conftest import make_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from nli import checkpoints
from nli.calibration import (
    WITH_EVIDENCE,
    calibrate,
    curve,
    fit_temperature,
    left_out,
    operating_points,
    place,
    plain,
    write,
)
from nli.decision import Decision
from nli.errors import InputError
from nli.gold import CONTRADICTION
from nli.labelled import from_rows
from nli.scoring import PROBES, Scorer, softmax

ROWS = [*PROBES, *((f"{a} b", f"{a} c", label) for a, label in zip("defghi", ("n", "c", "e") * 2, strict=True))]


@pytest.fixture(scope="module")
def scorer(tiny):
    return Scorer(checkpoints.load(str(tiny)))


def test_temperature_undoes_sharpening():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 3))
    truth = (rng.random((len(logits), 1)) > softmax(logits).cumsum(axis=1)).sum(axis=1)
    assert fit_temperature(logits, truth) == pytest.approx(1, abs=0.03)
    assert fit_temperature(3 * logits, truth) == pytest.approx(3, abs=0.1)
    grid = [(-np.log(softmax(3 * logits / t)[np.arange(len(truth)), truth]).mean(), t) for t in np.arange(2, 4, 0.01)]
    assert fit_temperature(3 * logits, truth) == pytest.approx(min(grid)[1], abs=0.011)


def test_temperature_of_joined_classes():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 3))
    truth = (rng.random(len(logits)) < softmax(logits)[:, 2]).astype(int)
    assert fit_temperature(2 * logits, truth, CONTRADICTION) == pytest.approx(2, abs=0.1)


def test_operating_points_by_hand():
    positive = np.array([True, True, True, True, False, False, False, False])
    score = np.array([0.95, 0.85, 0.65, 0.35, 0.75, 0.15, 0.15, 0.05])
    rows = curve(positive, score, 0.5)
    at = {t: (p, r) for t, p, r in rows}
    assert at[0.8] == (1.0, 0.5) and at[0.5] == (pytest.approx(0.75), 0.75)
    assert operating_points(rows) == {"precise": 0.76, "balanced": 0.16, "sensitive": 0.01}
    rare = {t: p for t, p, _ in curve(positive, score, 0.01)}
    assert rare[0.5] == pytest.approx(0.01 * 0.75 / (0.01 * 0.75 + 0.99 * 0.25))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=40))
def test_operating_points_are_in_order(rows):
    positive, score = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    if positive.all() or not positive.any() or not (score >= 0.01).any():
        return
    points = operating_points(curve(positive, score, float(positive.mean())))
    assert 0 < points["sensitive"] <= points["balanced"] <= points["precise"] < 1


def test_nothing_flagged():
    with pytest.raises(InputError, match="nothing to calibrate"):
        operating_points([])


def test_calibrating_a_checkpoint(tmp_path):
    folder = make_checkpoint(tmp_path / "m")
    (folder / "decision.json").write_text(json.dumps({"temperature": 2.0, "same_speaker": 0.9}))
    scorer = Scorer(checkpoints.load(str(folder)))
    labelled = from_rows(ROWS)
    decision = calibrate(labelled, scorer)
    assert decision.same_speaker == 0.9 and decision.data["sha256"] == labelled.data_hash
    assert decision.threshold == decision.operating_points["balanced"] and decision.rule in ("mean", "min", "max")
    write(decision, place(scorer.checkpoint, None, force=True))
    assert Decision.read(folder) == decision
    again = calibrate(labelled, Scorer(checkpoints.load(str(folder))))  # the old temperature is taken out before
    assert again.temperature == pytest.approx(decision.temperature, abs=0.002)
    assert again.operating_points == decision.operating_points


EVIDENCE = {"evidence": {"shared_words": 2.0}, "ask_back": 0.3, "same_speaker": 0.9, "other_event": 0.95}


def test_a_decision_with_evidence_loses_it_and_what_was_chosen_with_it(tmp_path):
    folder = make_checkpoint(tmp_path / "m")
    old = {**EVIDENCE, "screen": "fast", "screen_below": 0.1, "rival_share": 0.9, "context": True}
    (folder / "decision.json").write_text(json.dumps(old))
    scorer = Scorer(checkpoints.load(str(folder)))
    decision = calibrate(from_rows(ROWS), scorer)
    blank = Decision()
    assert left_out(scorer.checkpoint.decision) == list(WITH_EVIDENCE) and left_out(decision) == []
    assert all(getattr(decision, name) == getattr(blank, name) for name in WITH_EVIDENCE)
    assert (decision.rival_share, decision.context) == (0.9, True)


def test_without_evidence_the_rules_stay_as_they_are():
    decision = Decision(same_speaker=0.9, other_event=0.95, screen="fast", screen_below=0.1)
    assert plain(decision) == decision and left_out(decision) == []


def test_test_sets_are_refused_unless_forced(scorer):
    labelled = dataclasses.replace(from_rows(ROWS), name="snli_test.csv", role="test")
    with pytest.raises(InputError, match=r"snli_test\.csv: is a test set.*--force"):
        calibrate(labelled, scorer)
    assert calibrate(labelled, scorer, force=True).data["role"] == "test"


@pytest.mark.parametrize(
    "rows",
    [[("a", "b", "neutral")], [("a", "b", "contradiction")], [("a", "b", "entailment"), ("a", "c", "not_entailment")]],
)
def test_sets_that_cannot_calibrate(scorer, rows):
    with pytest.raises(InputError, match="rows that are contradictions and rows that are not"):
        calibrate(from_rows(rows), scorer)


def test_where_the_decision_goes(scorer, tmp_path, monkeypatch):
    named = dataclasses.replace(scorer.checkpoint, name="org/model")
    with pytest.raises(InputError, match="not a folder of yours"):
        place(named, None)
    assert place(named, str(tmp_path / "d.json")) == tmp_path / "d.json"
    (tmp_path / "d.json").touch()
    with pytest.raises(InputError, match="is there already; --force"):
        place(named, str(tmp_path / "d.json"))
    with pytest.raises(InputError, match="cannot be written"):
        write(Decision(), tmp_path / "no" / "d.json")
