"""Trains a checkpoint from a recipe: `python models/train.py models/recipes/default.toml`.

Read top to bottom: recipe -> base model (layers chosen) -> examples -> length-sorted batches -> steps -> checkpoint.
A stopped run continues from its last saved step (`models/runs/NAME/`, ignored by git); the finished checkpoint records
the recipe, the data hashes, the steps and the library versions in `recipe.json`.
"""

import argparse
import hashlib
import importlib.metadata
import json
import math
import random
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mix
import torch
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

ROOT = Path(__file__).parent.parent
SAVE_EVERY = 200  # steps


def has_bf16() -> bool:
    """Whether bfloat16 matrix multiplication is native: on CPUs without it, autocast is slower than float32."""
    return torch.cuda.is_available() or torch.cpu._is_avx512_bf16_supported()


def load_base(base: dict[str, Any]) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The base model with three named labels and, where the recipe lists `layers`, only those encoder layers."""
    path = ROOT / base["path"] if (ROOT / base["path"]).exists() else base["path"]
    model = AutoModelForSequenceClassification.from_pretrained(
        path,
        dtype=torch.float32,
        num_labels=3,
        id2label=dict(enumerate(mix.LABELS)),
        label2id={name: i for i, name in enumerate(mix.LABELS)},
    )
    words = model.get_input_embeddings().weight
    words.requires_grad_(False)
    if block := base.get("embedding_block"):
        words.data = four_bit(words.data, block)
    if keep := base.get("layers"):
        encoder = model.base_model.encoder
        encoder.layer = torch.nn.ModuleList(encoder.layer[i] for i in keep)
        model.config.num_hidden_layers = len(keep)
    return model, AutoTokenizer.from_pretrained(path)


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


def learning_rate(step: int, total: int, peak: float, warmup: float) -> float:
    """Linear warm-up over the first `warmup` share of the steps, then linear decay to zero."""
    rise = max(1, int(total * warmup))
    return peak * min((step + 1) / rise, (total - step) / max(1, total - rise))


def tokenise(tokenizer: PreTrainedTokenizerBase, examples: list[mix.Example], max_length: int) -> list[list[int]]:
    pairs = [e.premise for e in examples], [e.hypothesis for e in examples]
    return list(tokenizer(*pairs, truncation=True, max_length=max_length)["input_ids"])


def train_stage(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    examples: list[mix.Example],
    options: dict[str, Any],
    run: Path,
) -> int:
    """One stage of optimisation; saves and resumes in `run`. Returns the number of steps."""
    ids = tokenise(tokenizer, examples, options["max_length"])
    allowed = torch.tensor([mix.ALLOWED[e.label] for e in examples])
    batches: list[list[int]] = []
    for epoch in range(options.get("epochs", 1)):
        batches += length_sorted_batches([len(x) for x in ids], options["batch"], options["seed"] + epoch)
    batches = batches[: options.get("max_steps")]
    decay, plain = [], []
    for parameter in (p for p in model.parameters() if p.requires_grad):
        (decay if parameter.ndim > 1 else plain).append(parameter)
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}])
    state, start = run / "state.pt", 0
    if state.exists():
        saved = torch.load(state, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        start = saved["step"]
    model.train()
    torch.manual_seed(options["seed"] + start)
    running = None
    progress = tqdm(batches[start:], initial=start, total=len(batches), desc=run.name, mininterval=10)
    for step, batch in enumerate(progress, start):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, len(batches), options["lr"], options.get("warmup", 0.06))
        rows = [torch.tensor(ids[i]) for i in batch]
        input_ids = pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)
        mask = pad_sequence([torch.ones_like(r) for r in rows], batch_first=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16()):
            logits = model(input_ids=input_ids, attention_mask=mask).logits
        loss = joined_class_loss(logits.float(), allowed[batch], options.get("smoothing", 0.0))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        progress.set_postfix(loss=f"{running:.3f}", refresh=False)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == len(batches):
            save_state(state, {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1})
    return len(batches)


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Written beside and renamed, so that a kill in the middle leaves the previous state whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def hashes(paths: list[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--output", type=Path, help="checkpoint folder (default: models/runs/NAME/checkpoint)")
    parser.add_argument("--smoke", action="store_true", help="three small steps a stage, to see that everything runs")
    args = parser.parse_args()
    recipe = tomllib.loads(args.recipe.read_text(encoding="utf-8"))
    run = ROOT / "models/runs" / (recipe["name"] + ("-smoke" if args.smoke else ""))
    started = time.time()
    model, tokenizer = load_base(recipe["base"])
    catalogue = mix.Sources(ROOT, recipe["data"], recipe["seed"])
    steps = {}
    for stage in recipe["stages"]:
        options = {"seed": recipe["seed"], **stage} | ({"max_steps": 3, "batch": 4} if args.smoke else {})
        examples = mix.build(stage, catalogue, recipe["seed"])
        steps[stage["name"]] = {"examples": len(examples)}
        print(stage["name"], len(examples), "examples", file=sys.stderr)
        steps[stage["name"]]["steps"] = train_stage(model, tokenizer, examples, options, run / stage["name"])
    output = args.output or run / "checkpoint"
    model.eval().save_pretrained(output)
    tokenizer.save_pretrained(output)
    record = {
        "recipe": recipe,
        "stages": steps,
        "data": dict(hashes(catalogue.files)),
        "versions": {p: importlib.metadata.version(p) for p in ("torch", "transformers", "tokenizers")},
        "bf16": has_bf16(),
        "seconds": round(time.time() - started),
    }
    (output / "recipe.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
