"""Trains a checkpoint from a recipe: `python models/train.py models/recipes/default.toml`.

Read top to bottom: recipe -> base model (layers chosen) -> examples -> length-sorted batches -> steps -> checkpoint.
A stopped run continues from its last saved step (`models/runs/NAME/`, ignored by git); the finished checkpoint records
the recipe, the data hashes, the steps and the library versions in `recipe.json`.
"""

import argparse
import hashlib
import importlib
import importlib.metadata
import json
import math
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import distil
import mix
import torch
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from nli.records import LABELS

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
SAVE_EVERY = 200  # steps


def has_bf16() -> bool:
    """Whether bfloat16 matrix multiplication is native: on CPUs without it, autocast is slower than float32."""
    return bool(torch.cpu._is_avx512_bf16_supported())


def base_folder(base: dict[str, Any]) -> Path:
    """The folder of the base model: a `path` below the project, or a Python `package` that carries it."""
    if "package" in base:
        return Path(importlib.import_module(base["package"]).get_model_path())
    return ROOT / base["path"]


def load_base(base: dict[str, Any]) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The base model with three named labels and, where the recipe lists `layers`, only those encoder layers."""
    path = base_folder(base)
    model = AutoModelForSequenceClassification.from_pretrained(
        path,
        dtype=torch.float32,
        num_labels=3,
        id2label=dict(enumerate(LABELS)),
        label2id={name: i for i, name in enumerate(LABELS)},
        hidden_dropout_prob=base.get("dropout", 0.1),
        attention_probs_dropout_prob=base.get("dropout", 0.1),
    )
    words = model.get_input_embeddings().weight
    words.requires_grad_(False)
    if block := base.get("embedding_block"):
        words.data = four_bit(words.data, block)
    if keep := base.get("layers"):
        encoder = model.base_model.encoder
        encoder.layer = torch.nn.ModuleList(encoder.layer[i] for i in keep)
        model.config.num_hidden_layers = len(keep)
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.model_input_names = ["input_ids", "attention_mask"]  # what the model is given here, and ever after
    return model, tokenizer


def four_bit(weight: torch.Tensor, block: int) -> torch.Tensor:
    """Rounds each run of `block` values in a row to 4 bits (16 steps from the value of largest magnitude, which stays exact),
    as the exported model stores its word embeddings; rounding twice changes nothing, so training sees what ships."""
    blocks = weight.view(weight.shape[0], -1, block)
    largest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    scale = torch.where(largest == 0, torch.ones_like(largest), largest / -8)
    return ((blocks / scale).round().clamp(-8, 7) * scale).view_as(weight)


def length_sorted_batches(lengths: list[int], size: int, seed: int) -> list[list[int]]:
    """Indices in batches of `size`: sorted by length within random windows of 50 batches, batches then shuffled."""
    rng = random.Random(seed)
    order = list(range(len(lengths)))
    rng.shuffle(order)
    window = size * 50
    batches = []
    for start in range(0, len(order), window):
        chunk = sorted(order[start : start + window], key=lengths.__getitem__)
        batches += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    rng.shuffle(batches)
    return batches


def joined_class_loss(logits: torch.Tensor, allowed: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Mean of -log p(allowed classes). `logits`, `allowed`: (batch, 3). `smoothing` mixes in the uniform distribution."""
    log_p = logits.log_softmax(-1)
    mass = log_p.masked_fill(allowed == 0, -math.inf).logsumexp(-1)
    return -((1 - smoothing) * mass + smoothing * log_p.mean(-1)).mean()


def distillation_loss(logits: torch.Tensor, soft: torch.Tensor) -> torch.Tensor:
    """Mean divergence KL(teacher || student). `logits`, `soft` (probabilities): (batch, 3) (Hinton et al. 2015)."""
    return torch.nn.functional.kl_div(logits.log_softmax(-1), soft, reduction="batchmean")


def learning_rate(step: int, total: int, peak: float, warmup: float) -> float:
    """Linear warm-up over the first `warmup` share of the steps, then linear decay to zero."""
    rise = max(1, int(total * warmup))
    return peak * min((step + 1) / rise, (total - step) / max(1, total - rise))


def tokenise(tokenizer: PreTrainedTokenizerBase, examples: list[mix.Example], max_length: int) -> list[list[int]]:
    pairs = [e.premise for e in examples], [e.hypothesis for e in examples]
    return list(tokenizer(*pairs, truncation=True, max_length=max_length)["input_ids"])


class Batches:
    """The tokenised examples of a stage, cut into length-sorted batches for all its epochs."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, examples: list[mix.Example], options: dict[str, Any]
    ) -> None:
        self.ids = tokenise(tokenizer, examples, options["max_length"])
        self.allowed = torch.tensor([mix.ALLOWED[e.label] for e in examples])
        self.padding = tokenizer.pad_token_id
        self.order: list[list[int]] = []
        for epoch in range(options.get("epochs", 1)):
            self.order += length_sorted_batches([len(x) for x in self.ids], options["batch"], options["seed"] + epoch)
        self.order = self.order[: options.get("max_steps")]
        self.soft: torch.Tensor | None = None
        self.teacher_weight = options.get("teacher_weight", 0.5)

    def loss(self, model: PreTrainedModel, step: int, smoothing: float) -> torch.Tensor:
        logits, rows = self.logits(model, step), self.order[step]
        gold = joined_class_loss(logits, self.allowed[rows], smoothing)
        if self.soft is None:
            return gold
        weight = self.teacher_weight
        return (1 - weight) * gold + weight * distillation_loss(logits, self.soft[rows])

    def logits(self, model: PreTrainedModel, step: int) -> torch.Tensor:
        rows = [torch.tensor(self.ids[i]) for i in self.order[step]]
        input_ids = pad_sequence(rows, batch_first=True, padding_value=self.padding)
        mask = pad_sequence([torch.ones_like(r) for r in rows], batch_first=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16()):
            return model(input_ids=input_ids, attention_mask=mask).logits.float()


def last_step(batches: Batches, options: dict[str, Any]) -> int:
    """Where a stage ends: a part that another one goes on from may `stop` before the end of its schedule."""
    return min(options.get("stop", len(batches.order)), len(batches.order))


def train_stage(model: PreTrainedModel, batches: Batches, options: dict[str, Any], run: Path, fingerprint: str) -> None:
    """One stage of optimisation; saves to and resumes from `run`, which must hold a run of the same `fingerprint`."""
    state, start, total = run / "state.pt", 0, len(batches.order)
    decay, plain = [], []
    for parameter in (p for p in model.parameters() if p.requires_grad):
        (decay if parameter.ndim > 1 else plain).append(parameter)
    groups = [{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, fused=True)
    if state.exists():
        saved = torch.load(state, weights_only=True)
        if saved["fingerprint"] != fingerprint:
            raise SystemExit(
                f"{run} holds a run of another recipe or other data; remove it, or give another --runs folder"
            )
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        start = saved["step"]
    model.train()
    torch.manual_seed(options["seed"] + start)
    running = None
    end = last_step(batches, options)
    progress = tqdm(range(start, end), initial=start, total=end, desc=run.name, mininterval=10)
    for step in progress:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, total, options["lr"], options.get("warmup", 0.06))
        loss = batches.loss(model, step, options.get("smoothing", 0.0))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        progress.set_postfix(loss=f"{running:.3f}", refresh=False)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == end:
            weights = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            save_state(state, {**weights, "step": step + 1, "fingerprint": fingerprint})


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Written beside and renamed, so that a kill in the middle leaves the previous state whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def hashes(paths: list[Path]) -> dict[str, str]:
    """SHA-256 of files, and of folders of weights file by file; by path from the project, of packages by package and name."""
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(weights(path)))]
    return {shown(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def weights(folder: Path) -> list[Path]:
    return [*folder.glob("*.safetensors"), *folder.glob("model.onnx")]


def shown(path: Path) -> str:
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return os.path.relpath(path, ROOT)


def fingerprint_of(recipe: dict[str, Any], number: int, data: dict[str, str], examples: list[mix.Example]) -> str:
    """Of what a stage goes on from; the examples are in it, since the code that extracts claims changes."""
    so_far = [recipe["base"], recipe["seed"], recipe["stages"][:number], data, examples]
    return hashlib.sha256(json.dumps(so_far).encode()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--runs", type=Path, default=ROOT / "models/runs", help="folder for the state of runs")
    parser.add_argument(
        "--output", type=Path, help="checkpoint folder (default: NAME/checkpoint in the folder of runs)"
    )
    parser.add_argument("--smoke", action="store_true", help="three small steps a stage, to see that everything runs")
    args = parser.parse_args()
    recipe = tomllib.loads(args.recipe.read_text(encoding="utf-8"))
    run = args.runs / (recipe["name"] + ("-smoke" if args.smoke else ""))
    output = args.output or run / "checkpoint"
    started = time.time()
    model, tokenizer = load_base(recipe["base"])
    sources = mix.Sources(ROOT, recipe["data"], recipe["seed"])
    data = hashes([base_folder(recipe["base"])])
    steps = {}
    for number, stage in enumerate(recipe["stages"], 1):
        options = {"seed": recipe["seed"], **stage} | ({"max_steps": 3, "batch": 4} if args.smoke else {})
        examples = mix.build(stage, sources, recipe["seed"])
        batches = Batches(tokenizer, examples, options)
        steps[stage["name"]] = {"examples": len(examples), "steps": last_step(batches, options)}
        print(stage["name"], steps[stage["name"]], file=sys.stderr)
        data |= hashes(sources.files(stage))
        if stage.get("teacher"):
            data |= hashes([ROOT / stage["teacher"]])
        fingerprint = fingerprint_of(recipe, number, data, examples)
        if stage.get("teacher"):
            batches.soft = distil.soft_labels(ROOT / stage["teacher"], examples, run / stage["name"], fingerprint)
        train_stage(model, batches, options, run / stage["name"], fingerprint)
    model.eval().save_pretrained(output)
    tokenizer.save_pretrained(output)
    record = {
        "recipe": recipe,
        "stages": steps,
        "data": data,
        "versions": {p: importlib.metadata.version(p) for p in ("torch", "transformers", "tokenizers")},
        "bf16": has_bf16(),
        "seconds": round(time.time() - started),
    }
    (output / "recipe.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
