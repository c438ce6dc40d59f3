"""Labelled rows from every place they may come from, with every vocabulary."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nli import sources
from nli.errors import InputError
from nli.gold import CONTRADICTION, ENTAILMENT, THREE_WAY, label_of
from nli.labelled import from_rows, load_pairs

HEAD = "premise,hypothesis,label\n"


@pytest.fixture
def file(tmp_path):
    def write(content, name="a.csv"):
        (tmp_path / name).write_text(content)
        return str(tmp_path / name)

    return write


def labels(labelled):
    return [pair.label for pair in labelled.pairs]


@pytest.mark.parametrize(
    "head",
    [
        "premise,hypothesis,label",
        "sentence1,sentence2,gold_label",
        "sentence_A,sentence_B,label",
        "text_a,text_b,gold",
        "context,statement,label",
        "evidence,claim,verdict",
        "Premise,HYPOTHESIS,Label",
    ],
)
def test_usual_column_names(file, head):
    (pair,) = load_pairs(file(f"{head}\nfirst,second,neutral\n")).pairs
    assert (pair.premise, pair.hypothesis) == ("first", "second")


def test_columns_by_name(file):
    path = file("b,a,said\nx,y,neutral\n")
    (pair,) = load_pairs(path, columns=("a", "b", "said")).pairs
    assert (pair.premise, pair.hypothesis) == ("y", "x")
    with pytest.raises(InputError, match="no column 'c'; found b, a, said"):
        load_pairs(path, columns=("a", "c", "said"))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("e", "Entailment", "SUPPORTS", "supported", "entails"), "entailment"),
        (("n", "NEUTRAL", "NOT ENOUGH INFO", "NEI", "not_enough_info"), "neutral"),
        (("c", "contradiction", "REFUTES", "Refuted", "contradicts"), "contradiction"),
        (("not_entailment", "not entailment", "non-entailment"), "not_entailment"),
        (("not_contradiction", "NOT CONTRADICTION", "no contradiction"), "not_contradiction"),
        (("-", "-1", "", "  ", "None", None, float("nan"), -1), None),
    ],
)
def test_vocabularies(words, name):
    assert {label_of(word) for word in words} == {name}


def test_integers_need_names(file):
    path = file(HEAD + "a,b,2\na,c,0\na,d,-1\n")
    with pytest.raises(InputError, match=r"a.csv:2: label '2'.*--label-names"):
        load_pairs(path)
    named = load_pairs(path, label_names=["contradiction", "neutral", "entailment"])
    assert labels(named) == ["entailment", "contradiction"] and named.unlabelled == 1
    with pytest.raises(InputError, match=r"label '2'"):
        load_pairs(path, label_names=["entailment", "contradiction"])
    assert label_of(1.0, ["neutral", "contradiction"]) == "contradiction"


@given(st.one_of(st.text(max_size=12), st.integers(-5, 5), st.floats(), st.none(), st.booleans()))
def test_a_label_is_a_name_or_nothing_or_refused(value):
    try:
        assert label_of(value) in {*THREE_WAY.classes, "not_entailment", "not_contradiction", None}
    except ValueError as error:
        assert "expected entailment, neutral or contradiction" in str(error)


def test_two_way_sets(file):
    rte = load_pairs(file(HEAD + "a,b,entailment\na,c,not_entailment\na,d,contradiction\n"))
    assert rte.scheme is ENTAILMENT and rte.truth.tolist() == [0, 1, 1] and rte.scheme.positive is None
    clcd = load_pairs(file(HEAD + "a,b,not_contradiction\na,c,contradiction\n"))
    assert clcd.scheme is CONTRADICTION and clcd.truth.tolist() == [0, 1] and clcd.scheme.positive == 1
    mixed = load_pairs(file(HEAD + "a,b,neutral\na,c,not_contradiction\n"))
    assert mixed.scheme is THREE_WAY and labels(mixed) == ["neutral"] and mixed.two_way == 1
    with pytest.raises(InputError, match="mixes rows labelled not_entailment and not_contradiction"):
        load_pairs(file(HEAD + "a,b,not_entailment\na,c,not_contradiction\n"))


def test_joined_classes_add_up():
    row = np.array([[0.2, 0.3, 0.5]])
    assert THREE_WAY.join(row).tolist() == row.tolist()
    np.testing.assert_allclose(ENTAILMENT.join(row), [[0.2, 0.8]])
    np.testing.assert_allclose(CONTRADICTION.join(row), [[0.5, 0.5]])


def test_every_file_format_gives_the_same_set(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {"premise": "a é", "hypothesis": "b", "label": "neutral"},
        {"premise": "c", "hypothesis": "d", "label": "e"},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "a.jsonl").write_text(lines)
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as packed:
        packed.write(lines)
    for name, comma in (("a.csv", ","), ("a.tsv", "\t")):
        table = [comma.join(row) for row in (list(rows[0]), *(row.values() for row in rows))]
        (tmp_path / name).write_text("\n".join(table) + "\n", encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    names = ("a.jsonl", "a.jsonl.gz", "a.csv", "a.tsv", "a.parquet")
    assert len({load_pairs(str(tmp_path / name)).data_hash for name in names} | {from_rows(rows).data_hash}) == 1


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with two splits whose integers are in an unusual order."""
    from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

    names = ClassLabel(names=["contradiction", "entailment", "neutral"])
    features = Features({"premise": Value("string"), "hypothesis": Value("string"), "label": names})
    columns = {"premise": ["a", "b", "c"], "hypothesis": ["x"] * 3, "label": [0, 1, -1]}
    folder = tmp_path_factory.mktemp("saved")
    part = Dataset.from_dict(columns, features=features)
    part.save_to_disk(folder / "one")
    DatasetDict({"validation": part, "test": part}).save_to_disk(folder / "both")
    return folder


def test_saved_folders_use_their_own_label_names(saved):
    for name in ("one", "both:validation"):
        loaded = load_pairs(f"{saved}/{name}")
        assert labels(loaded) == ["contradiction", "entailment"] and loaded.unlabelled == 1
    assert load_pairs(f"{saved}/both:test").role == "test" and load_pairs(f"{saved}/both:validation").role == "dev"
    with pytest.raises(InputError, match=r"holds the splits validation, test; name one, for example .*both:validation"):
        load_pairs(f"{saved}/both")
    with pytest.raises(InputError, match="no split 'dev'"):
        load_pairs(f"{saved}/both:dev")
    with pytest.raises(InputError, match="without splits"):
        load_pairs(f"{saved}/one:test")
    with pytest.raises(InputError, match="not a folder saved by datasets"):
        load_pairs(str(saved))


def test_hub_names(monkeypatch):
    """The hub itself is replaced, by what it would deliver."""
    import datasets

    rows = datasets.Dataset.from_dict({"claim": ["c"], "evidence": ["e"], "label": ["REFUTES"], "page": ["P"]})
    asked = []
    monkeypatch.setattr(datasets, "load_dataset", lambda *names, split: asked.append((*names, split)) or rows)
    known = load_pairs("tals/vitaminc:test")
    assert (known.pairs[0].premise, known.pairs[0].hypothesis, known.pairs[0].label) == ("e", "c", "contradiction")
    assert (known.role, known.licence, known.column("page")) == ("test", "CC BY-SA 3.0", ["P"])
    assert load_pairs("someone/pairs/config:validation").role == "dev"
    assert asked == [("tals/vitaminc", "test"), ("someone/pairs", "config", "validation")]
    with pytest.raises(InputError, match="needs its split"):
        load_pairs("stanfordnlp/snli")


def test_registry_is_whole():
    for name, facts in sources.registry().items():
        assert name.count("/") in (1, 2) and facts["licence"] and len(facts["columns"]) == 3
        assert set(facts["splits"].values()) <= {"train", "dev", "test"}
        words = [*facts.get("classes", []), *facts.get("labels", {}).values()]
        assert all(label_of(word) for word in words), name


@pytest.mark.parametrize(
    ("name", "splits", "role"),
    [
        ("snli:test", (), "test"),
        ("pairs_dev.jsonl", (), "dev"),
        ("pairs.test.csv", (), "test"),
        ("latest.csv", (), None),
        ("multinli_1.0_dev_mismatched.jsonl", (), "test"),
        ("mnli_mismatched.jsonl.gz", (), "test"),
        ("pairs.csv", ("dev",), "dev"),
        ("pairs.csv", ("train", "test"), "test"),
        ("nyu-mll/multi_nli:validation_mismatched", (), "test"),
        ("nyu-mll/multi_nli:validation_matched", (), "dev"),
        ("facebook/anli:test_r3[:100]", (), "test"),
    ],
)
def test_roles(name, splits, role):
    assert sources.role(name, "no such hash", splits) == role


def test_a_known_test_set_under_another_name_is_recognised_by_its_content():
    known = next(iter(sources.registry()["stanfordnlp/snli"]["hashes"]))
    assert sources.role("pairs_for_training.csv", known, ()) == "test"


def test_the_texts_and_the_label_are_columns_by_their_usual_names(file):
    loaded = load_pairs(file("sentence1,sentence2,gold_label\na,b,n\nc,d,e\n"))
    names = ("premise", "hypothesis", "label")
    assert [loaded.column(name) for name in names] == [["a", "c"], ["b", "d"], ["neutral", "entailment"]]


def test_where_limit_and_extra_columns(file):
    path = file("premise,hypothesis,label,split\na,b,neutral,dev\na,c,neutral,test\na,d,neutral,dev\n")
    assert len(load_pairs(path, where={"split": "dev"}).pairs) == 2
    assert len(load_pairs(path, where={"split": "dev"}, limit=1).pairs) == 1
    assert load_pairs(path, where={"split": "dev"}).role == "dev" and load_pairs(path).role == "test"
    assert load_pairs(path).column("split") == ["dev", "test", "dev"]
    with pytest.raises(InputError, match="no column 'topic'; found split, premise, hypothesis, label"):
        load_pairs(path).column("topic")
    with pytest.raises(InputError, match="no column 'part' to select rows by"):
        load_pairs(path, where={"part": "dev"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("premise,label\na,neutral\n", "no hypothesis column; found premise, label"),
        (HEAD + "a,,neutral\n", "a.csv:2: column 'hypothesis' is empty"),
        (HEAD + "a,b,maybe\n", "a.csv:2: label 'maybe'; expected entailment"),
        (HEAD + "a,b,-\n", "no labelled pairs found \\(1 rows without gold label, 0 invalid\\)"),
    ],
)
def test_unusable_sets(file, content, message):
    with pytest.raises(InputError, match=message):
        load_pairs(file(content))


def test_broken_rows_are_counted_when_asked(file):
    loaded = load_pairs(file(HEAD + "a,b,neutral\na,,neutral\na,b\n"), skip_invalid=True)
    assert len(loaded.pairs) == 1 and loaded.skipped == 2


def test_rows_in_memory():
    loaded = from_rows([{"sentence1": "a", "sentence2": "b", "gold_label": "c", "genre": "x"}, ("a", "b", "-")])
    assert labels(loaded) == ["contradiction"] and loaded.unlabelled == 1 and loaded.column("genre") == ["x"]
    for bad in ([("a", "b")], [("a", 3, "neutral")], [{"premise": "a"}], [7]):
        with pytest.raises(InputError, match=r"row 0|the row"):
            from_rows(bad)
    with pytest.raises(InputError, match="no labelled rows"):
        from_rows([])
