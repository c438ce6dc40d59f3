"""`nli eval` and `nli calibrate` as they are typed."""

import json
import shutil

import pytest
from click.testing import CliRunner
from conftest import make_checkpoint

from nli.cli import main
from nli.scoring import PROBES

ROWS = [
    *PROBES,
    *((f"{a} b", f"{a} c", label) for a, label in zip("defghi", ("neutral", "contradiction") * 3, strict=True)),
]
TEXT = "Nobody was injured in the fire, the mayor said.\n\nTwelve people were injured in the fire, a nurse said.\n"
CASE = {
    "id": "fire",
    "documents": ["fire.txt"],
    "contradictions": [
        {
            "a": {"doc": "fire.txt", "quote": "Nobody was injured", "speaker": "the mayor"},
            "b": {"doc": "fire.txt", "quote": "Twelve people were injured", "speaker": "a nurse"},
        }
    ],
}


@pytest.fixture
def run(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, model=True):
        return CliRunner().invoke(main, [*arguments, *(("--model", str(tiny)) if model else ())])

    return invoke


@pytest.fixture
def pairs(tmp_path):
    lines = [
        json.dumps({"premise": p, "hypothesis": h, "label": label, "kind": "xy"[n % 2], "split": "dev"})
        for n, (p, h, label) in enumerate(ROWS)
    ]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines) + "\n")
    return "pairs.jsonl"


def fails(result, *words, code=1):
    assert result.exit_code == code, result.output
    assert result.stdout == "" and "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_slices_swap_and_baselines(run, pairs, tmp_path):
    result = run("eval", pairs, "--slice", "kind", "--json", "out.json", "--group", "kind")
    numbers = json.loads((tmp_path / "out.json").read_text())
    assert result.exit_code == 0 and "| by kind" in result.stdout and "| majority class" in result.stdout
    assert [part["value"] for part in numbers["slices"]["kind"]] == ["x", "y"]
    assert numbers["swap"] and numbers["groups"] == 2 and numbers["role"] == "dev"
    bare = run("eval", pairs, "--no-swap", "--no-baselines", "--json", "out.json")
    numbers = json.loads((tmp_path / "out.json").read_text())
    assert bare.exit_code == 0 and numbers["swap"] is None and numbers["baselines"] == {}
    assert "majority class" not in bare.stdout and "swapped" not in bare.stdout


def test_report(run, pairs, tmp_path):
    assert run("eval", pairs, "--report", "page").exit_code == 0
    assert (tmp_path / "page/index.html").exists() and (tmp_path / "page/precision_recall.png").exists()
    (tmp_path / "file").touch()
    fails(run("eval", pairs, "--report", "file/page"), "cannot be written")


def test_the_json_may_go_into_the_folder_that_the_report_makes(run, pairs, tmp_path):
    assert run("eval", pairs, "--report", "page", "--json", "page/n.json").exit_code == 0
    assert json.loads((tmp_path / "page/n.json").read_text())["n"] == len(ROWS)
    assert run("eval", pairs, "--report", "new/page", "--json", "new/n.json").exit_code == 0
    assert (tmp_path / "new/n.json").exists() and (tmp_path / "new/page/index.html").exists()
    fails(run("eval", pairs, "--report", "page", "--json", "other/n.json"), "other does not exist")
    fails(run("eval", pairs, "--report", ".", "--json", pairs), "is the input file too")


def test_json_on_standard_output_is_alone_there(run, pairs, cases):
    assert json.loads(run("eval", pairs, "--json", "-").stdout)["n"] == len(ROWS)
    assert json.loads(run("eval", pairs, "--model", "fast", "--json", "-").stdout)["comparison"]
    assert json.loads(run("eval", "cases", cases, "--json", "-").stdout)["cases"] == 2


def test_the_texts_and_the_label_are_columns_too(run, pairs):
    result = run("eval", pairs, "--slice", "label", "--group", "premise", "--json", "-")
    numbers = json.loads(result.stdout)
    assert {part["value"] for part in numbers["slices"]["label"]} == {"entailment", "neutral", "contradiction"}
    assert numbers["groups"] == len({premise for premise, _, _ in ROWS})


def test_two_models(run, pairs, tmp_path):
    other = str(make_checkpoint(tmp_path / "other"))
    result = run("eval", pairs, "--model", other, "--json", "out.json", "--report", "page")
    numbers = json.loads((tmp_path / "out.json").read_text())
    assert result.exit_code == 0 and "McNemar" in result.stdout and "| B - A" in result.stdout
    assert numbers["models"][0]["model"] == other and numbers["comparison"]["differ"] == 0
    assert "Differences" in (tmp_path / "page/index.html").read_text()


def test_columns_and_label_names(run, tmp_path):
    (tmp_path / "own.csv").write_text(
        "first,second,verdict\n" + "".join(f"{p},{h},{'enc'.index(x[0])}\n" for p, h, x in PROBES)
    )
    columns = ("--premise", "first", "--hypothesis", "second", "--label", "verdict")
    fails(run("eval", "own.csv"), "no premise column; found first, second, verdict")
    fails(run("eval", "own.csv", *columns), "own.csv:2: label '0'", "--label-names")
    named = run("eval", "own.csv", *columns, "--label-names", "entailment,neutral,contradiction", "--json", "out.json")
    assert named.exit_code == 0 and json.loads((tmp_path / "out.json").read_text())["accuracy"] == 1


def test_wrong_columns_are_told_before_the_model_is_loaded(run, pairs):
    fails(
        run("eval", pairs, "--slice", "topic", "--model", "no/such/model", model=False), "no column 'topic'; found kind"
    )
    fails(run("eval", pairs, "--group", "topic", "--model", "no/such/model", model=False), "no column 'topic'")
    fails(run("eval", pairs, "--where", "topic=x"), "no column 'topic' to select rows by")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["eval", "cases"], "a data file or folder called cases is ./cases"),
        (["eval", "a.csv", "folder"], "expected PAIRS, or `cases DIR`"),
        (["eval", "cases", "folder", "--report", "page"], "no --report"),
        (["eval", "a.csv", "--model", "a", "--model", "b", "--model", "c"], "twice to compare"),
        (["eval", "a.csv", "--where", "x"], "expected COL=VALUE"),
        (["calibrate"], "Missing argument"),
        (["calibrate", "a.csv", "--base-rate", "1.0"], "base-rate"),
    ],
)
def test_usage(run, arguments, words):
    result = run(*arguments, model=False)
    assert result.exit_code == 2 and words in result.stderr


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("fire", "again"):
        (folder / f"{name}.txt").write_text(TEXT)
        (folder / f"{name}.json").write_text(json.dumps(CASE).replace("fire", name))
    return "documents"


def test_cases(run, cases, tmp_path):
    result = run("eval", "cases", cases, "--json", "out.json")
    numbers = json.loads((tmp_path / "out.json").read_text())
    assert result.exit_code == 0 and "| fire " in result.stdout and "| all " in result.stdout
    assert numbers["cases"] == 2 and numbers["conflicts"] == 2 and set(numbers["per_case"]) == {"fire", "again"}
    assert {"recall", "average_precision"} <= set(numbers["intervals"])
    assert len(numbers["data_hash"]) == len(numbers["model_hash"]) == 64
    refused = run("eval", "cases", cases, "--limit", "1")
    assert refused.exit_code == 2 and "--limit is for labelled pairs" in refused.stderr
    refused = run("eval", "cases", cases, "--both-ways")
    assert refused.exit_code == 2 and "--both-ways is for labelled pairs" in refused.stderr


def test_cases_that_are_none(run, tmp_path):
    fails(run("eval", "cases", "nowhere"), "nowhere: no such folder")
    (tmp_path / "empty").mkdir()
    fails(run("eval", "cases", "empty"), "no *.json files")
    (tmp_path / "empty/a.json").write_bytes(b"\xff")
    fails(run("eval", "cases", "empty"), "not a document case")
    (tmp_path / "empty/a.json").write_text("[]")
    fails(run("eval", "cases", "empty"), "not a document case")


def test_calibrate(run, pairs, tmp_path):
    own = str(make_checkpoint(tmp_path / "own"))
    result = run("calibrate", pairs, "--model", own, model=False)
    assert result.exit_code == 0 and "balanced" in result.stdout and "decision.json" in result.stderr
    decision = json.loads((tmp_path / "own/decision.json").read_text())
    assert decision["data"]["pairs"] == len(ROWS) and decision["threshold"] == decision["operating_points"]["balanced"]
    fails(run("calibrate", pairs, "--model", own, model=False), "is there already", "--force")
    assert run("calibrate", pairs, "--model", own, "--force", "--base-rate", "0.05", model=False).exit_code == 0
    assert json.loads((tmp_path / "own/decision.json").read_text())["data"]["base_rate"] == 0.05
    evaluated = run("eval", pairs, "--model", own, "--json", "out.json", model=False)
    points = json.loads((tmp_path / "out.json").read_text())["detection"]["operating_points"]
    assert evaluated.exit_code == 0 and set(points) == {"precise", "balanced", "sensitive"}


def test_calibrate_says_what_it_leaves_out(run, pairs, tmp_path):
    own = make_checkpoint(tmp_path / "own")
    old = {"evidence": {"shared_words": 2.0}, "ask_back": 0.3, "screen": "fast", "screen_below": 0.1}
    (own / "decision.json").write_text(json.dumps(old))
    result = run("calibrate", pairs, "--model", str(own), "--force", model=False)
    assert result.exit_code == 0 and "without evidence, ask_back, screen, screen_below of the old" in result.stderr
    decision = json.loads((own / "decision.json").read_text())
    assert (decision["evidence"], decision["ask_back"], decision["screen"]) == ({}, 0.0, "")
    again = run("calibrate", pairs, "--model", str(own), "--force", model=False)
    assert again.exit_code == 0 and "of the old" not in again.stderr
    assert "adds evidence" in " ".join(run("calibrate", "--help", model=False).stdout.split())


def test_calibrate_refuses_test_sets(run, pairs, tmp_path):
    for name in ("pairs_test.jsonl", "snli_test.jsonl", "mnli_mismatched.jsonl"):
        shutil.copy(tmp_path / pairs, tmp_path / name)
        fails(run("calibrate", name, "--output", "d.json"), f"{name}: is a test set", "--force")
    (tmp_path / "split.jsonl").write_text((tmp_path / pairs).read_text().replace('"dev"', '"test"'))
    fails(run("calibrate", "split.jsonl", "--output", "d.json"), "is a test set")
    fails(run("calibrate", "split.jsonl", "--where", "split=test", "--output", "d.json"), "is a test set")
    assert not (tmp_path / "d.json").exists()
    assert run("calibrate", "split.jsonl", "--output", "d.json", "--force").exit_code == 0


def test_calibrate_leaves_the_shipped_model_alone(run, pairs):
    fails(run("calibrate", pairs, model=False), "default: is not a folder of yours", "--output")
