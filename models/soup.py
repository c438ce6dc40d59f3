"""Averages the weights of checkpoints that were trained one from the other: `python models/soup.py OUTPUT LAST EARLIER...`.

A model trained on keeps some of what the data of the earlier part taught it, and forgets some; the mean of both weights is often better
than either (Wortsman et al. 2022, "Model soups"). Configuration, tokenizer and recipe are those of LAST.
"""

import argparse
import json
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file
from train import hashes

WEIGHTS = "model.safetensors"


def average(output: Path, last: Path, earlier: list[Path]) -> None:
    """Raises SystemExit when the checkpoints are not of one architecture."""
    found = [load_file(folder / WEIGHTS) for folder in (last, *earlier)]
    shapes = [{name: tensor.shape for name, tensor in weights.items()} for weights in found]
    if any(other != shapes[0] for other in shapes[1:]):
        raise SystemExit("the checkpoints have different layers; only parts of one training can be averaged")
    shutil.copytree(last, output, dirs_exist_ok=True)
    mean = {name: (sum(weights[name].float() for weights in found) / len(found)).contiguous() for name in found[0]}
    save_file(mean, output / WEIGHTS, {"format": "pt"})
    record = json.loads((last / "recipe.json").read_text(encoding="utf-8"))
    record["averaged"] = hashes([last, *earlier])
    (output / "recipe.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("last", type=Path)
    parser.add_argument("earlier", type=Path, nargs="+")
    args = parser.parse_args()
    average(args.output, args.last, args.earlier)


if __name__ == "__main__":
    main()
