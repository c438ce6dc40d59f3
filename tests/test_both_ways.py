"""Pairs scored in both directions."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import make_checkpoint
from hypothesis import given
from hypothesis import strategies as st

import nli
from nli import checkpoints
from nli.both_ways import BothWays, _halves
from nli.cascade import Cascade
from nli.cli import main
from nli.scoring import PROBES, Scorer

PAIRS = [(p, h) for p, h, _ in PROBES]
SWAPPED = [(h, p) for p, h in PAIRS]


@pytest.fixture(scope="module", params=["mean", "min", "max"])
def scorer(request, tmp_path_factory):
    folder = make_checkpoint(tmp_path_factory.mktemp(request.param))
    (folder / "decision.json").write_text(json.dumps({"rule": request.param}))
    return Scorer(checkpoints.load(str(folder)))


def test_contradiction_does_not_depend_on_the_order(scorer):
    there, back = (BothWays(scorer).score(pairs).probabilities for pairs in (PAIRS, SWAPPED))
    np.testing.assert_allclose(there[:, 2], back[:, 2], atol=1e-6)
    assert np.abs(scorer.score(PAIRS).probabilities - scorer.score(SWAPPED).probabilities)[:, 2].max() > 0.01


def test_it_is_joined_by_the_rule_of_the_checkpoint_and_the_rest_keeps_its_shares(scorer):
    forward, backward = (scorer.score(pairs).probabilities for pairs in (PAIRS, SWAPPED))
    got = BothWays(scorer).score(PAIRS).probabilities
    joined = [scorer.checkpoint.decision.combine(a, b) for a, b in zip(forward[:, 2], backward[:, 2], strict=True)]
    np.testing.assert_allclose(got[:, 2], joined, atol=1e-6)
    np.testing.assert_allclose(got.sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(got[:, 0] / got[:, 1], forward[:, 0] / forward[:, 1], rtol=1e-4)


def test_pairs_that_are_each_other_swapped_are_scored_once(scorer):
    assert len(BothWays(scorer).prepare(PAIRS + SWAPPED + PAIRS).encoded) == 2 * len(PAIRS)


def test_progress_counts_pairs_and_cut_pairs_once(scorer):
    seen: list[int] = []
    table = BothWays(scorer).score([*PAIRS, ("word " * 500, "text")], progress=seen.append)
    assert sum(seen) == len(table) == len(PAIRS) + 1
    assert table.truncated == 1


@given(st.lists(st.integers(0, 9)))
def test_halves_add_up(counts):
    seen: list[int] = []
    advance = _halves(seen.append)
    for count in counts:
        advance(count)
    assert sum(seen) == sum(counts) // 2


def test_from_the_library_and_the_command_line_a_cascade_too(tmp_path):
    folder = str(make_checkpoint(tmp_path / "model"))
    expected = BothWays(Scorer(checkpoints.load(folder))).score(PAIRS).probabilities
    detector = nli.Detector.load(folder, both_ways=True)
    np.testing.assert_allclose([s.contradiction for s in detector.score(PAIRS)], expected[:, 2], atol=1e-6)
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"premise": p, "hypothesis": h}) + "\n" for p, h in PAIRS))
    for options in (["--model", folder], ["--cascade", f"{folder},{folder}", "--sure", "1"]):
        result = CliRunner().invoke(main, ["score", str(source), str(target), "--both-ways", "--restart", *options])
        assert result.exit_code == 0, result.output
        rows = [json.loads(line) for line in target.read_text().splitlines()]
        np.testing.assert_allclose([r["contradiction"] for r in rows], expected[:, 2], atol=1e-5)


def test_results_tell_how_they_were_scored(scorer):
    rows = [{"premise": p, "hypothesis": h, "label": label} for p, h, label in PROBES]
    numbers = [nli.evaluate(rows, nli.Detector(s)).to_dict() for s in (scorer, BothWays(scorer))]
    assert [n["both_ways"] for n in numbers] == [False, True]
    assert numbers[1]["swap"]["same_verdict"] == 1.0


def test_detect_asks_both_ways_by_itself_and_not_twice(tmp_path, monkeypatch):
    folder = str(make_checkpoint(tmp_path / "model"))
    text = "The museum is open on Sundays, Ann Lee said. The museum is closed on Sundays, Bo Ray said."
    found = []
    for both in (False, True):
        detector = nli.Detector.load(folder, both_ways=both)
        encode, asked = detector.scorer.engine.encode, []
        monkeypatch.setattr(
            detector.scorer.engine, "encode", lambda pairs, e=encode, seen=asked: seen.extend(pairs) or e(pairs)
        )
        found.append(([c.score for c in detector.detect(text, threshold=0.0)], len(asked)))
    assert found[0] == found[1] and found[0][0] and found[0][1] == 2


def test_a_stopped_run_is_not_continued_the_other_way(scorer):
    assert BothWays(scorer).identity != scorer.identity
    both = Cascade(scorer, scorer, 0.9)
    assert BothWays(both).weights == both.weights
