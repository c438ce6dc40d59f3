"""Numbers of evaluations, comparisons and document cases -> Markdown tables for terminals and documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

MEASURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "contradiction_f1": "contradiction F1",
    "contradiction_precision": "contradiction precision",
    "contradiction_recall": "contradiction recall",
    "contradiction_average_precision": "contradiction average precision",
    "contradiction_roc_auc": "contradiction ROC AUC",
    "contradiction_recall_at_precision_90": "contradiction recall at precision .90",
    "contradiction_precision_at_10": "precision among the first 10",
    "contradiction_precision_at_50": "precision among the first 50",
    "contradiction_precision_at_100": "precision among the first 100",
    "ece": "calibration error (ECE, 15 bins)",
    "brier": "Brier score",
    "log_loss": "log loss",
}
SMALLER_IS_BETTER = ("ece", "brier", "log_loss")
BASELINES = {
    "majority": "majority class",
    "word_overlap": "word overlap",
    "hypothesis_only": "hypothesis only",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its columns padded to be read as plain text too."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in [head, *rows]]
    widths = [max(3, *(len(row[k]) for row in cells)) for k in range(len(head))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines) + "\n"


def number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def span(bounds: Sequence[float] | None, digits: int = 3) -> str:
    return f"{bounds[0]:.{digits}f} to {bounds[1]:.{digits}f}" if bounds else ""


def signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}"  # + 0.0: no negative zero


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def directions(detection: dict[str, Any]) -> str:
    """Of which directions the contradiction score is, and whether the operating points were chosen for another one."""
    score = str(detection["score"])
    if score == "premise to hypothesis":
        score = f"{score} only; --swap joins both directions"
    of_documents = detection["thresholds_of"] == "documents"
    return f"{score}; the operating points are of documents, where detect adds evidence" if of_documents else score


def evaluation_markdown(n: dict[str, Any]) -> str:
    """The tables of one evaluation."""
    shown = [name for name in MEASURES if n.get(name) is not None]
    rows = [[MEASURES[name], number(n[name]), span(n["intervals"].get(name))] for name in shown]
    if n["swap"]:
        rows.append(["same verdict with the texts swapped", number(n["swap"]["same_verdict"]), ""])
    parts = [
        table(["measure", "value", "95 % interval"], rows),
        table(
            ["class", "precision", "recall", "F1", "rows"],
            [
                [name, number(c["precision"]), number(c["recall"]), number(c["f1"]), str(c["support"])]
                for name, c in n["per_class"].items()
            ],
        ),
    ]
    if n["baselines"]:
        parts.append(_baselines(n))
    if n["detection"]:
        parts.append(_operating_points(n["detection"]))
    parts += [_slice(name, values) for name, values in n["slices"].items()]
    return "\n".join(parts)


def _baselines(n: dict[str, Any]) -> str:
    names = ("accuracy", "macro_f1", "contradiction_average_precision")
    rows = [["this model", *(number(n[name]) for name in names)]]
    rows += [[BASELINES[k], *(number(b[name] if b else None) for name in names)] for k, b in n["baselines"].items()]
    return table(["baseline", "accuracy", "macro F1", "contradiction AP"], rows)


def _operating_points(detection: dict[str, Any]) -> str:
    rows = []
    for name, p in detection["operating_points"].items():
        rare = f"{number(p['precision_at_base_rate'], 2)} ({span(p['precision_at_base_rate_bounds'], 2)})"
        rows.append(
            [name, f"{p['threshold']:.2f}", str(p["flagged"]), number(p["precision"]), number(p["recall"]), rare]
        )
    rate = next(iter(detection["operating_points"].values()))["base_rate"]
    return table(
        [
            "operating point",
            f"from score ({directions(detection)})",
            "flagged",
            "precision",
            "recall",
            f"precision if {100 * rate:g} % contradict",
        ],
        rows,
    )


def _slice(name: str, values: list[dict[str, Any]]) -> str:
    rows = [
        [
            v["value"],
            str(v["n"]),
            f"{number(v['accuracy'])} ({span(v['intervals'].get('accuracy'), 2)})",
            number(v.get("contradiction_recall")),
            number(v.get("contradiction_average_precision")),
        ]
        for v in values
    ]
    return table([f"by {name}", "rows", "accuracy (95 % interval)", "contradiction recall", "contradiction AP"], rows)


def comparison_markdown(n: dict[str, Any]) -> str:
    """Two models side by side."""
    rows = [
        [MEASURES[name], number(d["a"]), number(d["b"]), signed(d["difference"]), span(d["interval"])]
        for name, d in n["differences"].items()
    ]
    counts = n["mcnemar"]
    words = (
        f"{n['differ']} of {n['n']} rows get different labels; {counts['only_a_right']} only A has right, "
        f"{counts['only_b_right']} only B; McNemar's exact test: p = {counts['p_value']:.2g}.\n"
    )
    head = f"A: {n['a']}\nB: {n['b']}\n\n"
    return head + table(["measure", "A", "B", "B - A", "95 % interval"], rows) + "\n" + words


def cases_markdown(n: dict[str, Any]) -> str:
    """Document cases: a row a case and the total with its intervals."""
    rows = [[name, *_case(c)] for name, c in n["per_case"].items()]
    rows.append(["all", *_case(n)])
    if n["intervals"]:
        recall, precision, ap = (span(n["intervals"].get(k), 2) for k in ("recall", "precision", "average_precision"))
        rows.append(["95 % interval", "", "", recall, "", "", precision, ap, "", "", ""])
    head = ["case", "conflicts", "found", "recall", "flags", "right", "precision", "AP", "hard negatives", "arguable"]
    return table([*head, "speakers"], rows)


def _case(c: dict[str, Any]) -> list[str]:
    counts = [str(c["conflicts"]), str(c["found"]), number(c["recall"], 2), str(c["flagged"]), str(c["right"])]
    counts += [number(c["precision"], 2), number(c["average_precision"], 2)]
    hard = f"{c['hard_negatives_flagged']} of {c['hard_negatives']}"
    return [*counts, hard, str(c["arguable"]), f"{c['speakers_right']} of {c['speakers']}"]
