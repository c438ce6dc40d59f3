"""A name -> a checkpoint folder that is whole, safe to load and says which output is which label."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nli.decision import Decision
from nli.errors import CheckpointError, first_line
from nli.records import LABELS

_ALIASES = {
    "entailment": {"entailment", "entail", "entails", "entailed", "e", "supports", "support", "supported"},
    "neutral": {"neutral", "n", "not enough info", "nei", "unrelated"},
    "contradiction": {
        "contradiction",
        "contradict",
        "contradicts",
        "contradictory",
        "c",
        "refutes",
        "refute",
        "refuted",
    },
}
_HUB_FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model", "model.onnx"]


@dataclass(frozen=True)
class Checkpoint:
    """A folder that passed the checks. `columns[k]` is the column of the logits that holds `LABELS[k]`."""

    name: str
    path: Path
    columns: tuple[int, int, int]
    max_length: int
    decision: Decision
    onnx: bool


def load(name: str | None = None, *, labels: Sequence[str] | None = None) -> Checkpoint:
    """The checkpoint called `name`: None or a shipped name, a folder, or a hub name (`org/model@revision`).

    `labels` names the outputs in order, for a checkpoint whose config does not. Raises CheckpointError.
    """
    path = find(name)
    shown = name or "default"
    verify(path)
    config = _read_json(path / "config.json")
    order = _label_order(labels, shown) if labels else _declared_order(config, shown)
    return Checkpoint(
        name=shown,
        path=path,
        columns=(order.index("entailment"), order.index("neutral"), order.index("contradiction")),
        max_length=_max_length(path, config),
        decision=Decision.read(path),
        onnx=not any(path.glob("*.safetensors")),
    )


def shipped() -> dict[str, Path]:
    """The checkpoints that come with the package, by name: beside the code in a wheel, in models/ in a checkout."""
    package = Path(__file__).parent
    roots = (package / "shipped", package.parent / "models")
    return {folder.parent.name: folder.parent for root in reversed(roots) for folder in root.glob("*/decision.json")}


def find(name: str | None) -> Path:
    """The folder that `name` stands for; downloads only what looks like `org/model`."""
    known = shipped()
    if name is None or name in known:
        if (name or "default") not in known:
            raise CheckpointError("the shipped checkpoint is missing from this installation; reinstall claim-nli")
        if name and (Path(name) / "config.json").exists() and not Path(name).samefile(known[name]):
            raise CheckpointError(
                f"{name}: a shipped checkpoint and a folder here; write ./{name} for the folder, or rename it to have the shipped one"
            )
        return known[name or "default"]
    folder = Path(name)
    if folder.is_dir():
        return folder
    if folder.exists():
        raise CheckpointError(f"{name}: is a file; expected the folder of a checkpoint (config.json and weights)")
    if re.fullmatch(r"[\w.-]+/[\w.-]+(?:@[\w./-]+)?", name) and not name.startswith("."):
        return _download(name)
    raise CheckpointError(
        f"{name}: no such folder, and not one of the shipped checkpoints ({', '.join(sorted(known)) or 'none'})"
    )


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download

    repository, _, revision = name.partition("@")
    try:
        return Path(snapshot_download(repository, revision=revision or None, allow_patterns=_HUB_FILES))
    except Exception as error:  # the hub client raises many unrelated types, network errors among them
        raise CheckpointError(
            f"{name}: no such folder here, and the hub did not deliver it ({first_line(error)})"
        ) from error


def verify(path: Path) -> None:
    """Checks that a folder has a config, safe weights and, where a manifest.json lists them, files of the right size and hash."""
    if not (path / "config.json").exists():
        raise CheckpointError(f"{path}: no config.json; expected a transformers checkpoint folder")
    weights = list(path.glob("*.safetensors")) + list(path.glob("model.onnx"))
    if not weights:
        pickled = [p.name for p in path.iterdir() if p.suffix in {".bin", ".pt", ".pth", ".ckpt", ".pkl"}]
        found = f"only {', '.join(pickled)}, which can run code when loaded" if pickled else "no weights"
        raise CheckpointError(
            f"{path}: {found}; expected model.safetensors or model.onnx (convert with save_pretrained)"
        )
    if not (path / "manifest.json").exists():
        return
    listed = _read_json(path / "manifest.json").get("files")
    for file, facts in (listed if isinstance(listed, dict) else {}).items():
        if not isinstance(facts, dict) or not {"bytes", "sha256"} <= set(facts):
            continue  # another tool's manifest
        size = (path / file).stat().st_size if (path / file).exists() else None
        if size != facts["bytes"]:
            found = "is missing" if size is None else f"has {size} bytes, expected {facts['bytes']}"
            raise CheckpointError(f"{path / file}: {found}; the checkpoint is incomplete, install it again")
        if hashlib.sha256((path / file).read_bytes()).hexdigest() != facts["sha256"]:
            raise CheckpointError(
                f"{path / file}: the content is not what the manifest promises; install the checkpoint again"
            )


def weights_hash(folder: Path) -> str:
    """SHA-256 over the hashes of a checkpoint's weight files, in the order of their names."""
    files = sorted([*folder.glob("*.onnx"), *folder.glob("*.safetensors")])
    return hashlib.sha256(b"".join(hashlib.sha256(f.read_bytes()).digest() for f in files)).hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: expected a JSON object")
    return value


def _label_order(names: Sequence[str], shown: str) -> list[str]:
    """The names as members of LABELS, in the order given."""
    order = [
        next((label for label, known in _ALIASES.items() if name.strip().lower() in known), name) for name in names
    ]
    if len(order) < 3 and "contradiction" not in order:
        raise CheckpointError(
            f"{shown}: has no contradiction class (found {', '.join(names)}); an NLI model with three labels is needed"
        )
    if sorted(order) != sorted(LABELS):
        raise CheckpointError(
            f"{shown}: the labels are {', '.join(names)}; expected entailment, neutral and contradiction. If you know what the outputs "
            "mean, name them in order, for example --labels contradiction,entailment,neutral"
        )
    return order


def _declared_order(config: dict[str, Any], shown: str) -> list[str]:
    declared = config.get("id2label")
    if not isinstance(declared, dict) or not declared:
        raise CheckpointError(
            f"{shown}: config.json names no labels; name them in order with --labels, as the model card gives them"
        )
    if not all(str(key).isdigit() for key in declared):
        raise CheckpointError(
            f"{shown}: id2label in config.json has keys that are not numbers; name the labels in order with --labels"
        )
    return _label_order([str(declared[key]) for key in sorted(declared, key=int)], shown)


def _max_length(path: Path, config: dict[str, Any]) -> int:
    """Tokens that the model takes: the tokenizer's limit, or the positions in the config; 512 when neither says."""
    tokenizer = _read_json(path / "tokenizer_config.json") if (path / "tokenizer_config.json").exists() else {}
    positions = int(config.get("max_position_embeddings") or 512)
    if config.get("model_type") in {"mpnet", "roberta", "xlm-roberta", "camembert"}:
        positions -= 2  # these models start counting positions after the padding index
    limit = int(tokenizer.get("model_max_length") or positions)
    return max(8, min(limit, positions if positions > 0 else 512, 512))
