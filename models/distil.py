"""Soft labels: what a teacher says of every training pair, the same of a contradiction whichever way round it stands."""

from pathlib import Path
from typing import Any

import mix
import torch
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from nli.records import LABELS

BATCH = 64
CONTRADICTION = LABELS.index("contradiction")
SURELY_NOT = 0.02  # below it, a pair is no contradiction the other way round either, and is not scored again


def soft_labels(
    teacher: Path, examples: list[mix.Example], options: dict[str, Any], run: Path, fingerprint: str
) -> torch.Tensor:
    """Probabilities, shape (examples, 3), in the order of LABELS; kept in `run` for a continued run of the same `fingerprint`."""
    kept = run / "soft_labels.pt"
    if kept.exists():
        saved = torch.load(kept, weights_only=True)
        if saved["fingerprint"] == fingerprint:
            return saved["probabilities"]
    model = AutoModelForSequenceClassification.from_pretrained(teacher, dtype=torch.bfloat16).eval()
    if [model.config.id2label[i] for i in range(3)] != list(LABELS):
        raise SystemExit(f"{teacher}: its labels are not {', '.join(LABELS)} in this order")
    tokenizer = AutoTokenizer.from_pretrained(teacher)

    def predict(pairs: list[tuple[str, str]]) -> torch.Tensor:
        return probabilities(model, tokenizer, pairs, options["max_length"])

    forward = predict([(e.premise, e.hypothesis) for e in examples])
    soft = symmetric(forward, lambda rows: predict([(examples[i].hypothesis, examples[i].premise) for i in rows]))
    run.mkdir(parents=True, exist_ok=True)
    torch.save({"fingerprint": fingerprint, "probabilities": soft}, kept)
    return soft


def symmetric(forward: torch.Tensor, backward_of: Any) -> torch.Tensor:
    """The mean of p(contradiction) of both directions; entailment and neutral keep their ratio in the forward one.

    `backward_of(rows)` gives the probabilities of those rows swapped.
    """
    open_ = (forward[:, CONTRADICTION] > SURELY_NOT).nonzero().flatten()
    joined = forward[:, CONTRADICTION].clone()
    if len(open_):
        joined[open_] = (joined[open_] + backward_of(open_.tolist())[:, CONTRADICTION]) / 2
    rest = forward.clone()
    rest[:, CONTRADICTION] = 0
    rest = rest / rest.sum(-1, keepdim=True).clamp_min(1e-9) * (1 - joined)[:, None]
    rest[:, CONTRADICTION] = joined
    return rest


@torch.inference_mode()
def probabilities(model: Any, tokenizer: Any, pairs: list[tuple[str, str]], max_length: int) -> torch.Tensor:
    """Float32, shape (pairs, 3), in input order."""
    ids = tokenizer([p for p, _ in pairs], [h for _, h in pairs], truncation=True, max_length=max_length)["input_ids"]
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    result = torch.zeros(len(ids), 3)
    for start in tqdm(range(0, len(order), BATCH), desc="teacher", mininterval=10):
        rows = order[start : start + BATCH]
        tensors = [torch.tensor(ids[i]) for i in rows]
        input_ids = pad_sequence(tensors, batch_first=True, padding_value=tokenizer.pad_token_id)
        mask = pad_sequence([torch.ones_like(t) for t in tensors], batch_first=True)
        result[rows] = model(input_ids=input_ids, attention_mask=mask).logits.float().softmax(-1)
    return result
