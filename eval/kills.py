"""Kills `nli score` at random moments until it is done: `python eval/kills.py`. The output must be what an undisturbed run writes.

For each ending: one run from start to end, then runs that are killed (SIGKILL) after a random time and begun again, and a last
one that may finish. Exits with 1 when the bytes differ or something is left behind.
"""

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENDINGS = ("jsonl", "csv.gz", "parquet")


def write_pairs(path: Path, rows: int) -> None:
    """Pairs of the project's own news pairs, each row another pair."""
    lines = (ROOT / "eval/data/news_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    premises, hypotheses = (list(dict.fromkeys(pair[side] for pair in pairs)) for side in ("premise", "hypothesis"))
    with path.open("w", encoding="utf-8") as file:
        for n in range(rows):
            turn, place = divmod(n, len(premises))
            premise, hypothesis = premises[place], hypotheses[(place + turn) % len(hypotheses)]
            file.write(json.dumps({"n": n, "premise": premise, "hypothesis": hypothesis}) + "\n")


def run(command: list[str], seconds: float | None = None) -> bool:
    """Whether the command finished; with `seconds` it is killed after them."""
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            _, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return False
    if process.returncode:
        raise SystemExit(errors.decode())
    return True


def killed(folder: Path, ending: str, source: Path, options: list[str], kills: int, chance: random.Random) -> bool:
    """Whether a run killed so often ends with the bytes of one that was not."""
    whole, target = folder / f"whole.{ending}", folder / f"killed.{ending}"
    command = [sys.executable, "-m", "nli", "score", str(source)]
    started = time.perf_counter()
    run([*command, str(whole), *options])
    seconds, done = time.perf_counter() - started, 0
    while done < kills:
        if run([*command, str(target), *options], chance.uniform(0.2, 0.8) * seconds):
            if target.read_bytes() != whole.read_bytes():
                return False
            target.unlink()  # finished before the kill: from the start again
        else:
            done += 1
    run([*command, str(target), *options])
    same = target.read_bytes() == whole.read_bytes()
    left = sorted(p.name for p in folder.iterdir() if p.name.startswith(target.name) and p != target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()[:8]
    print(
        f"{ending}: {done} kills, {seconds:.0f} s undisturbed, {'the same bytes' if same else 'OTHER BYTES'} ({digest}), left: {left}"
    )
    return same and not left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30, help="in all, over the endings")
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--model", default="default")
    args = parser.parse_args()
    chance = random.Random(args.kills)
    options = ["--model", args.model, "--window", str(max(1, args.rows // 40))]
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "pairs.jsonl"
        write_pairs(source, args.rows)
        results = [
            killed(Path(name), ending, source, options, args.kills // len(ENDINGS), chance) for ending in ENDINGS
        ]
    raise SystemExit(not all(results))


if __name__ == "__main__":
    main()
