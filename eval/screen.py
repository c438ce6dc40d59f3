"""What the first look of a smaller model gains and costs: `python eval/screen.py`, on a machine that does nothing else. Writes
eval/results/screen.json and the block of the README. The same test documents go through `nli detect` with the screen and without, in turn.
"""

import argparse
import itertools
import json
import time
from pathlib import Path
from typing import Any

from card import fill, head, row

from nli.cases import Case, CaseCounts, data_hash, read_cases
from nli.detector import Detector

ROOT = Path(__file__).parent.parent
FOLDERS = [ROOT / "eval/cases" / name for name in ("test", "test_reports", "test_features")]
EACH = 2  # cases of each folder, from its start: minutes instead of an hour


def measure(detector: Detector, cases: list[Case], *, screen: bool) -> dict[str, Any]:
    """Seconds, pairs compared and pairs read by the large model, and what was found, all cases together."""
    counts, seconds, compared, screened = CaseCounts(), 0.0, 0, 0
    for case in cases:
        started = time.perf_counter()
        findings = detector.detect(case.documents, screen=screen)
        seconds += time.perf_counter() - started
        compared += findings.counts["pairs"]
        screened += findings.counts["screened"]
        counts.add(case, findings)
    return {"seconds": round(seconds, 1), "pairs": compared, "read": compared - screened, **counts.to_dict()}


def markdown(results: dict[str, Any]) -> str:
    without, screened = results["without"], results["screened"]
    lines = [
        head(
            f"{len(results['cases'])} test cases, {without['pairs']} pairs, {without['conflicts']} conflicts",
            "pairs the default reads",
            "speed",
            "found",
            "flags",
            "right",
        )
    ]
    for name, facts in (("every pair (`--no-screen`)", without), ("as shipped: `fast` looks first", screened)):
        share, speed = 100 * facts["read"] / facts["pairs"], without["seconds"] / facts["seconds"]
        lines.append(row(name, f"{share:.0f} %", f"{speed:.1f} x", facts["found"], facts["flagged"], facts["right"]))
    return "\n".join(lines).lstrip("\n") + "\n"


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    detector = Detector.load()
    if detector.screen is None:
        raise SystemExit("the default has no screen; run models/screen.py first")
    cases = [case for folder in FOLDERS for case in itertools.islice(read_cases(folder), EACH)]
    detector.detect(cases[0].documents[:1])  # loads what is loaded once
    results = {
        "cases": [case.id for case in cases],
        "data": {folder.name: data_hash(folder) for folder in FOLDERS},
        "weights": {
            "large": detector.scorer.weights,
            "small": detector.screen.scorer.weights,
        },
        "screened": measure(detector, cases, screen=True),
        "without": measure(detector, cases, screen=False),
    }
    (ROOT / "eval/results/screen.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    fill(ROOT / "README.md", "screen", markdown(results))
    print(markdown(results))


if __name__ == "__main__":
    main()
