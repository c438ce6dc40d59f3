"""A small model that looks first at the pairs of claims of documents."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import edit_json, make_checkpoint

import nli
from nli import checkpoints
from nli.cli import main
from nli.decision import Decision
from nli.errors import CheckpointError
from nli.records import Claim
from nli.scoring import Scorer
from nli.screen import Screen

TEXT = (
    "The museum is open on Sundays. Nobody was injured in the fire. Twelve people were injured in the fire. "
    "The museum is closed on Sundays. The company opened a factory in Poland. The director plays tennis with a friend."
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two checkpoints that say different things; the large one reports much, and names the small one as its screen."""
    root = tmp_path_factory.mktemp("screen")
    small, large = (make_checkpoint(root / name) for name in ("small", "large"))
    (small / "decision.json").write_text(json.dumps({"temperature": 3.0}))
    decision = {"threshold": 0.05, "rule": "min", "screen": str(small), "screen_below": 0.3}
    (large / "decision.json").write_text(json.dumps(decision))
    return str(small), str(large)


@pytest.fixture(scope="module")
def detector(folders):
    return nli.Detector.load(folders[1])


def reported(findings):
    return {(c.a.text, c.b.text): c.score for c in findings}


def test_only_pairs_that_the_small_one_lets_through_are_scored_and_their_scores_are_the_large_ones(folders, detector):
    screened, everything = (detector.detect(TEXT, every=True, screen=on) for on in (True, False))
    looks = Scorer(checkpoints.load(folders[0])).score(list(reported(everything))).probabilities[:, 2]
    passed = {pair for pair, look in zip(reported(everything), looks, strict=True) if look >= 0.3}
    assert 0 < len(passed) < len(everything.contradictions)
    assert reported(screened) == pytest.approx({pair: reported(everything)[pair] for pair in passed}, abs=1e-5)
    assert everything.counts["screened"] == 0 < screened.counts["screened"] < screened.counts["pairs"] == 15
    assert all(c.first_look >= 0.3 for c in screened) and all(c.first_look is None for c in everything)


def test_progress_counts_every_pair_once(detector):
    seen = []
    findings = detector.detect(TEXT, progress=lambda finished, total: seen.append((finished, total)))
    assert sum(finished for finished, _ in seen) == findings.counts["pairs"] and {total for _, total in seen} == {15}


def test_what_lets_nothing_through_leaves_nothing_to_score(folders, detector):
    screen = Screen(Scorer(checkpoints.load(folders[0])), below=1.0)
    assert (screen.look([]) == np.zeros(0)).all()
    closed = nli.Detector(detector.scorer)
    closed.screen = screen
    assert closed.detect(TEXT).counts["screened"] == 15 and not closed.detect(TEXT).contradictions


@pytest.mark.parametrize("context", [True, False])
def test_the_small_one_is_given_the_context_that_it_was_trained_with(tmp_path, context):
    folder = make_checkpoint(tmp_path / "small")
    (folder / "decision.json").write_text(json.dumps({"context": context}))
    scorer = Scorer(checkpoints.load(str(folder)))
    words = "[The fire was in Poland.] Nobody was injured."
    a, b = (Claim("x", 0, 1, "", text, None, 1, context=c) for text, c in ((words, words[1:24]), ("It is open.", "")))
    assert a.statement == "Nobody was injured."
    wanted = scorer.score([(words if context else a.statement, b.text)]).probabilities[:, 2]
    np.testing.assert_allclose(Screen(scorer, 0.5).look([(a, b)]), wanted, atol=1e-6)


def test_a_cascade_and_a_model_that_names_none_have_no_screen(folders):
    small, large = folders
    assert nli.Detector.load(small).screen is None
    assert nli.Detector.load(cascade=folders, sure=0.9).screen is None
    assert nli.Detector.load(large, both_ways=True).screen is not None


def test_a_screen_that_is_not_there_is_named(folders, tmp_path):
    folder = make_checkpoint(tmp_path / "large")
    (folder / "decision.json").write_text(json.dumps({"screen": "nowhere"}))
    detector = nli.Detector.load(str(folder))
    assert detector.score([("a", "b")])
    with pytest.raises(CheckpointError, match=r"nowhere: no such folder"):
        detector.detect(TEXT)
    for broken in ({"screen": 3}, {"screen_below": 2}, {"screen_below": None}):
        edit_json(folder / "decision.json", **({"screen": "", "screen_below": 0.0} | broken))
        with pytest.raises(CheckpointError, match=r"decision\.json"):
            nli.Detector.load(str(folder))


def test_a_screen_is_never_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "_download", lambda name: pytest.fail(f"{name} was asked for"))
    with pytest.raises(CheckpointError, match=r"org/model: no such folder.*screen in decision\.json.*--no-screen"):
        Screen.load(Decision(screen="org/model"))


def test_the_command_line_counts_explains_and_goes_without(folders, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text(TEXT, encoding="utf-8")
    run = lambda *more: CliRunner().invoke(main, ["detect", str(file), "--model", folders[1], *more])  # noqa: E731
    explained = run("--explain")
    kept = 15 - int(explained.stderr.split(" screened")[0].rsplit(" ", 1)[1])
    assert f"and 0.3 is enough; {kept} pairs are scored" in " ".join(explained.stdout.split())
    without = run("--no-screen", "--explain")
    assert " 0 screened" in without.stderr and "every candidate is scored" in without.stdout
