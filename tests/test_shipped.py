"""The checkpoint that ships: its scores are frozen, and it finds what it was made for."""

import json
from pathlib import Path

import numpy as np
import pytest

import nli
from nli import checkpoints
from nli.cases import read_cases, score_cases

ROOT = Path(__file__).parent.parent
SEED = ROOT.parent / "shared/seed"
POINTS = ("precise", "balanced", "sensitive")
FROZEN = json.loads((ROOT / "tests/frozen_scores.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def detector():
    return nli.Detector.load()


@pytest.mark.parametrize("name", ["default", "fast"])
def test_frozen_scores(name):
    """Within .03: int8 kernels differ a little between processors."""
    scores = nli.Detector.load(name).score([(row["premise"], row["hypothesis"]) for row in FROZEN])
    np.testing.assert_allclose(scores, [row[name] for row in FROZEN], atol=0.03)


def test_decisions_were_chosen_with_the_weights_that_ship():
    folders = checkpoints.shipped()
    decided = {name: json.loads((path / "decision.json").read_text(encoding="utf-8")) for name, path in folders.items()}
    own = checkpoints.weights_hash(folders["default"])
    chosen = decided["default"]["data"]
    assert chosen["weights"] == chosen["other_event"]["weights"] == decided["fast"]["data"]["cascade"]["large"] == own
    assert chosen["screen"]["weights"] == checkpoints.weights_hash(folders[decided["default"]["screen"]])


def test_a_pair_scores_the_same_in_any_company(detector):
    pairs = [(row["premise"], row["hypothesis"]) for row in FROZEN]
    alone = [detector.score([pair])[0] for pair in pairs]
    np.testing.assert_allclose(detector.score(pairs), alone, atol=1e-4)


def test_the_sample_article(detector):
    """Both conflicts, at most two wrong flags, every speaker."""
    counts = score_cases(list(read_cases(ROOT / "eval/sample")), detector.detect)
    assert counts.found == counts.conflicts == 2
    assert counts.flagged - counts.right <= 2
    assert counts.speakers_right == counts.speakers


def test_the_operating_points_report_more_and_more(detector):
    text = (ROOT / "eval/sample/article.txt").read_text(encoding="utf-8")
    found = [{(c.a, c.b) for c in detector.detect(text, threshold=name, every=True)} for name in POINTS]
    assert found[0] <= found[1] <= found[2] and found[2]


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not here")
def test_the_article_the_project_was_asked_for(detector):
    counts = score_cases(list(read_cases(SEED)), detector.detect)
    assert counts.found == counts.conflicts == 2
    assert counts.right >= 3 and counts.flagged - counts.right <= 2


def test_the_cascade_finds_the_conflicts_of_the_sample_too():
    cascade = nli.Detector.load(cascade=["fast", "default"])
    counts = score_cases(list(read_cases(ROOT / "eval/sample")), cascade.detect)
    assert counts.found == counts.conflicts == 2


def test_folders_are_whole_and_small():
    parts = (
        "model.onnx",
        "config.json",
        "tokenizer.json",
        "decision.json",
        "manifest.json",
        "recipe.json",
        "README.md",
    )
    folders = checkpoints.shipped()
    assert set(folders) == {"default", "fast"}
    assert all((folder / part).exists() for folder in folders.values() for part in parts)
    sizes = {name: sum(p.stat().st_size for p in folder.iterdir()) for name, folder in folders.items()}
    assert sizes["default"] <= 80_000_000 and sum(sizes.values()) <= 120_000_000


def test_loading_needs_no_torch():
    import subprocess
    import sys

    code = "import sys, nli; nli.Detector.load().score([('a b', 'c d')]); print('torch' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "False"
    )
