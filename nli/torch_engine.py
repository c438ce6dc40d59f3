"""The engine for transformers checkpoints in safetensors."""

from __future__ import annotations

import copy
import platform
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from nli import memory
from nli.checkpoints import Checkpoint, weights_hash
from nli.engines import CHARACTERS_PER_TOKEN, Encoded, cut, padded
from nli.errors import CheckpointError, first_line


class TorchEngine:
    """Any sequence-classification checkpoint in safetensors, on CUDA or MPS when there, else the CPU."""

    def __init__(self, checkpoint: Checkpoint, threads: int | None, precision: str) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self.workers = 1  # torch itself spreads a batch over the cores
        if threads:
            torch.set_num_threads(threads)
        self.device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint.path, trust_remote_code=False)
            model, info = AutoModelForSequenceClassification.from_pretrained(
                checkpoint.path,
                dtype=torch.float32,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
        except Exception as error:  # transformers and safetensors raise many types for broken folders
            raise CheckpointError(f"{checkpoint.path}: cannot be loaded ({first_line(error)})") from error
        if missing := sorted(info["missing_keys"]):
            raise CheckpointError(
                f"{checkpoint.path}: the weights lack {missing[0]} ({len(missing)} missing); not a finished classifier"
            )
        self.model = model.to(self.device).eval()
        self.max_length = checkpoint.max_length
        self.limit = checkpoint.max_length * CHARACTERS_PER_TOKEN
        self.padding = self.tokenizer.pad_token_id or 0
        self.precision = "float32"
        if precision == "bfloat16" or (precision == "auto" and self._bfloat16_is_faster(checkpoint)):
            self.model, self.precision = self.model.bfloat16(), "bfloat16"

    @property
    def arithmetic(self) -> str:
        """torch sums in another order with other threads."""
        import torch

        return f"{self.precision} on {self.device}, {torch.get_num_threads()} threads"

    def _bfloat16_is_faster(self, checkpoint: Checkpoint) -> bool:
        """Timed on one batch, once for a model and a machine; what was found is remembered."""
        import torch

        def seconds(model: Any) -> float:
            ids = torch.full((16, min(64, self.max_length)), self.padding + 5, device=self.device)
            times = []
            with torch.inference_mode():
                for _ in range(4):
                    started = time.perf_counter()
                    model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.float().cpu()
                    times.append(time.perf_counter() - started)
            return min(times)

        key = "/".join((weights_hash(checkpoint.path), self.device, platform.node(), str(torch.get_num_threads())))
        known = memory.recall("bfloat16 is faster")
        if key not in known:
            known[key] = seconds(copy.deepcopy(self.model).bfloat16()) < 0.9 * seconds(self.model)
            memory.remember("bfloat16 is faster", known)
        return bool(known[key])

    def encode(self, pairs: Sequence[tuple[str, str]]) -> list[Encoded]:
        texts, shortened = cut(pairs, self.limit)
        premises, hypotheses = (list(side) for side in zip(*texts, strict=True))
        encoded = self.tokenizer(
            premises, hypotheses, truncation="longest_first", max_length=self.max_length, return_token_type_ids=True
        )
        full = (
            [bool(e.overflowing) for e in encoded.encodings]
            if encoded.encodings
            else [len(i) >= self.max_length for i in encoded["input_ids"]]
        )
        columns = zip(encoded["input_ids"], encoded["token_type_ids"], shortened, full, strict=True)
        return [Encoded(ids, types, was_cut or overflows) for ids, types, was_cut, overflows in columns]

    def logits(self, batch: Sequence[Encoded]) -> np.ndarray:
        import torch

        ids, mask, types = (torch.from_numpy(array).to(self.device) for array in padded(batch, self.padding))
        inputs = {"input_ids": ids, "attention_mask": mask}
        if "token_type_ids" in self.tokenizer.model_input_names:
            inputs["token_type_ids"] = types
        with torch.inference_mode():
            result: np.ndarray = self.model(**inputs).logits.float().cpu().numpy()
        return result
