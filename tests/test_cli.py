"""The command line as users meet it: what is printed where, and how it ends."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from conftest import ORDERS, make_checkpoint

from nli.cli import main
from nli.cli.common import Command, write

TEXT = "Nobody was injured in the fire, the mayor said.\n\nTwelve people were injured in the fire, a nurse said.\n"


@pytest.fixture
def run(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, stdin=None, model=True):
        return CliRunner().invoke(main, [*arguments, *(("--model", str(tiny)) if model else ())], input=stdin)

    return invoke


@pytest.fixture
def article(tmp_path):
    (tmp_path / "x.txt").write_text(TEXT, encoding="utf-8")
    return "x.txt"


def fails(result, *words, code=1):
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1 and "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_explain_follows_a_conflict_through_every_stage(run, article):
    shown = run("detect", article, "--threshold", "0", "--explain").stdout
    stages = ["text a", "claim a", "text b", "claim b", "candidates", "scores", "decision", "dispute"]
    places = [shown.index(f"   {stage}") for stage in stages]
    assert places == sorted(places) and "speaker: mayor" in shown and "a -> b  entailment" in shown


def test_html_marks_the_disputed_passages_and_escapes_everything(run, tmp_path):
    (tmp_path / "y.txt").write_text(
        "Nobody was <b>hurt</b> in the fire, a nurse said.\n\nTwelve people were hurt in it, the mayor said.\n"
    )
    page = run("detect", "y.txt", "--threshold", "0", "--format", "html").stdout
    assert page.startswith("<!doctype html>") and "&lt;b&gt;hurt&lt;/b&gt;" in page and "<b>" not in page
    assert page.count("<mark") == 2 and "http" not in page


def test_scopes_and_kinds(run, article):
    assert "No contradictions" in run("detect", article, "--threshold", "0", "--across", "documents").stdout
    assert (
        run("detect", article, "--threshold", "0", "--across", "speakers", "--format", "jsonl").stdout.count("\n") == 1
    )
    refused = run("detect", article, "--kinds", "quarrel")
    assert refused.exit_code == 1 and "quarrel" in refused.stderr and "tension" in refused.stderr


def test_jsonl_is_the_contract(run, article):
    result = run("detect", article, "--format", "jsonl", "--threshold", "0")
    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert list(found) == ["score", "a", "b", "type", "kind", "reason", "dispute"] and 0 <= found["score"] <= 1
    for side, speaker in (("a", "mayor"), ("b", "nurse")):
        assert found[side]["document"] == article and found[side]["speaker"] == speaker
        assert TEXT[found[side]["start"] : found[side]["end"]] == found[side]["text"]
    assert "2 claims in 1 document" in result.stderr and "1 contradiction" in result.stderr


def test_the_other_formats(run, article):
    def output(kind):
        return run("detect", article, "--format", kind, "--threshold", "0").stdout

    assert json.loads(output("json"))["counts"]["pairs"] == 1
    (row,) = csv.DictReader(io.StringIO(output("csv")))
    assert row["a_speaker"] == "mayor" and row["b_line"] == "3"
    assert "| contradiction | **mayor**, line 1: Nobody was injured" in output("markdown")
    assert "mayor, line 1\n     Nobody was injured" in output("table")


def test_tensions_are_told_from_contradictions_in_every_format(run, tmp_path):
    (tmp_path / "if.txt").write_text("If the strike ends, the museum opens. The museum is closed on Sundays.\n")

    def output(kind):
        return run("detect", "if.txt", "--format", kind, "--threshold", "0").stdout

    for kind in ("table", "markdown", "html", "csv"):
        assert "tension" in output(kind) and "one side holds under a condition" in output(kind), kind


def test_nothing_found(run, article):
    assert run("detect", article, "--threshold", "1").stdout == "No contradictions found.\n"
    assert run("detect", article, "--threshold", "1", "--format", "jsonl").stdout == ""


def test_standard_input_output_file_and_fail_on_contradiction(run, tmp_path):
    result = run(
        "detect",
        "-",
        "--format",
        "jsonl",
        "--output",
        "out.jsonl",
        "--threshold",
        "0",
        "--fail-on-contradiction",
        stdin=TEXT,
    )
    assert result.exit_code == 3 and result.stdout == ""
    assert json.loads((tmp_path / "out.jsonl").read_text())["a"]["document"] == "-"
    assert run("detect", "-", "--threshold", "1", "--fail-on-contradiction", stdin=TEXT).exit_code == 0


def test_a_link_to_itself_is_told_in_one_line(run, article, tmp_path):
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    fails(run("detect", "loop.txt"), "loop.txt: too many levels of symbolic links")
    fails(run("detect", article, "--output", "loop.txt"), "loop.txt: cannot be written", "symbolic links")
    (tmp_path / "pairs.jsonl").write_text('{"premise": "a", "hypothesis": "b"}\n')
    (tmp_path / "loop.jsonl").symlink_to("loop.jsonl")
    fails(run("score", "pairs.jsonl", "loop.jsonl"), "loop.jsonl: cannot be written", "symbolic links")
    kept = run("detect", "loop.txt", article, "--skip-invalid", "--threshold", "0")
    assert kept.exit_code == 0 and "skipped loop.txt" in kept.stderr and "1 document" in kept.stderr


def test_standard_error_may_be_closed(article, tmp_path):
    """With the shipped model: the libraries that others need open another stderr themselves."""
    command = f"{sys.executable} -m nli detect {article} --threshold 0 --format jsonl 2>&-"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 0 and json.loads(done.stdout)["kind"] == "contradiction"


def test_two_documents_name_their_files(run, article, tmp_path):
    (tmp_path / "y.txt").write_text("The museum is open on Sundays, the guide said.")
    assert "x.txt:1" in run("detect", article, "y.txt", "--threshold", "0").stdout


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", ["empty.txt", "is empty"]),
        ("bom.txt", b"\xef\xbb\xbf \n", ["is empty"]),
        ("binary.txt", b"GIF89a\0\0\0", ["binary.txt", "binary file"]),
        ("long.txt", b"First line.\n" + b"It rained on Monday. " * 250_000, ["long.txt:2", "a line of 5"]),
        ("latin.txt", "Zwei Zeilen\nGrüße aus Köln".encode("latin-1"), ["latin.txt:2", "0xfc", "--encoding"]),
    ],
)
def test_unreadable_documents(run, tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    fails(run("detect", name), *words)


def test_missing_file_directory_and_unknown_encoding(run, article, tmp_path):
    fails(run("detect", "no.txt"), "no.txt", "no such file")
    (tmp_path / "folder").mkdir()
    fails(run("detect", "folder"), "folder", "is a directory")
    fails(run("detect", article, "--encoding", "utf-9"), "unknown encoding")
    fails(run("detect", article, "--output", "no/where.txt", "--threshold", "0"), "cannot be written")


def test_skip_invalid_leaves_out_and_says_so(run, article):
    result = run("detect", article, "no.txt", "--skip-invalid", "--threshold", "0")
    assert result.exit_code == 0 and "skipped no.txt" in result.stderr
    assert run("detect", "no.txt", "--skip-invalid").exit_code == 1


def test_usage_errors_exit_with_2(run, article):
    for arguments in (
        ["detect"],
        ["detect", article, "--threshold", "7"],
        ["score", "a.csv"],
        ["unknown"],
        ["eval", "a.csv", "--where", "x"],
    ):
        assert run(*arguments, model=False).exit_code == 2


def test_bad_models(run, article, tmp_path):
    fails(run("detect", article, "--model", "nowhere", model=False), "nowhere", "no such folder")
    (tmp_path / "model").mkdir()
    fails(run("detect", article, "--model", "model", model=False), "no config.json")


def test_score(run, tmp_path):
    (tmp_path / "in.csv").write_text(
        "premise,hypothesis,n\nNobody was injured in the fire.,Twelve people were injured in the fire.,5\n"
    )
    result = run("score", "in.csv", "out.jsonl")
    assert result.exit_code == 0 and result.stdout == "" and "1 pairs scored, 0 skipped" in result.stderr
    assert json.loads((tmp_path / "out.jsonl").read_text())["label"] == "contradiction"
    piped = run(
        "score",
        "-",
        "-",
        stdin='{"premise": "The museum is open on Sundays.", "hypothesis": "The museum is closed on Sundays."}\n',
    )
    assert json.loads(piped.stdout)["label"] == "contradiction"


def test_standard_input_into_a_file(run, tmp_path):
    """The file is the pairs that could be scored, and beside it lie those that could not."""
    rows = '{"premise": "The museum is open.", "hypothesis": "The museum is closed."}\n{"premise": 3}\n'
    result = run("score", "-", "out.jsonl", "--skip-invalid", stdin=rows)
    assert result.exit_code == 0, result.stderr
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 1
    assert len((tmp_path / "out.jsonl.rejected.jsonl").read_text().splitlines()) == 1


def test_explanations_have_one_form(run, article):
    result = run("detect", article, "--explain", "--format", "json")
    assert result.exit_code == 2 and result.stdout == "" and "leave out --format" in result.stderr


def test_operating_points_outdone_pairs_and_pruned_ones(run, tmp_path):
    own = make_checkpoint(tmp_path / "own")
    points = {"precise": 1.0, "sensitive": 0.0}
    (own / "decision.json").write_text(json.dumps({"threshold": 1.0, "rival_share": 1.0, "operating_points": points}))
    (tmp_path / "three.txt").write_text(TEXT + "\nThe museum is open on Sundays, Ann Lee said.\n")

    def detect(*options):
        result = run("detect", "three.txt", "--format", "jsonl", "--model", str(own), *options, model=False)
        assert result.exit_code == 0, result.stderr
        return len(result.stdout.splitlines()), result.stderr

    assert detect("--operating-point", "precise")[0] == 0
    few, told = detect("--operating-point", "sensitive")
    every, rest = detect("--operating-point", "sensitive", "--all")
    assert 0 < few < every and f"{every - few} outdone by stronger ones (--all shows them)" in told
    assert "outdone" not in rest and "3 pairs compared, 0 pruned" in rest
    _, pruned = detect("--max-pairs", "1", "--neighbours", "1")
    compared, left = map(int, re.search(r"(\d+) pairs? compared, (\d+) pruned", pruned).groups())
    assert compared + left == 3 and left > 0
    both = run("detect", "three.txt", "--operating-point", "precise", "--threshold", "0.5")
    assert both.exit_code == 2 and "give one of them" in both.stderr


def test_score_with_bad_input(run, tmp_path):
    fails(run("score", "no.csv", "out.csv"), "no.csv: no such file")
    fails(run("score", "in.xlsx", "out.csv"), "unknown file ending '.xlsx'", ".parquet")
    (tmp_path / "in.csv").write_text("premise,hypothesis\na b,c\na b,\n")
    fails(run("score", "in.csv", "out.csv"), "in.csv:3", "empty")
    (tmp_path / "broken.csv").write_text('"premise" ,hypothesis\na,b\n')
    fails(run("score", "broken.csv", "out.csv"), "broken.csv:1: broken CSV header")
    assert not (tmp_path / "out.csv").exists()
    skipping = run("score", "in.csv", "out.csv", "--skip-invalid")
    assert (
        skipping.exit_code == 0
        and "skipped in.csv:3" in skipping.stderr
        and "1 pairs scored, 1 skipped" in skipping.stderr
    )


def test_eval(run, tmp_path):
    (tmp_path / "in.tsv").write_text(
        "premise\thypothesis\tlabel\nNobody was injured in the fire.\tTwelve people were injured in the fire.\tcontradiction\n"
    )
    result = run("eval", "in.tsv", "--json", "out.json")
    numbers = json.loads((tmp_path / "out.json").read_text())
    assert result.exit_code == 0 and re.search(r"\| accuracy +\| 1\.000 +\|", result.stdout)
    needed = {
        "n",
        "accuracy",
        "macro_f1",
        "per_class",
        "contradiction_average_precision",
        "ece",
        "brier",
        "confusion",
        "intervals",
        "model",
        "data_hash",
    }
    assert needed <= set(numbers)
    fails(run("eval", "no.tsv"), "no.tsv")


def test_a_killed_run_leaves_nothing_that_looks_complete(tiny, tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "".join(json.dumps({"premise": f"{n} " * 30, "hypothesis": f"b {n}"}) + "\n" for n in range(60_000))
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "nli", "score", str(source), str(target), "--model", str(tiny)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # background jobs start deaf to it
    )
    while not (tmp_path / "out.jsonl.partial").exists() and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130 and "interrupted" in stderr and "Traceback" not in stderr
    assert not target.exists()


def test_a_full_disk_is_one_line():
    """Also at the exit, where Python tries to write the rest once more."""
    code = "from nli.cli.common import Command, write; Command('x', callback=lambda: write('text', None))()"
    with open("/dev/full", "wb") as full:
        result = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (1, "nli: no space left on device\n")


def test_an_error_of_the_system_names_the_file(tmp_path):
    command = Command("x", callback=lambda: (tmp_path / "no" / "where").read_text())
    fails(CliRunner().invoke(command, []), f"nli: {tmp_path}/no/where: no such file or directory")


def test_output_is_utf8_in_every_locale_and_for_every_file_name(tmp_path):
    text = "naïve “x” \udc80\n"
    write(text, str(tmp_path / "out.txt"))
    command = Command("x", callback=lambda: write(text, None))
    assert CliRunner(charset="latin-1").invoke(command, []).stdout_bytes == "naïve “x” \\udc80\n".encode()
    assert (tmp_path / "out.txt").read_bytes() == "naïve “x” \\udc80\n".encode()


def test_scored_pairs_are_utf8_in_every_locale(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"premise": "“a”", "hypothesis": "naïve"}\n', encoding="utf-8")
    result = CliRunner(charset="latin-1").invoke(main, ["score", "in.jsonl", "-", "--model", str(tiny)])
    assert json.loads(result.stdout_bytes.decode("utf-8"))["premise"] == "“a”"


def test_export_checks_what_it_wrote_and_not_the_shipped_model_of_that_name(tiny, tmp_path, monkeypatch):
    def swapped(checkpoint, folder):
        make_checkpoint(folder, ORDERS["reversed"], declared=ORDERS["usual"])

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nli.dequantise.dequantise", swapped)
    fails(CliRunner().invoke(main, ["export", "fast", "--model", str(tiny)]), f"{tmp_path}/fast", "order")


def test_ctrl_c_says_so_in_one_line():
    def stopped():
        raise KeyboardInterrupt

    result = CliRunner().invoke(Command("stopped", callback=stopped))
    assert result.exit_code == 130 and result.stderr == "nli: interrupted; the output is not complete\n"


def test_what_cannot_be_written_is_noticed_before_the_work(run, article, tmp_path):
    """Before the model is loaded, too: there is none of this name."""
    (tmp_path / "in.csv").write_text("premise,hypothesis\na,b\n")
    (tmp_path / "folder.csv").mkdir()
    for command in (
        ["detect", article, "--output", "no/x"],
        ["detect", article, "--output", "folder.csv"],
        ["detect", article, "--output", "x.txt/y"],
        ["score", "in.csv", "folder.csv"],
        ["score", "in.csv", "no/out.csv"],
        ["eval", "in.csv", "--json", "no/out.json"],
        ["eval", "in.csv", "--report", "in.csv"],
        ["bench", "in.csv", "--json", "no/out.json"],
        ["calibrate", "in.csv", "--output", "no/decision.json"],
    ):
        fails(run(*command, "--model", "nowhere", model=False), "cannot be written")


def test_an_article_is_not_overwritten_by_what_was_found_in_it(run, article, tmp_path):
    fails(run("detect", article, "--output", f"./{article}"), "is the input file too")
    assert (tmp_path / article).read_text() == TEXT


def test_a_file_given_twice_is_read_once(run, article):
    result = run("detect", article, f"./{article}", "--threshold", "0")
    assert "./x.txt: the same file as x.txt" in result.stderr and "in 1 document" in result.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.4\n1 0 obj\n", ["is a PDF", "pdftotext"]),
        (b"%PDF-1.4\n\xe2\xe3\xcf\0", ["is a PDF", "pdftotext"]),
        (b"\xef\xbb\xbf\n <!DOCTYPE HTML><p>It rained.</p>", ["web page"]),
        ("<HTML lang='en'>".encode("utf-16"), ["web page"]),
        (TEXT.encode("utf-16-le"), ["UTF-16", "--encoding utf-16-le"]),
        (TEXT.replace("fire", "“fire”").encode("utf-16-be"), ["UTF-16", "--encoding utf-16-be"]),
    ],
)
def test_what_is_not_plain_text_is_told_what_to_do(run, tmp_path, content, words):
    (tmp_path / "x").write_bytes(content)
    refused = run("detect", "x", model=False)
    fails(refused, "x: ", *words)
    assert "cp1252" not in refused.stderr
    fails(run("detect", "-", stdin=content, model=False), "standard input: ", *words)


def test_encodings(run, tmp_path, article):
    (tmp_path / "wide.txt").write_text(TEXT, encoding="utf-32")
    assert "2 claims" in run("detect", "wide.txt", "--threshold", "0").stderr
    fails(run("detect", article, "--encoding", "undefined", model=False), "--encoding")
    fails(run("detect", "", model=False), "empty file name")


def test_markup_in_an_article_is_text_in_markdown(run, tmp_path):
    (tmp_path / "m.txt").write_text(TEXT.replace("the fire", "<script>AT&T</script>"))
    shown = run("detect", "m.txt", "--threshold", "0", "--format", "markdown").stdout
    assert "&lt;script&gt;AT&amp;T" in shown and "<script" not in shown


def test_one_column_is_no_pair(run):
    refused = run("score", "in.csv", "out.csv", "--premise", "x", "--hypothesis", "x")
    assert refused.exit_code == 2 and "column x" in refused.stderr


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("premise,claim", ["no column 'hypothesis'", "found premise, claim", "--premise and --hypothesis"]),
        ("premise, hypothesis", ["found premise, ' hypothesis'"]),
        ("premise;hypothesis", ["parted by ';'"]),
    ],
)
def test_a_header_that_does_not_fit(run, tmp_path, header, words):
    (tmp_path / "in.csv").write_text(f"{header}\n" + ("a,b" if "," in header else "a;b") + "\n")
    fails(run("score", "in.csv", "out.csv"), *words)


def test_where_no_row_can_be_scored_they_are_listed_with_the_first_reason(run, tmp_path):
    rows = '{"premise": "a", "hypothesis": 3}\n{"premise": "a"}\n'
    (tmp_path / "in.jsonl").write_text(rows)
    fails(run("score", "in.jsonl", "out.csv", "--skip-invalid"), "2 invalid rows", "the first: line 1", "holds int 3")
    assert len((tmp_path / "out.csv.rejected.jsonl").read_text().splitlines()) == 2
    assert "the first: line 1" in run("score", "-", "o.csv", "--skip-invalid", stdin=rows).stderr
    assert len((tmp_path / "o.csv.rejected.jsonl").read_text().splitlines()) == 2
    assert not (tmp_path / "out.csv").exists() and not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    ("streams", "told"), [("<&-", "standard input is closed"), (">&-", "standard output is closed")]
)
def test_closed_streams(streams, told):
    command = f"{sys.executable} -m nli detect - {streams}"
    result = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert result.returncode == 1 and told in result.stderr and "Traceback" not in result.stderr


def test_ctrl_c_during_the_imports_is_one_line(tmp_path):
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    result = subprocess.run(
        [sys.executable, "-m", "nli", "--help"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stderr) == (130, "nli: interrupted\n")
