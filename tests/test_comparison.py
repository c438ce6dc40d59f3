import dataclasses
import json

import numpy as np
import pytest
from conftest import ORDERS, make_checkpoint
from scipy.stats import binomtest

import nli
from nli import metrics
from nli.comparison import compare, mcnemar
from nli.errors import InputError
from nli.scoring import PROBES

ROWS = [*PROBES, *((f"{a} b", f"{a} c", "neutral") for a in "defghij")]


@pytest.fixture(scope="module")
def mine(tiny):
    return nli.evaluate(ROWS, nli.Detector.load(str(tiny)))


@pytest.fixture(scope="module")
def other(mine):
    """The same rows by a model that is right about everything."""
    forward = 0.9 * np.eye(3)[mine.labelled.truth] + 0.1 / 3
    draws = metrics.bootstrap(mine.labelled.truth, forward, np.arange(len(ROWS)))
    numbers = mine.to_dict() | metrics.measure(mine.labelled.truth, forward) | {"model": "perfect"}
    return dataclasses.replace(mine, forward=forward, backward=None, numbers=numbers, draws=draws)


def test_a_model_against_itself(mine, tmp_path):
    again = nli.evaluate(ROWS, nli.Detector.load(str(make_checkpoint(tmp_path / "m", ORDERS["reversed"]))))
    found = compare(mine, again)
    assert found["differ"] == 0 and found.differing() == [] and found["mcnemar"]["p_value"] == 1
    for name, d in found["differences"].items():
        assert d["difference"] == pytest.approx(0, abs=1e-5) and d["interval"] == pytest.approx([0, 0], abs=1e-5), name


def test_differences_are_paired(mine, other):
    found = compare(mine, other)
    wrong = [m.row for m in mine.mistakes()]
    assert wrong and {d.row for d in found.differing()} == set(wrong)
    assert found["mcnemar"]["only_b_right"] == len(wrong) and found["mcnemar"]["only_a_right"] == 0
    accuracy = found["differences"]["accuracy"]
    assert accuracy["difference"] == pytest.approx(1 - mine["accuracy"])
    low, high = (
        1 - np.array(mine["intervals"]["accuracy"])[::-1]
    )  # against perfection, the interval is that of the errors
    assert accuracy["interval"] == pytest.approx([low, high])
    surest = [min(d.a_confidence, d.b_confidence) for d in found.differing()]
    assert surest == sorted(surest, reverse=True)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False)) == found.to_dict()
    assert f"{len(wrong)} of {len(ROWS)} rows get different labels" in found.markdown()


def test_other_rows_are_refused(mine, tiny):
    with pytest.raises(InputError, match="not the same rows"):
        compare(mine, nli.evaluate(PROBES, nli.Detector.load(str(tiny))))


def test_mcnemar():
    a, b = np.array([1, 1, 1, 1, 0, 0, 1], dtype=bool), np.array([0, 0, 0, 1, 1, 0, 1], dtype=bool)
    assert mcnemar(a, b) == {"only_a_right": 3, "only_b_right": 1, "p_value": pytest.approx(0.625)}  # 2 (1 + 4) / 16
    assert mcnemar(a, b)["p_value"] == pytest.approx(binomtest(1, 4).pvalue)
    assert mcnemar(a, a)["p_value"] == 1
