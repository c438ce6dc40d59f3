"""Findings -> text: a table for people, JSONL, JSON and CSV for programs, Markdown for documents."""

from __future__ import annotations

import csv
import html
import io
import json
import textwrap

from nli.records import Claim, Contradiction, Findings

FORMATS = ("table", "jsonl", "json", "csv", "markdown", "html")


def render(findings: Findings, kind: str) -> str:
    """The findings as one of `FORMATS`; every kind but the table is empty of prose when nothing was found."""
    if kind == "html":
        from nli.page import page

        return page(findings)
    return {"table": _table, "jsonl": _jsonl, "json": _json, "csv": _csv, "markdown": _markdown}[kind](findings)


def summary(findings: Findings) -> str:
    """One line of counts: what went in, what was left out, what came out."""
    counts = findings.counts
    parts = [
        f"{counts['claims']} claims in {_plural(counts['documents'], 'document')}",
        f"{counts['dropped']} passages that are not claims",
        f"{_plural(counts['pairs'], 'pair')} compared",
        f"{counts['pruned']} pruned",
        f"{counts['screened']} screened",
        f"{counts['truncated']} truncated",
        f"{_plural(len(findings), 'contradiction')} in {_plural(len(findings.disputes), 'dispute')}",
    ]
    more = {
        f"{counts['outdone']} outdone by stronger ones (--all shows them)": counts["outdone"],
        f"{counts['one_speaker']} weaker ones of one speaker (--all shows them)": counts["one_speaker"],
        f"{counts['other_event']} weaker ones of two events (--all shows them)": counts["other_event"],
        f"{counts['unasked']} of other kinds (--kinds)": counts["unasked"],
        f"{counts['compatible']} that may both be true": counts["compatible"],
    }
    left_out = [words for words, count in more.items() if count]
    return ", ".join(parts) + (f"; not shown: {', '.join(left_out)}" if left_out else "")


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _table(findings: Findings) -> str:
    if not findings:
        return "No contradictions found.\n"
    several = len({claim.document for claim in findings.claims}) > 1
    blocks = [f"{i}. {_verdict(c)}\n{_cell(c.a, several)}\n{_cell(c.b, several)}" for i, c in enumerate(findings, 1)]
    return "\n\n".join(blocks) + "\n"


def _verdict(found: Contradiction) -> str:
    kind = [] if found.kind == "contradiction" else [f"{found.kind}: {found.reason}"]
    return "  ".join([f"score {found.score:.2f}", *([] if found.type == "other" else [found.type]), *kind])


def _place(claim: Claim, several: bool) -> str:
    return f"{claim.document}:{claim.line}" if several else f"line {claim.line}"


def _cell(claim: Claim, several: bool) -> str:
    head = f"   {claim.voice}, {_place(claim, several)}"
    return f"{head}\n{textwrap.fill(claim.text, 96, initial_indent='     ', subsequent_indent='     ')}"


def _jsonl(findings: Findings) -> str:
    return "".join(json.dumps(c.to_dict(), ensure_ascii=False) + "\n" for c in findings)


def _json(findings: Findings) -> str:
    result = {"contradictions": [c.to_dict() for c in findings], "counts": findings.counts}
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def _csv(findings: Findings) -> str:
    sides = [
        f"{side}_{key}"
        for side in "ab"
        for key in ("document", "line", "start", "end", "speaker", "passed_on", "text", "source")
    ]
    out = io.StringIO()
    facts = ("score", "type", "kind", "reason", "dispute")
    writer = csv.DictWriter(out, [*facts, *sides])
    writer.writeheader()
    for found in findings:
        row = found.to_dict()
        cells = {f"{side}_{key}": row[side][key] for side in "ab" for key in row[side]}
        writer.writerow({**{name: row[name] for name in facts}, **cells})
    return out.getvalue()


def _markdown(findings: Findings) -> str:
    several = len({claim.document for claim in findings.claims}) > 1
    lines = ["| score | kind | claim | contradicting claim |", "|---|---|---|---|"]
    for found in findings:
        cells = [_markdown_cell(claim, several) for claim in (found.a, found.b)]
        kind = f"{found.kind}: {found.reason}" if found.reason else found.kind
        lines.append(f"| {found.score:.2f} | {_escaped(kind)} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def _markdown_cell(claim: Claim, several: bool) -> str:
    return _escaped(f"**{claim.voice}**, {_place(claim, several)}: {claim.text}")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "\\|").replace("\n", " ")
