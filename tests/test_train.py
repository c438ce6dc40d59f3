"""The recipe machinery on a tiny base: mixing, stages, going on where one stopped, teachers."""

import contextlib
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "models"))
torch = pytest.importorskip("torch")

import distil  # noqa: E402
import mix  # noqa: E402
import soup  # noqa: E402
import train  # noqa: E402
from conftest import make_checkpoint  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from nli import checkpoints  # noqa: E402
from nli.scoring import PROBES, Scorer  # noqa: E402


def test_reversed_pairs_keep_only_what_holds():
    def swapped(label):
        return mix.Example("a", "b", label, "s").swapped().label

    assert [swapped(x) for x in ("contradiction", "neutral", "entailment")] == [
        "contradiction",
        "neutral",
        "not_contradiction",
    ]


def test_a_dossier_gives_every_pair_once_and_leaves_out_the_arguable():
    dossier = {
        "claims": [{"id": i, "text": i.upper()} for i in "abcd"],
        "relations": [
            {"a": "a", "b": "b", "label": "contradiction"},
            {"a": "c", "b": "a", "label": "entailment", "direction": "b->a"},
            {"a": "c", "b": "d", "label": "arguable"},
        ],
    }
    pairs = {(e.premise, e.hypothesis): e.label for e in mix.dossier_pairs(dossier)}
    assert pairs == {
        ("A", "B"): "contradiction",
        ("A", "C"): "entailment",
        ("A", "D"): "neutral",
        ("B", "C"): "neutral",
        ("B", "D"): "neutral",
    }


def test_joined_classes_share_their_mass():
    logits = torch.log(torch.tensor([[0.2, 0.3, 0.5], [0.2, 0.3, 0.5]]))
    allowed = torch.tensor([mix.ALLOWED["not_entailment"], mix.ALLOWED["contradiction"]])
    assert train.joined_class_loss(logits, allowed, 0.0).item() == pytest.approx(
        -(torch.tensor([0.8, 0.5]).log().mean().item())
    )


def test_four_bits_are_sixteen_steps_and_rounding_twice_changes_nothing():
    weight = torch.randn(5, 64)
    once = train.four_bit(weight, 32)
    assert all(len(block.unique()) <= 16 for block in once.view(-1, 32))
    assert (once - weight).abs().max() < weight.abs().max() / 7
    torch.testing.assert_close(train.four_bit(once, 32), once)


def test_batches_hold_every_example_once_and_little_padding():
    lengths = [n % 50 + 5 for n in range(1000)]
    batches = train.length_sorted_batches(lengths, 32, seed=1)
    assert sorted(i for batch in batches for i in batch) == list(range(1000))
    assert sum(max(lengths[i] for i in b) * len(b) for b in batches) < 1.1 * sum(lengths)


def test_a_recipe_runs_and_goes_on_where_it_stopped(tiny, tmp_path):
    rows = [{"premise": f"dam {n}", "hypothesis": f"river {n}", "label": "neutral", "source": "x"} for n in range(8)]
    (tmp_path / "public.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (tmp_path / "held.json").write_text("[]")
    recipe = f"""
name = "{tmp_path.name}"
seed = 1
[base]
path = "{tiny}"
[data]
held_out_dossiers = "{tmp_path}/held.json"
[data.files]
public = ["{tmp_path}/public.jsonl"]
[[stages]]
name = "one"
batch = 4
lr = 1e-4
max_length = 32
mix = [{{ source = "public", limit = 8 }}]
"""
    (tmp_path / "recipe.toml").write_text(recipe)
    command = [sys.executable, str(ROOT / "models/train.py"), str(tmp_path / "recipe.toml"), "--smoke"]
    command += ["--runs", str(tmp_path / "runs"), "--output", str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True)
    record = json.loads((tmp_path / "out/recipe.json").read_text())
    assert record["stages"] == {"one": {"examples": 8, "steps": 2}}
    assert {Path(path).name for path in record["data"]} == {"public.jsonl", "model.safetensors"}
    first = (tmp_path / "out/model.safetensors").read_bytes()
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "out/model.safetensors").read_bytes() == first  # nothing was left to do
    (tmp_path / "recipe.toml").write_text(recipe.replace("1e-4", "2e-4"))
    changed = subprocess.run(command, capture_output=True, text=True)
    assert changed.returncode == 1 and "another recipe" in changed.stderr
    (tmp_path / "recipe.toml").write_text(recipe + "stop = 1\n")
    subprocess.run([*command, "--runs", str(tmp_path / "stopped")], check=True, capture_output=True)
    assert torch.load(next(tmp_path.glob("stopped/*/one/state.pt")), weights_only=True)["step"] == 1
    assert json.loads((tmp_path / "out/recipe.json").read_text())["stages"]["one"]["steps"] == 1


def test_a_stage_that_was_stopped_goes_on_behind_its_last_step(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "SAVE_EVERY", 1)
    examples = [mix.Example(f"dam {n}", f"river {n}", "neutral", "x") for n in range(12)]
    options = {"seed": 1, "batch": 4, "max_length": 32, "lr": 1e-3}

    def stage(run, stop=None):
        """The steps taken now, and the weights after them."""
        model, tokenizer = train.load_base({"path": str(tiny), "dropout": 0.0})
        batches, steps = train.Batches(tokenizer, examples, options), []
        usual = batches.loss

        def loss(model, step, smoothing):
            if step == stop:
                raise KeyboardInterrupt
            steps.append(step)
            return usual(model, step, smoothing)

        batches.loss = loss
        with contextlib.suppress(KeyboardInterrupt):
            train.train_stage(model, batches, options, run, "same")
        return steps, model.state_dict()

    _, whole = stage(tmp_path / "whole")
    assert stage(tmp_path / "stopped", 2)[0] == [0, 1]
    steps, resumed = stage(tmp_path / "stopped")
    assert steps == [2]
    for name, tensor in whole.items():
        torch.testing.assert_close(resumed[name], tensor, msg=name)


def test_other_examples_are_another_run():
    recipe = {"base": {}, "seed": 1, "stages": [{"name": "one"}]}
    one, other = ([mix.Example("dam", text, "neutral", "x")] for text in ("river", "rivers"))
    assert train.fingerprint_of(recipe, 1, {}, one) == train.fingerprint_of(recipe, 1, {}, list(one))
    assert train.fingerprint_of(recipe, 1, {}, one) != train.fingerprint_of(recipe, 1, {}, other)


def test_public_rows_reversed_keep_only_what_holds(tmp_path):
    labels = ["entailment", "neutral", "contradiction", "not_entailment", "not_contradiction"]
    rows = [
        {"premise": f"p{n}", "hypothesis": f"h{n}", "label": label, "source": "x"} for n, label in enumerate(labels)
    ]
    (tmp_path / "public.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (tmp_path / "held.json").write_text("[]")
    sources = mix.Sources(tmp_path, {"files": {"public": ["public.jsonl"]}, "held_out_dossiers": "held.json"}, 1)
    assert [(e.premise, e.label) for e in sources("public", swap=1.0)] == [
        ("h0", "not_contradiction"),
        ("h1", "not_contradiction"),
        ("h2", "contradiction"),
        ("h4", "not_contradiction"),
    ]


def test_the_neutral_pairs_that_a_checkpoint_gets_wrong_are_hard(tmp_path):
    checkpoint = make_checkpoint(tmp_path / "m")
    pairs = [mix.Example(p, h, "neutral", "article") for p, h, _ in PROBES]
    pairs += [
        mix.Example(f"The dam held in {n}.", f"The dam held in May {n}.", "neutral", "article") for n in range(14)
    ]
    said = (
        Scorer(checkpoints.load(str(checkpoint))).score([(e.premise, e.hypothesis) for e in pairs]).probabilities[:, 2]
    )
    hard = mix.hardest(pairs, 0.2, str(checkpoint), random.Random(1))
    assert len(hard) == len(set(hard)) == 4
    scores = dict(zip(pairs, said, strict=True))
    assert min(scores[e] for e in hard[:2]) >= np.median(said)


def test_soft_labels_say_the_same_of_a_contradiction_both_ways_round():
    forward = np.array([[0.1, 0.2, 0.7], [0.9, 0.09, 0.01], [0.0, 0.5, 0.5]])
    asked = []

    def backward(rows):
        asked.extend(rows)
        return np.array([[0.0, 0.7, 0.3], [0.0, 0.1, 0.9]])

    soft = distil.symmetric(forward, backward)
    assert asked == [0, 2]  # the second is surely none, and is not scored again
    assert soft.sum(-1) == pytest.approx([1, 1, 1])
    assert soft[:, 2] == pytest.approx([0.5, 0.01, 0.7])
    assert soft[0, 1] / soft[0, 0] == pytest.approx(2)  # entailment and neutral as before among themselves


def test_a_student_learns_from_its_teacher_and_from_unlabelled_pairs(tiny, tmp_path):
    rows = [{"premise": f"dam {n}", "hypothesis": f"river {n}", "label": "unlabelled", "source": "x"} for n in range(8)]
    (tmp_path / "public.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (tmp_path / "held.json").write_text("[]")
    (tmp_path / "recipe.toml").write_text(
        f"""
name = "student"
seed = 1
[base]
path = "{tiny}"
[data]
held_out_dossiers = "{tmp_path}/held.json"
[data.files]
public = ["{tmp_path}/public.jsonl"]
[[stages]]
name = "one"
teacher = "{tiny}"
batch = 4
lr = 1e-4
max_length = 32
mix = [{{ source = "public", limit = 8 }}]
"""
    )
    command = [sys.executable, str(ROOT / "models/train.py"), str(tmp_path / "recipe.toml"), "--smoke"]
    command += ["--runs", str(tmp_path / "runs"), "--output", str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True)
    soft = torch.load(tmp_path / "runs/student-smoke/one/soft_labels.pt", weights_only=True)["probabilities"]
    assert soft.shape == (8, 3)
    torch.testing.assert_close(soft.sum(-1), torch.ones(8))


@pytest.mark.parametrize("path", sorted((ROOT / "models/recipes").glob("*.toml")), ids=lambda p: p.stem)
def test_every_source_of_a_recipe_names_files_that_it_lists(path):
    recipe = train.tomllib.loads(path.read_text(encoding="utf-8"))
    for entry in (entry for stage in recipe["stages"] for entry in stage["mix"]):
        named = {entry.get("files", entry["source"]), *([entry["articles"]] if "articles" in entry else [])}
        assert named <= set(recipe["data"]["files"]) and hasattr(mix.Sources, entry["source"])


def test_the_mean_of_two_checkpoints(tmp_path):
    folders = [make_checkpoint(tmp_path / "last"), Path(shutil.copytree(tmp_path / "last", tmp_path / "earlier"))]
    weights = {name: tensor.clone() for name, tensor in load_file(folders[1] / soup.WEIGHTS).items()}
    save_file({name: tensor + 1 for name, tensor in weights.items()}, folders[1] / soup.WEIGHTS, {"format": "pt"})
    for folder in folders:
        (folder / "recipe.json").write_text('{"recipe": {}}')
    soup.average(tmp_path / "mean", folders[0], folders[1:])
    mean = load_file(tmp_path / "mean" / soup.WEIGHTS)
    assert all(torch.allclose(mean[name], tensor + 0.5, atol=1e-3) for name, tensor in weights.items())
    assert len(json.loads((tmp_path / "mean/recipe.json").read_text())["averaged"]) == 2
    assert checkpoints.load(str(tmp_path / "mean")).columns == (0, 1, 2)
    save_file({"other": torch.ones(1)}, folders[1] / soup.WEIGHTS, {"format": "pt"})
    with pytest.raises(SystemExit, match="different layers"):
        soup.average(tmp_path / "mean", folders[0], folders[1:])
