"""What the README promises is run."""

import itertools
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from nli.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.S)
COMMANDS = [
    shlex.split(line, comments=True)
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in re.findall(r"\bnli ((?:detect|score|eval|calibrate|bench|export) .*)", block)
]


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_snippet_runs(code, tmp_path, monkeypatch):
    shutil.copy(ROOT / "eval/sample/article.txt", tmp_path / "article.txt")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_one_that_the_command_line_takes(words):
    name, *rest = itertools.takewhile(lambda word: word not in {">", "|"}, words)
    main.commands[name].make_context(name, rest)


def test_the_demo_shows_what_the_readme_shows():
    """But for scores, and so the order of equals and the pairs screened, which differ a little between processors."""
    shown = re.search(r"<!-- demo -->\n```\n(.*?)```", README, re.S)[1]
    result = CliRunner().invoke(main, ["detect", str(ROOT / "eval/sample/article.txt")])
    found, expected = (
        sorted(re.sub(r"\d\. score \d\.\d\d|\d+ screened", "", t).splitlines()) for t in (result.output, shown)
    )
    assert result.exit_code == 0 and found == expected


def test_there_are_snippets():
    assert len(BLOCKS) >= 3
