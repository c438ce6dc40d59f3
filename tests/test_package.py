import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nli

ROOT = Path(__file__).parent.parent
PUBLIC = [
    "CheckpointError", "Claim", "Contradiction", "DependencyError", "Detector", "Document", "Evaluation", "Findings", "InputError",
    "LabelledPair", "NliError", "ScoredPair", "Scores", "detect", "evaluate",
]  # fmt: skip
HEAVY = ("torch", "transformers", "spacy", "numpy", "sklearn", "scipy", "datasets", "matplotlib", "jinja2")


def test_the_public_surface():
    assert nli.__all__ == PUBLIC
    assert all(getattr(nli, name).__doc__ for name in PUBLIC)
    with pytest.raises(AttributeError):
        nli.no_such_thing  # noqa: B018


@pytest.mark.parametrize("code", ["import nli", "from nli.cli import main; main(['--help'], standalone_mode=False)"])
def test_importing_and_help_load_nothing_heavy(code):
    check = f"import sys\n{code}\nprint([name for name in {HEAVY} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_stages_do_not_look_back():
    """Nothing imports the command line, and no library module reaches into models/ or eval/."""
    scripts = "|".join({path.stem for folder in ("models", "eval") for path in (ROOT / folder).glob("*.py")})
    for path in (ROOT / "nli").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert (
            path.name == "__main__.py" or path.parent.name == "cli" or not re.search(r"(from|import) nli\.cli", code)
        ), path
        assert not re.search(rf"^\s*(from|import) (models|eval|{scripts})\b", code, re.M), path
    assert not (ROOT / "models/__init__.py").exists() and not (ROOT / "eval/__init__.py").exists()


def test_the_pairs_that_speed_and_memory_are_measured_with_are_all_different(tmp_path):
    sys.path.insert(0, str(ROOT / "eval"))
    import kills
    import memory

    kills.write_pairs(tmp_path / "a.jsonl", memory.DIFFERENT)
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({(row["premise"], row["hypothesis"]) for row in rows}) == memory.DIFFERENT
