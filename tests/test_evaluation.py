import gzip
import json

import numpy as np
import pytest
from conftest import ORDERS, make_checkpoint
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

import nli
from nli import metrics
from nli.errors import InputError
from nli.labelled import load_pairs
from nli.scoring import PROBES

LABELS = ("entailment", "neutral", "contradiction")


@pytest.fixture(scope="module")
def detector(tiny):
    return nli.Detector.load(str(tiny))


def test_perfect_on_what_the_model_knows(detector):
    result = nli.evaluate(PROBES, detector)
    assert result["accuracy"] == result["macro_f1"] == result["contradiction_average_precision"] == 1
    assert result["confusion"] == [[2, 0, 0], [0, 2, 0], [0, 0, 2]] and result["n"] == 6
    assert result["ece"] < 0.05 and result["brier"] < 0.01
    assert result["intervals"]["accuracy"] == [1, 1]
    assert json.loads(json.dumps(result.to_dict()))["data_hash"] == result["data_hash"]
    assert "| accuracy | 1.000 |" in result.markdown()


def test_permuted_heads_get_the_same_numbers(tmp_path, detector):
    rows = [*PROBES, ("A man is playing a guitar on the stage.", "The museum is open.", "neutral")]
    other = nli.evaluate(rows, nli.Detector.load(str(make_checkpoint(tmp_path / "m", ORDERS["shifted"])))).to_dict()
    mine = nli.evaluate(rows, detector).to_dict()
    for name in ("accuracy", "confusion", "per_class", "data_hash"):
        assert other[name] == mine[name]
    assert other["brier"] == pytest.approx(mine["brier"], abs=1e-5)


def test_hand_computed():
    truth = np.array([0, 1, 2, 2])
    probabilities = np.array([[0.6, 0.2, 0.2], [0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.5, 0.1, 0.4]])
    numbers = metrics.measure(truth, probabilities)
    assert numbers["accuracy"] == 0.5
    assert numbers["confusion"] == [[1, 0, 0], [0, 0, 1], [1, 0, 1]]
    assert numbers["per_class"]["contradiction"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}
    assert numbers["per_class"]["neutral"] == {"precision": None, "recall": 0, "f1": 0, "support": 1}
    assert numbers["contradiction_average_precision"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert numbers["ece"] == pytest.approx((abs(1 - 0.6) + abs(0 - 0.5) * 2 + abs(1 - 0.8)) / 4)
    assert numbers["brier"] == pytest.approx((0.24 + 0.78 + 0.06 + 0.62) / 4)


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([0.1, 0.5])),
        min_size=1,
        max_size=30,
    )
)
def test_against_scikit_learn_with_ties_and_missing_classes(rows):
    truth = np.array([r[0] for r in rows])
    raw = np.array([[r[1], r[2], 0.3] for r in rows])
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    numbers = metrics.measure(truth, probabilities)
    expected = f1_score(truth, probabilities.argmax(1), labels=np.unique(truth), average="macro", zero_division=0)
    assert numbers["macro_f1"] == pytest.approx(expected)
    if (truth == 2).any():
        assert numbers["contradiction_average_precision"] == pytest.approx(
            average_precision_score(truth == 2, probabilities[:, 2])
        )
    else:
        assert numbers["contradiction_average_precision"] is None
    low, high = metrics.intervals(truth, probabilities, np.arange(len(truth)), resamples=50)["accuracy"]
    assert 0 <= low <= high <= 1


def test_intervals_draw_whole_groups():
    truth, groups = np.zeros(40, dtype=int), np.repeat([0, 1], 20)
    probabilities = np.where(np.repeat([True, False], 20)[:, None], [[0.9, 0.1, 0.0]], [[0.1, 0.9, 0.0]])
    assert metrics.intervals(truth, probabilities, groups, resamples=200)["accuracy"] == [0, 1]


def test_files_with_other_names_and_vocabularies(tmp_path):
    (tmp_path / "a.csv").write_text("sentence1,sentence2,gold_label\na b,c,Entailment\na,c,-\na,d,c\n")
    loaded = load_pairs(str(tmp_path / "a.csv"))
    assert [p.label for p in loaded.pairs] == ["entailment", "contradiction"] and loaded.unlabelled == 1
    (tmp_path / "b.tsv").write_text("evidence\tclaim\tlabel\na b\tc\tREFUTES\na b\tc\tNOT ENOUGH INFO\n")
    assert [p.label for p in load_pairs(str(tmp_path / "b.tsv")).pairs] == ["contradiction", "neutral"]
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as file:
        file.write(
            '{"premise": "a", "hypothesis": "b", "label": "neutral", "split": "dev"}\n{"premise": "a", "hypothesis": "b", "label": "neutral"}\n'
        )
    assert len(load_pairs(str(tmp_path / "c.jsonl.gz"), where={"split": "dev"}).pairs) == 1


def test_saved_datasets_use_their_own_label_names(tmp_path):
    from datasets import ClassLabel, Dataset, Features, Value

    features = Features(
        {
            "premise": Value("string"),
            "hypothesis": Value("string"),
            "label": ClassLabel(names=["contradiction", "entailment", "neutral"]),
        }
    )
    Dataset.from_dict(
        {"premise": ["a", "b", "c"], "hypothesis": ["x"] * 3, "label": [0, 1, -1]}, features=features
    ).save_to_disk(tmp_path / "saved")
    loaded = load_pairs(str(tmp_path / "saved"))
    assert [p.label for p in loaded.pairs] == ["contradiction", "entailment"] and loaded.unlabelled == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("premise,hypothesis,label\na,b,2\n", "a.csv:2: label '2'.*integers say nothing"),
        ("premise,label\na,neutral\n", "no hypothesis column; found premise, label"),
        ("premise,hypothesis,label\na,,neutral\n", "a.csv:2: column 'hypothesis' is empty"),
        ("premise,hypothesis,label\na,b,-\n", "no labelled pairs"),
    ],
)
def test_unusable_sets(tmp_path, content, message):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(InputError, match=message):
        load_pairs(str(tmp_path / "a.csv"))


def test_no_rows():
    with pytest.raises(InputError, match="no labelled rows"):
        nli.evaluate([], None)


def test_a_hub_name_without_split():
    with pytest.raises(InputError, match="needs its split"):
        load_pairs("stanfordnlp/snli")
