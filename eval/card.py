"""The tables of the model card, from the results, and how a table gets into a page."""

import re
from pathlib import Path
from typing import Any

PAIRS = ("snli_test", "mnli_mismatched", "public_dev", "news_pairs_dev", "own_news_pairs_test")
DOSSIERS = ("dossiers_dev", "own_dossiers_test")
DOCUMENTS = (
    "sample",
    "seed",
    "articles",
    "own_articles_dev",
    "own_articles_test",
    "own_reports_dev",
    "own_reports_test",
    "own_features_dev",
    "own_features_test",
)


def tables(results: dict[str, dict[str, Any]]) -> str:
    parts = [
        head(
            "labelled pairs",
            "role",
            "n",
            "accuracy",
            "macro F1",
            "contradiction F1",
            "contradiction AP",
            "ECE",
            "Brier",
            "swap",
        ),
        *(pair_row(name, results[name]) for name in PAIRS if name in results),
        head("all pairs within a dossier", "role", "pairs", "conflicts", "contradiction AP", "recall at precision .90"),
        *(dossier_row(name, results[name]) for name in DOSSIERS if name in results),
    ]
    if r := results.get("unrelated"):
        share = f"{r['flagged']} ({100 * r['share_flagged']:.2f} %)"
        parts.append(
            f"\nOf {r['n']} pairs of claims from different dossiers, {share} are flagged at the shipped threshold."
        )
    if r := results.get("digests"):
        parts.append(
            f"\n{r['n']} digests of {r['stories']} test articles on different events, {r['pairs']} pairs: "
            f"{r['flagged']} flags across the articles" + (", all wrong." if r["flagged"] else ".")
        )
    parts.append(
        head(
            "documents",
            "role",
            "cases",
            "conflicts",
            "recall",
            "flags",
            "precision",
            "AP of the flags",
            "hard negatives flagged",
            "speakers right",
        )
    )
    parts += [document_row(name, results[name]) for name in DOCUMENTS if name in results]
    for name in ("own_articles_test", "own_reports_test", "own_features_test"):
        if r := results.get(name):
            parts += [head(f"conflicts of {name} by type", "number", "found"), *by_type(r)]
    return "\n".join(parts).lstrip("\n") + "\n"


def pair_row(name: str, r: dict[str, Any]) -> str:
    around = {key: span(value) for key, value in r["intervals"].items()}
    return row(
        f"{name} ({r['data_hash'][:8]})",
        r["role"],
        r["n"],
        f"{r['accuracy']:.3f} {around['accuracy']}",
        number(r["macro_f1"]),
        f"{number(r['per_class']['contradiction']['f1'])} {around['contradiction_f1']}",
        f"{number(r['contradiction_average_precision'])} {around['contradiction_average_precision']}",
        number(r["ece"]),
        number(r["brier"]),
        number(r.get("same_verdict_swapped")),
    )


def dossier_row(name: str, r: dict[str, Any]) -> str:
    ap = f"{number(r['contradiction_average_precision'])} {span(r['interval'])}"
    return row(
        f"{name} ({r['data_hash'][:8]})",
        r["role"],
        r["n"],
        f"{100 * r['base_rate']:.1f} %",
        ap,
        f"{r['recall_at_precision_90']:.2f}",
    )


def document_row(name: str, r: dict[str, Any]) -> str:
    around = {key: f" {span(value, 2)}" for key, value in r["intervals"].items()}  # none of a single case
    return row(
        f"{name} ({r['data_hash'][:8]})",
        r["role"],
        r["cases"],
        r["conflicts"],
        number(r["recall"], 2) + around.get("recall", ""),
        r["flagged"],
        number(r["precision"], 2) + around.get("precision", ""),
        number(r["average_precision"], 2),
        f"{r['hard_negatives_flagged']} of {r['hard_negatives']}",
        f"{r['speakers_right']} of {r['speakers']}",
    )


def by_type(r: dict[str, Any]) -> list[str]:
    """Of the conflicts of document cases, how many were found; types of fewer than five together."""
    often = sorted((name for name, n in r["types"].items() if n >= 5), key=lambda name: (-r["types"][name], name))
    rest = [name for name in r["types"] if name not in often]
    found = r["types_found"]
    rows = [row(name, r["types"][name], f"{found.get(name, 0) / r['types'][name]:.2f}") for name in often]
    if total := sum(r["types"][name] for name in rest):
        share = sum(found.get(name, 0) for name in rest) / total
        rows.append(row(f"others ({', '.join(sorted(rest))})", total, f"{share:.2f}"))
    return rows


def model_index(name: str, results: dict[str, dict[str, Any]]) -> str:
    """The results as the Hugging Face hub reads them from the head of a card, in YAML; it ends in the "# " of the closing mark."""
    entries = []
    for data, metrics in (
        *((d, {"accuracy": "accuracy", "contradiction_average_precision": "contradiction AP"}) for d in PAIRS),
        *((d, {"contradiction_average_precision": "contradiction AP"}) for d in DOSSIERS),
        *((d, {"recall": "recall of conflicts", "precision": "precision of flags"}) for d in DOCUMENTS[2:]),
    ):
        if r := results.get(data):
            known = {key: title for key, title in metrics.items() if r.get(key) is not None}
            entries += [
                f"  - task: {{type: text-classification, name: contradiction detection}}\n"
                f"    dataset: {{name: {data}, type: {data}, revision: {r['data_hash'][:12]}}}\n"
                f"    metrics:\n"
                + "\n".join(
                    f"    - {{type: {key}, name: {title}, value: {r[key]:.4f}}}" for key, title in known.items()
                )
            ]
    return f"model-index:\n- name: claim-nli-{name}\n  results:\n" + "\n".join(entries) + "\n# "


def fill(page: Path, block: str, table: str) -> None:
    """Replaces what stands between `<!-- block -->` and the next `<!-- end -->` of a page."""
    text = page.read_text(encoding="utf-8")
    filled = re.sub(rf"(?<=<!-- {block} -->\n).*?(?=<!-- end -->)", lambda _: table, text, count=1, flags=re.S)
    page.write_text(filled, encoding="utf-8")


def row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def head(*names: str) -> str:
    return f"\n{row(*names)}\n|" + "---|" * len(names)


def span(low_high: list[float], digits: int = 3) -> str:
    return f"({low_high[0]:.{digits}f} to {low_high[1]:.{digits}f})"


def number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
