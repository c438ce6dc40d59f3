"""The page and its plots: whole, self-contained, escaped, the same again; and looked at by a browser where there is one."""

import html.parser
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from matplotlib.figure import Figure

import nli
from nli import plots
from nli.comparison import compare
from nli.errors import InputError
from nli.evaluation import evaluate_set
from nli.html_report import write_report
from nli.labelled import from_rows
from nli.scoring import PROBES

EVIL = "<script>alert('x')</script> & \"quoted\" a"
ROWS = [*PROBES, *((f"{EVIL} {a}", f"{a} c <b>", "contradiction") for a in "defghij")]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def result(tiny):
    return nli.evaluate(ROWS, nli.Detector.load(str(tiny)))


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "made" / "here"
    write_report(result, folder)
    return folder


class Page(html.parser.HTMLParser):
    """Tags, ids, and every address the page refers to."""

    VOID = ("meta", "link", "br", "img", "hr", "input")

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.open += [tag] if tag not in self.VOID else []
        for name, value in attributes:
            self.ids += [value] if name == "id" else []
            self.links += [value] if name in ("src", "href", "xlink:href", "data") else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_files(folder):
    kinds = ("confusion", "precision_recall", "reliability", "slices")
    assert {p.name for p in folder.iterdir()} == {"index.html"} | {f"{k}.{e}" for k in kinds for e in ("png", "svg")}
    for kind in kinds:
        assert (folder / f"{kind}.png").read_bytes().startswith(b"\x89PNG")
        assert ET.parse(folder / f"{kind}.svg").getroot().tag.endswith("svg")


def test_the_page_is_whole_and_needs_nothing_else(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == [] and page.tags.count("svg") == 4
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert not re.search(r"url\((?!#)|@import", text)
    assert all(target in page.ids for target in re.findall(r"url\(#([^)]+)\)", text))


def test_texts_are_escaped(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script" not in text and "&lt;script&gt;alert" in text and "c &lt;b&gt;" in text


def test_it_says_where_it_comes_from(folder, result):
    text = (folder / "index.html").read_text(encoding="utf-8")
    for needed in (result["data_hash"], result["model_hash"], nli.__version__, "bootstrap", "Most confident mistakes"):
        assert needed in text


@pytest.mark.parametrize(
    ("swap", "score"),
    [
        (True, "mean of both directions"),
        (False, "premise to hypothesis only; --swap joins both directions"),
    ],
)
def test_the_table_says_which_score_the_operating_points_are_of(tiny, tmp_path, swap, score):
    result = evaluate_set(from_rows(ROWS), nli.Detector.load(str(tiny)).scorer, swap=swap)
    text = write_report(result, tmp_path).read_text(encoding="utf-8")
    (table,) = (part for part in text.split("<table>") if "<th>operating point</th>" in part)
    assert table.lstrip().startswith(f"<caption>Contradiction score: {score}</caption>")
    assert f"contradiction score ({score}" in text and ("the table above goes from premise" in text) == swap


def test_the_same_result_gives_the_same_files(result, folder, tmp_path):
    write_report(result, tmp_path)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_colours_follow_the_page(folder):
    drawn = (folder / "index.html").read_text(encoding="utf-8").split("<svg", 1)[1]
    assert "var(--ink)" in drawn and "var(--first)" in drawn
    assert not any(colour in drawn for colour in plots.COLOURS.values())


def test_a_comparison(result, tiny, tmp_path):
    write_report(compare(result, nli.evaluate(ROWS, nli.Detector.load(str(tiny)))), tmp_path)
    assert {p.stem for p in tmp_path.iterdir()} == {"index", "differences", "precision_recall"}
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert Page(text).open == [] and "McNemar" in text and "None: every row gets the same label." in text


@pytest.mark.parametrize(
    "gold",
    [{"neutral": "not_entailment", "contradiction": "not_entailment"}, {"contradiction": "neutral"}, {}],
)
def test_sets_that_lack_something(tiny, tmp_path, gold):
    rows = [(p, h, gold.get(label, label)) for p, h, label in PROBES]
    result = nli.evaluate(rows if gold else rows[:1], nli.Detector.load(str(tiny)))
    page = Page(write_report(result, tmp_path).read_text(encoding="utf-8"))
    assert page.open == [] and not (tmp_path / "precision_recall.png").exists()
    with pytest.raises(InputError, match="no plot 'precision_recall' of this set; there are confusion, reliability"):
        result.plot()


def test_plots_go_where_they_are_told(result):
    left, right = Figure().subplots(1, 2)
    assert result.plot(left) is left and result.plot(right, "reliability") is right
    assert left.get_xlabel() == "recall" and right.get_xlabel() == "confidence"
    texts = [text.get_text() for text in result.plot(kind="confusion").texts]
    assert [int(t) for t in texts[::2]] == [n for row in result["confusion"] for n in row]
    with pytest.raises(InputError, match="no plot 'pie'"):
        result.plot(kind="pie")


def test_drawing_leaves_no_global_state():
    code = "import sys, nli.plots, nli.html_report; print('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_a_folder_that_cannot_be_written(result, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="the report cannot be written"):
        write_report(result, tmp_path / "file")


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium")
def test_a_browser_shows_it(folder, tmp_path):
    """Drawn without a network; as wide as the window, and the plots in their place."""
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    probe = (
        "<script>addEventListener('load', () => { const e = document.documentElement;"
        "document.body.dataset.wide = e.scrollWidth > innerWidth;"
        "document.body.dataset.drawn = [...document.querySelectorAll('figure svg')]"
        ".filter(s => s.getBoundingClientRect().width > 200 && s.getBoundingClientRect().height > 150).length; })</script>"
    )
    page = tmp_path / "probed.html"
    page.write_text((folder / "index.html").read_text(encoding="utf-8").replace("</head>", probe + "</head>"), "utf-8")
    for width in (1200, 520):
        shown = subprocess.run(
            [*command, profile, f"--window-size={width},900", "--dump-dom", page.as_uri()],
            capture_output=True, text=True, timeout=120,
        ).stdout  # fmt: skip
        assert 'data-wide="false"' in shown and 'data-drawn="4"' in shown, width
    picture = tmp_path / "page.png"
    subprocess.run([*command, profile, "--window-size=1200,900", f"--screenshot={picture}", page.as_uri()], timeout=120)
    assert picture.stat().st_size > 20_000
