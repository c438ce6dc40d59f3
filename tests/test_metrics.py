"""Every number against scikit-learn or by hand: ties, one class only, nothing at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from nli import metrics

THREE = ("entailment", "neutral", "contradiction")


@st.composite
def scored_rows(draw):
    """Labels and probabilities with many ties, and integer weights of which one at least is not 0."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 2), *[st.sampled_from([0.1, 0.25, 0.5, 1.0])] * 3, st.integers(0, 3)),
            min_size=1,
            max_size=40,
        )
    )
    raw = np.array([row[1:4] for row in rows])
    weights = np.array([row[4] for row in rows], dtype=float)
    weights[0] += not weights.any()
    return np.array([row[0] for row in rows]), raw / raw.sum(axis=1, keepdims=True), weights


@given(scored_rows())
def test_against_scikit_learn_with_ties_missing_classes_and_weights(rows):
    truth, probabilities, weights = rows
    mine = {name: v[0] for name, v in metrics.scalars(truth, probabilities, weights[None], THREE).items()}
    predicted, kept = probabilities.argmax(axis=1), weights > 0
    positive, score = truth == 2, probabilities[:, 2]
    weighted = {"sample_weight": weights}
    present = np.unique(truth[kept])
    assert mine["accuracy"] == pytest.approx(reference.accuracy_score(truth, predicted, **weighted))
    assert mine["macro_f1"] == pytest.approx(
        reference.f1_score(truth, predicted, labels=present, average="macro", zero_division=0, **weighted)
    )
    assert mine["log_loss"] == pytest.approx(reference.log_loss(truth, probabilities, labels=[0, 1, 2], **weighted))
    squares = ((probabilities - np.eye(3)[truth]) ** 2).sum(axis=1)
    assert mine["brier"] == pytest.approx(np.average(squares, weights=weights))
    if positive[kept].any():
        ap = reference.average_precision_score(positive, score, **weighted)
        assert mine["contradiction_average_precision"] == pytest.approx(ap)
        precision, recall, _ = reference.precision_recall_curve(positive, score, **weighted)
        assert mine["contradiction_recall_at_precision_90"] == pytest.approx(
            recall[:-1][precision[:-1] >= 0.9].max(initial=0)
        )
        assert mine["contradiction_recall"] == pytest.approx(
            reference.recall_score(positive, predicted == 2, **weighted)
        )
    else:
        assert np.isnan(mine["contradiction_average_precision"]) and np.isnan(mine["contradiction_recall"])
    if positive[kept].any() and not positive[kept].all():
        assert mine["contradiction_roc_auc"] == pytest.approx(reference.roc_auc_score(positive, score, **weighted))
    else:
        assert np.isnan(mine["contradiction_roc_auc"])


@given(scored_rows())
def test_a_weight_is_a_repeated_row(rows):
    truth, probabilities, weights = rows
    repeated = np.repeat(np.arange(len(truth)), weights.astype(int))
    mine = metrics.scalars(truth, probabilities, weights[None], THREE)
    again = metrics.measure(truth[repeated], probabilities[repeated])
    for name, value in mine.items():
        assert (again[name] is None and np.isnan(value[0])) or again[name] == pytest.approx(value[0])


def test_hand_computed():
    truth = np.array([0, 1, 2, 2])
    probabilities = np.array([[0.6, 0.2, 0.2], [0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.5, 0.1, 0.4]])
    numbers = metrics.measure(truth, probabilities)
    assert numbers["accuracy"] == 0.5
    assert numbers["confusion"] == [[1, 0, 0], [0, 0, 1], [1, 0, 1]]
    assert numbers["per_class"]["contradiction"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}
    assert numbers["per_class"]["neutral"] == {"precision": None, "recall": 0, "f1": 0, "support": 1}
    assert numbers["macro_f1"] == pytest.approx((2 / 3 + 0 + 0.5) / 3)
    assert numbers["contradiction_average_precision"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert numbers["contradiction_roc_auc"] == 0.75
    assert numbers["contradiction_recall_at_precision_90"] == 0.5
    assert numbers["ece"] == pytest.approx((abs(1 - 0.6) + abs(0 - 0.5) * 2 + abs(1 - 0.8)) / 4)
    assert numbers["brier"] == pytest.approx((0.24 + 0.78 + 0.06 + 0.62) / 4)
    assert numbers["log_loss"] == pytest.approx(-np.log([0.6, 0.3, 0.8, 0.4]).mean())
    assert [(b["n"], b["accuracy"]) for b in numbers["reliability"]] == [(2, 0.0), (1, 1.0), (1, 1.0)]


def test_precision_at_k_takes_ties_in_any_order():
    positive = np.array([True] * 6 + [False] * 6)
    score = np.array([0.9] * 4 + [0.5] * 2 + [0.5] * 4 + [0.1] * 2)
    # 4 sure hits, then 6 of the 6 tied rows with 2 hits fill the first ten
    assert metrics.ranking(positive, score, np.ones((1, 12)))["contradiction_precision_at_10"] == pytest.approx(0.6)
    tied = metrics.ranking(positive, np.full(12, 0.5), np.ones((1, 12)))
    assert tied["contradiction_precision_at_10"] == pytest.approx(0.5)
    assert np.isnan(tied["contradiction_precision_at_50"]).all()


def test_certain_and_wrong_is_bad_but_finite():
    numbers = metrics.measure(np.array([0]), np.array([[0.0, 1.0, 0.0]]))
    assert numbers["log_loss"] == pytest.approx(-np.log(1e-15)) and numbers["brier"] == 2 and numbers["ece"] == 1


def test_one_class_only():
    numbers = metrics.measure(np.array([1, 1]), np.array([[0.1, 0.8, 0.1], [0.7, 0.2, 0.1]]))
    assert numbers["accuracy"] == 0.5 and numbers["macro_f1"] == pytest.approx(2 / 3)
    assert numbers["contradiction_average_precision"] is None and numbers["contradiction_recall"] is None
    assert numbers["per_class"]["contradiction"] == {"precision": None, "recall": None, "f1": None, "support": 0}


def test_nothing_at_all():
    numbers = metrics.measure(np.zeros(0, dtype=int), np.zeros((0, 3)))
    assert all(numbers[name] is None for name in ("accuracy", "macro_f1", "ece", "brier", "log_loss"))
    assert numbers["confusion"] == [[0] * 3] * 3 and numbers["reliability"] == []


def test_two_classes():
    numbers = metrics.measure(
        np.array([0, 1, 1]), np.array([[0.7, 0.3], [0.4, 0.6], [0.8, 0.2]]), ("not_contradiction", "contradiction")
    )
    assert numbers["confusion"] == [[1, 0], [1, 1]] and numbers["contradiction_precision"] == 1
    assert "contradiction_f1" not in metrics.measure(
        np.array([0]), np.array([[1.0, 0.0]]), ("entailment", "not_entailment")
    )


def test_intervals_draw_whole_groups():
    truth, groups = np.zeros(40, dtype=int), np.repeat([0, 1], 20)
    probabilities = np.where(np.repeat([True, False], 20)[:, None], [[0.9, 0.1, 0.0]], [[0.1, 0.9, 0.0]])
    draws = metrics.bootstrap(truth, probabilities, groups, resamples=200)
    assert metrics.intervals(draws)["accuracy"] == [0, 1]
    assert set(draws["accuracy"]) == {0.0, 0.5, 1.0}
    assert metrics.intervals(metrics.bootstrap(truth, probabilities, np.zeros(40), resamples=9)) == {}


@given(scored_rows())
def test_intervals_are_ordered_and_the_same_again(rows):
    truth, probabilities, _ = rows
    first, again = (
        metrics.intervals(metrics.bootstrap(truth, probabilities, np.arange(len(truth)), resamples=50)) for _ in "ab"
    )
    assert first == again
    assert all(low <= high for low, high in first.values())
    if first:
        assert first["accuracy"][0] >= 0 and first["accuracy"][1] <= 1


def test_blocks_of_draws_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    truth, probabilities = rng.integers(0, 3, 30), rng.dirichlet([1, 1, 1], 30)
    whole = metrics.bootstrap(truth, probabilities, truth, resamples=40)
    monkeypatch.setattr(metrics, "CELLS", 100)
    for name, values in metrics.bootstrap(truth, probabilities, truth, resamples=40).items():
        np.testing.assert_allclose(values, whole[name])


def test_operating_point_and_base_rate():
    positive = np.array([True] * 10 + [False] * 100)
    score = np.array([0.9] * 8 + [0.1] * 2 + [0.9] * 5 + [0.1] * 95)
    point = metrics.operating_point(positive, score, 0.5, 0.01)
    assert (point["flagged"], point["recall"], point["false_alarm_rate"]) == (13, 0.8, 0.05)
    assert point["precision"] == pytest.approx(8 / 13)
    assert point["precision_at_base_rate"] == pytest.approx(0.01 * 0.8 / (0.01 * 0.8 + 0.99 * 0.05))
    low, high = point["precision_at_base_rate_bounds"]
    assert 0 < low < point["precision_at_base_rate"] < high < 1
    spotless = metrics.operating_point(positive, np.where(positive, 0.9, 0.1), 0.5)
    assert spotless["precision_at_base_rate"] == 1 and spotless["precision_at_base_rate_bounds"][0] < 0.3
    nothing = metrics.operating_point(positive, score, 1.0)
    assert nothing["flagged"] == 0 and nothing["precision"] is None and nothing["precision_at_base_rate"] is None
    assert metrics.operating_point(positive[:10], score[:10], 0.5)["precision_at_base_rate_bounds"] is None
