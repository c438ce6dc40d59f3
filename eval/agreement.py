"""Agreement of the two readings of eval/data: `python eval/agreement.py` rewrites the table in eval/README.md."""

import json
from pathlib import Path
from typing import Any

from card import fill
from sklearn.metrics import cohen_kappa_score

HERE = Path(__file__).parent


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| what was read twice | n | agreement |", "|---|---|---|"]
    articles = [r for r in rows if r["kind"] == "article"]
    groups, found = (sum(r[key] for r in articles) for key in ("groups_first", "groups_also_second"))
    pairs, only = (sum(r[key] for r in articles) for key in ("pairs_second", "pairs_only_second"))
    lines.append(f"| disputes in articles, found again by the second reader | {groups} | {found} |")
    lines.append(
        f"| conflicting sentence pairs that the second reader listed, in a dispute of the first | {pairs} | {pairs - only} |"
    )
    for kind, name in (("dossier", "dossier pairs: listed ones and near misses"), ("news", "news pairs")):
        read = [(r["first"], r["second"]) for r in rows if r["kind"] == kind and r["first"] != "arguable"]
        kappa = cohen_kappa_score(*zip(*read, strict=True))
        lines.append(
            f"| {name} | {len(read)} | {sum(a == b for a, b in read)} the same label, Cohen's kappa {kappa:.3f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    rows = [json.loads(line) for line in (HERE / "data/second_reading.jsonl").read_text(encoding="utf-8").splitlines()]
    fill(HERE / "README.md", "agreement", table(rows))


if __name__ == "__main__":
    main()
