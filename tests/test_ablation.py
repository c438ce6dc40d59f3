"""The ablation on the sample article: its last row is what `nli detect` does, its first knows nothing but sentences."""

import dataclasses
import sys

import pytest
from conftest import ROOT

from nli.cases import read_cases, score_cases
from nli.decision import Decision
from nli.detector import Detector
from nli.records import Document
from nli.scoring import Scorer

sys.path.insert(0, str(ROOT / "eval"))
import ablation

SAMPLE = ROOT / "eval/sample"


@pytest.fixture(scope="module")
def detector(tiny):
    return Detector.load(str(tiny))


def test_the_last_row_is_what_detect_finds(detector):
    result = ablation.measure(SAMPLE, detector, 0)
    shipped = score_cases(read_cases(SAMPLE), detector.detect).to_dict()
    last = result["rows"][-1]
    assert {k: last[k] for k in shipped if k != "average_precision"} == {
        k: v for k, v in shipped.items() if k != "average_precision"
    }
    assert all(row["found"] <= row["reachable"] * row["conflicts"] for row in result["rows"])
    assert result["rows"][4]["pairs"] < result["rows"][3]["pairs"] < result["rows"][0]["pairs"]
    assert ablation.tables({"folders": {"sample": result}}).count("\n") == 4 + len(result["rows"])


def test_rivals_take_nothing_from_what_is_reachable(detector):
    checkpoint = detector.scorer.checkpoint
    strict = dataclasses.replace(checkpoint.decision, rival_share=1.0, same_speaker=1.0)
    rows = ablation.measure(SAMPLE, Detector(Scorer(dataclasses.replace(checkpoint, decision=strict))), 0)["rows"]
    assert rows[7]["reachable"] == rows[6]["reachable"] > 0


def test_readings_go_from_the_plainest_to_the_fullest():
    text = "Ms Ann Lee opened the bridge on Monday. “It will stand,” she said.\n\nPhoto: the bridge.\n"
    read = ablation.readings([Document("x.txt", text)])
    assert read["sentences"][0].text == "Ms Ann Lee opened the bridge on Monday."
    assert len(read["sentences"]) > len(read["claims"]) == len(read["context"]) == 2
    assert {c.speaker for c in (*read["sentences"], *read["claims"])} == {None}
    assert read["claims"][1].text == "“It will stand,” she said." and "Lee" in read["attribution"][1].text
    assert read["context"][1].text.endswith(f"] {read['attribution'][1].text}") and not read["attribution"][1].context
    assert all(text[c.start : c.end] == c.source for claims in read.values() for c in claims)


def test_context_stays_only_for_checkpoints_trained_for_it():
    for context, reading in ((True, "context"), (False, "attribution")):
        rows = ablation.variants(dataclasses.replace(Decision(), context=context))
        assert [r.reading for r in rows[3:]] == ["context", *[reading] * (len(rows) - 4)]
