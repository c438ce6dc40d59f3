"""Evaluations and comparisons -> a folder to look at: index.html, which needs nothing else, and every plot as PNG and SVG."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nli import plots, tables
from nli.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nli.comparison import Comparison
    from nli.evaluation import Evaluation

MOST_ROWS = 25  # mistakes or differing rows shown


def write_report(result: Evaluation | Comparison, folder: Path) -> Path:
    """Writes the page and its plots to `folder`, made when it is not there; returns the page. Raises InputError when it cannot.

    The page has no date and loads nothing: the same result gives the same files.
    """
    from nli.comparison import Comparison

    if isinstance(result, Comparison):
        drawn = {kind: result.plot(kind=kind) for kind in plots.available_comparison(result)}
        page = comparison_page(result, drawn)
    else:
        drawn = {kind: result.plot(kind=kind) for kind in plots.available(result)}
        page = evaluation_page(result, drawn)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, ax in drawn.items():
            (folder / f"{name}.svg").write_text(plots.svg(ax), encoding="utf-8")
            (folder / f"{name}.png").write_bytes(plots.png(ax))
        (folder / "index.html").write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: the report cannot be written ({error.strerror or error})") from error
    return folder / "index.html"


def evaluation_page(evaluation: Evaluation, drawn: dict[str, Axes]) -> str:
    """The HTML of one model's results."""
    numbers = evaluation.to_dict()
    return _render(
        "evaluation.html",
        title=f"{_short(numbers['model'])} on {_short(numbers['data'])}",
        n=numbers,
        measures={name: label for name, label in tables.MEASURES.items() if numbers.get(name) is not None},
        baselines=tables.BASELINES,
        plots=_inlined(drawn),
        mistakes=evaluation.mistakes(MOST_ROWS),
        wrong=len(evaluation.mistakes()),
    )


def comparison_page(comparison: Comparison, drawn: dict[str, Axes]) -> str:
    """The HTML of two models side by side."""
    numbers = comparison.to_dict()
    return _render(
        "comparison.html",
        title=f"{_short(numbers['a'])} and {_short(numbers['b'])} on {_short(numbers['data'])}",
        n=numbers,
        names=(_short(numbers["a"]), _short(numbers["b"])),
        a=comparison.a.to_dict(),
        b=comparison.b.to_dict(),
        measures=tables.MEASURES,
        plots=_inlined(drawn),
        rows=comparison.differing(MOST_ROWS),
    )


def _short(name: str) -> str:
    """The last part of a path on this machine; other names as they are."""
    return Path(name).name if Path(name).exists() else name


def _render(template: str, **values: Any) -> str:
    environment = Environment(
        loader=PackageLoader("nli"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    names = ("number", "span", "percent", "signed", "directions")
    environment.filters |= {name: getattr(tables, name) for name in names}
    return environment.get_template(template).render(**values)


def _inlined(drawn: dict[str, Axes]) -> dict[str, Markup]:
    """The drawings as SVG elements that take the page's colours and fonts."""
    return {name: Markup(_inline(plots.svg(ax), name)) for name, ax in drawn.items()}


def _inline(drawing: str, name: str) -> str:
    element = drawing[drawing.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, count=1, flags=re.S)
    element = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", element)  # ids must differ within a page
    element = re.sub(r'font: (?:bold )?([\d.]+)px [^;"]*', _font, element)
    for variable, colour in plots.COLOURS.items():
        element = re.sub(colour, f"var(--{variable})", element, flags=re.I)
    return element


def _font(match: re.Match[str]) -> str:
    return f"font: {'600 ' if 'bold' in match[0] else ''}{match[1]}px var(--sans)"
