"""One found contradiction, followed through every stage: text, claims, candidates, screen, scores, evidence, decision, dispute."""

from __future__ import annotations

import textwrap

from nli.blockers import terms
from nli.decision import Decision
from nli.events import Events
from nli.evidence import logit, parts
from nli.records import Claim, Contradiction, Findings, Scores


def explain(findings: Findings, decision: Decision, threshold: float) -> str:
    """Each contradiction of the findings, a block of lines a stage."""
    if not findings:
        return "No contradictions found.\n"
    events = Events(findings.documents, findings.claims)
    return "\n".join(
        _one(number, found, findings, events, decision, threshold) for number, found in enumerate(findings, 1)
    )


def _one(
    number: int, found: Contradiction, findings: Findings, events: Events, decision: Decision, threshold: float
) -> str:
    lines = [f"{number}. {found.kind}, score {found.score:.2f}"]
    for name, claim in (("a", found.a), ("b", found.b)):
        lines += _claim(name, claim)
    lines += _stage("candidates", [_candidates(found, findings)])
    lines += _stage("screen", [_first_look(found, findings, decision)])
    lines += _stage("scores", [_scores(found, "a -> b", found.forward), _scores(found, "b -> a", found.backward)])
    if decision.evidence and found.forward and found.backward:
        lines += _stage("evidence", [_evidence(found, decision, found.forward, found.backward)])
    lines += _stage("decision", _decision(found, decision, threshold) + _event(found, events, decision))
    lines += _stage("dispute", _dispute(found, findings))
    return "\n".join(lines) + "\n"


def _claim(name: str, claim: Claim) -> list[str]:
    place = f"{claim.document}, line {claim.line}, characters {claim.start} to {claim.end}"
    lines = _stage(f"text {name}", [place, " ".join(claim.source.split())])
    day = [f"written on {claim.written.isoformat()}"] if claim.written else []
    leans = [f"leans on: {claim.context}"] if claim.context else []
    return lines + _stage(f"claim {name}", [f"speaker: {claim.voice}", *day, *leans, claim.statement])


def _candidates(found: Contradiction, findings: Findings) -> str:
    counts = findings.counts
    shared = sorted(set(terms(found.a)) & set(terms(found.b)))
    how = f"{counts['pruned']} others left out" if counts["pruned"] else "every pair is compared"
    return f"one of {counts['pairs']} pairs of {counts['claims']} claims ({how}); shared terms: {', '.join(shared) or 'none'}"


def _first_look(found: Contradiction, findings: Findings, decision: Decision) -> str:
    if found.first_look is None:
        return "none: every candidate is scored"
    kept = findings.counts["pairs"] - findings.counts["screened"]
    return f"{decision.screen} gives it {found.first_look:.3f}, and {decision.screen_below:g} is enough; {kept} pairs are scored"


def _scores(found: Contradiction, direction: str, scores: Scores | None) -> str:
    shown = "  ".join(f"{name} {value:.3f}" for name, value in scores._asdict().items()) if scores else "not scored"
    return f"{direction}  {shown}"


def _evidence(found: Contradiction, decision: Decision, forward: Scores, backward: Scores) -> str:
    combined = decision.combine(forward.contradiction, backward.contradiction)
    added = parts(found.a, found.b, decision.evidence).items()
    weights = ", ".join(f"{name.replace('_', ' ')} {value:+.2f}" for name, value in added if value)
    return f"{decision.rule} of both directions {combined:.3f}, a logit of {logit(combined):+.2f}; {weights}"


def _decision(found: Contradiction, decision: Decision, threshold: float) -> list[str]:
    given = "the evidence" if decision.evidence else f"{decision.rule} of both directions"
    joined = f"{given}: score {found.score:.3f}, threshold {threshold:g}"
    rule = found.reason or "no rule finds a reason why both may be true"
    return [joined, f"{found.kind}: {rule}; they differ in: {found.type}"]


def _event(found: Contradiction, events: Events, decision: Decision) -> list[str]:
    if found.a.document == found.b.document or not decision.other_event:
        return []
    documents = found.a.document, found.b.document
    names, nearness = events.alike(*documents)
    said = "one event" if events.one(*documents) else f"two events, where a conflict takes {decision.other_event:g}"
    return [f"documents: shared names {names:.2f}, nearness {nearness:.2f}, so on {said}"]


def _dispute(found: Contradiction, findings: Findings) -> list[str]:
    dispute = next(d for d in findings.disputes if d.number == found.dispute)
    several = len({claim.document for claim in findings.claims}) > 1
    sides = [", ".join(f"{c.voice} ({_line(c, several)})" for c in side) for side in (dispute.a, dispute.b)]
    return [f"number {dispute.number}, its sides: {sides[0]} / {sides[1]}"]


def _line(claim: Claim, several: bool) -> str:
    return f"{claim.document}, line {claim.line}" if several else f"line {claim.line}"


def _stage(name: str, texts: list[str]) -> list[str]:
    wrapped = [line for text in texts for line in textwrap.wrap(text, 100, subsequent_indent="  ") or [""]]
    return [f"   {name if i == 0 else '':<12}{line}" for i, line in enumerate(wrapped)]
