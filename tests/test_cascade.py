"""A small model in front of a large one."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import make_checkpoint

import nli
from nli import checkpoints
from nli.batch import Interrupted, score_file
from nli.cascade import Cascade
from nli.cli import main
from nli.errors import CheckpointError, InputError
from nli.records import CONTRADICTION_COLUMN
from nli.scoring import PROBES, Scorer

PAIRS = [(f"{p} {n}", h) for n, (p, h, _) in enumerate(PROBES * 4)] + [("a b c", "d e f"), ("a b c", "d e f")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two checkpoints that say different things: the small one is told to be less sure of everything."""
    root = tmp_path_factory.mktemp("cascade")
    small, large = (make_checkpoint(root / name) for name in ("small", "large"))
    (small / "decision.json").write_text(json.dumps({"temperature": 3.0, "sure": 0.7}))
    (large / "decision.json").write_text(json.dumps({"temperature": 1.0, "threshold": 0.31}))
    return str(small), str(large)


def test_the_large_one_scores_what_the_small_one_is_not_sure_of_and_every_contradiction(folders):
    small, large = (Scorer(checkpoints.load(folder)).score(PAIRS).probabilities for folder in folders)
    got = Cascade.load(folders).score(PAIRS).probabilities
    asked = (small.max(1) < 0.7) | (small.argmax(1) == CONTRADICTION_COLUMN)
    assert 0 < asked.sum() < len(PAIRS)
    np.testing.assert_allclose(got[asked], large[asked], atol=1e-5)
    np.testing.assert_allclose(got[~asked], small[~asked], atol=1e-5)


@pytest.mark.parametrize("sure", [0.0, 0.7, 1.0])
def test_progress_counts_every_pair_once(folders, sure):
    seen = []
    table = Cascade.load(folders, sure=sure).score(PAIRS, progress=seen.append)
    assert sum(seen) == len(table) == len(PAIRS)


def test_threshold_and_rule_are_those_of_the_large_one(folders):
    detector = nli.Detector.load(cascade=folders)
    assert detector.scorer.checkpoint.decision.threshold == 0.31
    assert detector.score([PROBES[0][:2]])[0].label == "entailment"


def test_pairs_that_were_cut_are_counted(folders):
    assert Cascade.load(folders).score([("short", "text"), ("word " * 500, "text")]).truncated == 1


def test_two_checkpoints_and_a_probability_are_asked_for(folders):
    with pytest.raises(CheckpointError, match=r"two checkpoints, the small one first"):
        Cascade.load(folders[:1])
    with pytest.raises(CheckpointError, match=r"nothing says how sure .* --sure"):
        Cascade.load(folders[::-1])
    assert Cascade.load(folders[::-1], sure=0.9).sure == 0.9


def score(tmp_path, *options):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"premise": p, "hypothesis": h}) + "\n" for p, h in PAIRS))
    return CliRunner().invoke(main, ["score", str(source), str(target), *options]), target


def test_from_the_command_line(folders, tmp_path):
    result, target = score(tmp_path, "--cascade", ",".join(folders))
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    expected = Cascade.load(folders).score(PAIRS)
    np.testing.assert_allclose([r["contradiction"] for r in rows], expected.probabilities[:, 2], atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sure", "0.9"], "--sure needs --cascade"),
        (["--cascade", "fast,default", "--model", "default"], "leave out --model"),
        (["--cascade", "fast,default", "--model", "default", "--engine", "ray"], "leave out --model"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, options, message):
    result, _ = score(tmp_path, *options)
    assert result.exit_code == 2 and message in result.output


def test_a_stopped_run_is_not_continued_with_another_probability(folders, tmp_path):
    source, target = tmp_path / "in.jsonl", str(tmp_path / "out.jsonl")
    source.write_text("".join(json.dumps({"premise": p, "hypothesis": h}) + "\n" for p, h in PAIRS))
    done = []

    def stop(finished, total):
        done.append(finished)
        if sum(done) > 5:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        score_file(str(source), target, Cascade.load(folders), window=5, progress=stop)
    with pytest.raises(InputError, match=r"sure was 0\.7, is 0\.8"):
        score_file(str(source), target, Cascade.load(folders, sure=0.8), window=5)
    assert score_file(str(source), target, Cascade.load(folders), window=5).scored == len(PAIRS)


def test_detect_takes_a_cascade(folders, tmp_path):
    article = tmp_path / "a.txt"
    article.write_text("The museum is open on Sundays, Ann Lee said. The museum is closed on Sundays, Bo Ray said.\n")
    options = ["--cascade", ",".join(folders), "--format", "jsonl", "--threshold", "0"]
    result = CliRunner().invoke(main, ["detect", str(article), *options])
    assert result.exit_code == 0, result.output
    expected = [c.score for c in nli.Detector.load(cascade=folders).detect(article.read_text(), threshold=0.0)]
    got = [json.loads(line)["score"] for line in result.stdout.splitlines()]
    assert expected and got == pytest.approx(expected, abs=1e-3)


def test_a_small_one_that_was_not_trained_with_context_is_not_given_any(folders, tmp_path):
    large = make_checkpoint(tmp_path / "large")
    (large / "decision.json").write_text(json.dumps({"context": True}))
    pairs = [("[The mayor spoke at noon.] Peter Reed: “Three hours.”", "The [sic] bridge is shut.")]
    cascade = Cascade.load([folders[0], str(large)], sure=0.0)
    assert cascade.for_small(pairs) == [("Peter Reed: “Three hours.”", "The [sic] bridge is shut.")]
    alone = Scorer(checkpoints.load(folders[0])).score(cascade.for_small(pairs)).probabilities
    np.testing.assert_allclose(
        Cascade.load([folders[0], str(large)], sure=0.0).score(pairs).probabilities, alone, atol=1e-5
    )
    assert Cascade.load(folders).for_small(pairs) == pairs  # neither was trained with it
