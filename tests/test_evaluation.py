import copy
import dataclasses
import json

import numpy as np
import pytest
from conftest import ORDERS, make_checkpoint

import nli
from nli import slices
from nli.both_ways import BothWays
from nli.decision import Decision
from nli.errors import InputError
from nli.evaluation import evaluate_set
from nli.labelled import from_rows
from nli.scoring import PROBES

UNSURE = ("A man is playing a guitar on the stage.", "The museum is open.", "contradiction")


@pytest.fixture(scope="module")
def detector(tiny):
    return nli.Detector.load(str(tiny))


@pytest.fixture(scope="module")
def rows():
    """The probe pairs and some that the model has no idea of, with columns to slice by."""
    others = [(f"{a} b c {a}", f"{a} not d", "neutral") for a in "fghijklmnopq"]
    named = [{"premise": p, "hypothesis": h, "label": label} for p, h, label in [*PROBES, UNSURE, *others]]
    return [row | {"kind": "x" if n % 2 else "y", "event": n // 3} for n, row in enumerate(named)]


def test_perfect_on_what_the_model_knows(detector):
    result = nli.evaluate(PROBES, detector)
    assert result["accuracy"] == result["macro_f1"] == result["contradiction_average_precision"] == 1
    assert result["confusion"] == [[2, 0, 0], [0, 2, 0], [0, 0, 2]] and result["n"] == 6
    assert result["ece"] < 0.05 and result["brier"] < 0.01
    assert result["intervals"]["accuracy"] == [1, 1]
    assert result.mistakes() == []
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False)) == result.to_dict()


def test_permuted_heads_get_the_same_numbers(tmp_path, detector, rows):
    other = nli.evaluate(rows, nli.Detector.load(str(make_checkpoint(tmp_path / "m", ORDERS["shifted"])))).to_dict()
    mine = nli.evaluate(rows, detector).to_dict()
    for name in mine.keys() - {"model", "model_hash"}:
        assert _rounded(other[name]) == _rounded(mine[name]), name


def _rounded(value):
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return pytest.approx(value, abs=1e-5) if isinstance(value, float) else value


def test_provenance(detector, rows):
    n = nli.evaluate(rows, detector).to_dict()
    assert len(n["data_hash"]) == len(n["model_hash"]) == 64 and n["data"] == "rows" and n["role"] is None
    assert n["versions"]["claim-nli"] and n["decision"] == {"threshold": 0.5, "rule": "mean", "temperature": 1.0}
    assert n["groups"] == 18 and n["resamples"] == 1000
    assert n["truncated"] == 0 and n["truncated_share"] == 0
    long = nli.evaluate([*PROBES, ("a b " * 60, "c", "neutral")], detector)
    assert long["truncated"] == 1 and long["truncated_share"] == pytest.approx(1 / 7)


def test_swapping(detector, rows):
    labelled = from_rows(rows)
    both = evaluate_set(labelled, detector.scorer)
    alone = evaluate_set(labelled, detector.scorer, swap=False)
    turned = evaluate_set(from_rows([(r["hypothesis"], r["premise"], r["label"]) for r in rows]), detector.scorer)
    np.testing.assert_allclose(both.backward, turned.forward, atol=1e-6)
    np.testing.assert_allclose(both.score, (both.forward[:, 2] + both.backward[:, 2]) / 2)
    forward, backward = both.forward[:, 2], both.backward[:, 2]
    assert both["swap"]["same_verdict"] == ((forward >= 0.5) == (backward >= 0.5)).mean()
    assert both["swap"]["mean_difference"] == pytest.approx(abs(forward - backward).mean())
    assert alone.backward is None and alone["swap"] is None and (alone.score == alone.forward[:, 2]).all()
    assert alone["detection"]["score"] == "premise to hypothesis"
    assert alone["accuracy"] == both["accuracy"]


def test_the_table_says_which_score_the_operating_points_are_of(detector):
    def head(scorer, swap):
        text = evaluate_set(from_rows(PROBES), scorer, swap=swap, with_baselines=False).markdown()
        return next(line for line in text.splitlines() if "operating point" in line)

    assert "from score (premise to hypothesis only; --swap joins both directions" in head(detector.scorer, False)
    assert "from score (mean of both directions)" in head(detector.scorer, True)
    assert "from score (mean of both directions)" in head(BothWays(detector.scorer), False)


def test_the_table_says_when_the_operating_points_were_chosen_on_documents(detector):
    scorer = copy.copy(detector.scorer)
    weighing = Decision(evidence={"shared_words": 2.0})
    scorer.checkpoint = dataclasses.replace(scorer.checkpoint, decision=weighing)
    results = [evaluate_set(from_rows(PROBES), s, with_baselines=False) for s in (detector.scorer, scorer)]
    told = "both directions; the operating points are of documents, where detect adds evidence)"
    assert [told in result.markdown() for result in results] == [False, True]
    assert [result["detection"]["thresholds_of"] for result in results] == ["pairs", "documents"]


def test_operating_points_of_the_checkpoint(detector, rows):
    result = nli.evaluate(rows, detector)
    (point,) = result["detection"]["operating_points"].values()
    assert point["threshold"] == 0.5 and point["flagged"] == (result.score >= 0.5).sum()


def test_slices(detector, rows):
    result = evaluate_set(from_rows(rows), detector.scorer, by=["kind"])
    assert set(result["slices"]) == {"length", "overlap", "negation", "kind"}
    for name, parts in result["slices"].items():
        assert sum(part["n"] for part in parts) == result["n"], name
        right = sum(part["n"] * part["accuracy"] for part in parts)
        assert right == pytest.approx(result["n"] * result["accuracy"]), name
        assert all(
            part["intervals"]["accuracy"][0] <= part["accuracy"] <= part["intervals"]["accuracy"][1] for part in parts
        )
    with pytest.raises(InputError, match="no column 'topic'; found kind, event"):
        evaluate_set(from_rows(rows), detector.scorer, by=["topic"])


def test_automatic_slices_by_hand():
    pairs = from_rows(
        [("one two three four", "one two five six", "neutral"), ("w " * 30, "nobody came", "neutral")]
    ).pairs
    assert slices.automatic(pairs) == {
        "length": ["up to 20 words", "up to 40 words"],
        "overlap": ["up to 0.5", "up to 0.25"],
        "negation": ["in neither text", "in one text"],
    }


def test_rare_values_are_put_together():
    values = [f"v{n:02}" for n in range(40)] + ["v00"]
    truth = np.zeros(41, dtype=int)
    parts = slices.measure(values, truth, np.eye(3)[truth], np.arange(41), nli.records.LABELS)
    assert len(parts) == slices.MOST + 1
    assert (parts[0]["value"], parts[0]["n"]) == ("v00", 2) and (parts[-1]["value"], parts[-1]["n"]) == (
        slices.OTHERS,
        10,
    )


def test_wilson_counts_groups():
    low, high = slices.wilson(np.ones(10, dtype=bool), np.arange(10))
    assert (low, high) == (pytest.approx(0.7225, abs=1e-3), 1.0)  # Wilson (1927) for 10 of 10
    assert slices.wilson(np.ones(10, dtype=bool), np.zeros(10))[0] < 0.25


def test_groups_by_a_column(detector, rows):
    assert evaluate_set(from_rows(rows), detector.scorer, group="event")["groups"] == 7


def test_baselines():
    from nli import baselines

    tell = [(f"event {n}", "it did not happen" if n % 2 else "it took place", "cn"[n % 2 == 0]) for n in range(40)]
    labelled = from_rows(tell)
    found = baselines.measure(labelled, np.arange(40))
    assert found["majority"]["accuracy"] == 0.5 and found["majority"]["contradiction_average_precision"] == 0.5
    assert found["hypothesis_only"]["accuracy"] == 1  # the hypotheses give the labels away
    copied = [
        (f"a{n} b{n} c{n}", f"a{n} b{n} c{n}" if n % 2 else f"d{n} e{n} f{n}", "en"[n % 2 == 0]) for n in range(40)
    ]
    found = baselines.measure(from_rows(copied), np.arange(40))
    assert found["word_overlap"]["accuracy"] == 1 and found["hypothesis_only"]["accuracy"] < 0.8


def test_baselines_of_tiny_or_odd_sets():
    from nli import baselines

    one_group = baselines.measure(from_rows([("a", "b", "neutral"), ("a", "c", "contradiction")]), np.zeros(2))
    assert one_group["word_overlap"] is None and one_group["majority"]["accuracy"] == 0.5
    one_class = baselines.measure(from_rows([("a", "b", "neutral"), ("b", "c", "neutral")]), np.arange(2))
    assert one_class["hypothesis_only"] is None and one_class["majority"]["accuracy"] == 1
    no_words = baselines.measure(from_rows([("!", "?", "nc"[n % 2]) for n in range(9)]), np.arange(9))
    assert no_words["hypothesis_only"] is None


def test_two_way_sets(detector):
    gold = {"entailment": "entailment", "neutral": "not_entailment", "contradiction": "not_entailment"}
    result = nli.evaluate([(p, h, gold[label]) for p, h, label in PROBES], detector)
    assert result["accuracy"] == 1 and result["classes"] == ["entailment", "not_entailment"]
    assert result["confusion"] == [[2, 0], [0, 4]] and result["detection"] is None
    assert result["contradiction_average_precision"] is None and result["contradiction_f1"] is None
    text = result.markdown()
    assert "operating point" not in text and "contradiction F1" not in text and "not_entailment" in text
    gold = {"entailment": "not_contradiction", "neutral": "not_contradiction", "contradiction": "contradiction"}
    result = nli.evaluate([(p, h, gold[label]) for p, h, label in PROBES], detector)
    assert result["confusion"] == [[4, 0], [0, 2]] and result["contradiction_average_precision"] == 1


def test_mistakes_are_the_wrong_rows_surest_first(detector, rows):
    result = nli.evaluate(rows, detector)
    mistakes = result.mistakes()
    assert len(mistakes) == round(result["n"] * (1 - result["accuracy"])) > 0
    assert [m.confidence for m in mistakes] == sorted((m.confidence for m in mistakes), reverse=True)
    assert all(m.pair == result.labelled.pairs[m.row] and m.predicted != m.pair.label for m in mistakes)
    assert result.mistakes(1) == mistakes[:1]


def test_markdown(detector, rows):
    text = evaluate_set(from_rows([*rows, rows[0] | {"kind": "p|q"}]), detector.scorer, by=["kind"]).markdown()
    tables = [block.splitlines() for block in text.split("\n\n")]
    assert len(tables) == 8
    for lines in tables:  # every row has the cells of its head
        cells = {line.replace("\\|", "").count("|") for line in lines if line}
        assert len(cells) == 1
    assert "p\\|q" in text and "hypothesis only" in text and "precision if 1 % contradict" in text


def test_one_row(detector):
    result = nli.evaluate([PROBES[0]], detector)
    assert result["n"] == 1 and result["intervals"] == {} and "accuracy" in result.markdown()


def test_no_rows():
    with pytest.raises(InputError, match="no labelled rows"):
        nli.evaluate([], None)
