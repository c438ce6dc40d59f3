"""A real Ray cluster on this machine: a worker and a driver are killed in the middle of a run."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import ray
from conftest import make_checkpoint

import nli
from nli.cluster import score_on_ray
from nli.errors import InputError

ROOT = Path(__file__).parent.parent
PROBABILITIES = ("entailment", "neutral", "contradiction")


@pytest.fixture(scope="module")
def address():
    """The address of a cluster of three CPUs that this process is connected to."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.setenv("RAY_AUTH_MODE", "disabled")  # its token would go to the home folder
        context = ray.init(num_cpus=3, include_dashboard=False, log_to_driver=False, logging_level="error")
        yield context.address_info["gcs_address"]
        ray.shutdown()


def row(n):
    return {
        "id": n,
        "premise": f"the man {n} is playing a guitar on {n % 7}",
        "hypothesis": f"{n * 7 % 13} women in {n}",
    }


def parts(out):
    return sorted(out.glob("part-*.parquet"))


def workers():
    """Processes of this cluster that hold a model: children of its raylet, which is ours."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cmdline").read_bytes().startswith(b"ray::MapWorker") and parent(
                parent(process.name)
            ) == os.getpid():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def wait_for(condition, seconds=400):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "took too long"
        time.sleep(0.005)
    return result


def check(out, rows, tiny):
    """Each row once, in order, scored as the local engine scores it."""
    found = pq.read_table(out).to_pylist()
    assert [r["id"] for r in found] == [r["id"] for r in rows]
    scores = nli.Detector.load(str(tiny)).score([(r["premise"], r["hypothesis"]) for r in rows])
    for name in PROBABILITIES:
        assert [r[name] for r in found] == pytest.approx([getattr(s, name) for s in scores], abs=1.1e-6)
    assert [r["label"] for r in found] == [s.label for s in scores]


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the worker to kill in /proc")
def test_a_killed_worker_loses_and_doubles_no_row(address, tiny, tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    rows = [row(n) for n in range(4000)]
    pq.write_table(pa.Table.from_pylist(rows[:2000]), source / "a.parquet", row_group_size=333)
    bad = {"id": 0, "premise": None, "hypothesis": "b"}
    (source / "b.jsonl").write_text("".join(json.dumps(r) + "\n" for r in [*rows[2000:3000], bad, *rows[3000:]]))
    options = {"model": str(tiny), "rows_per_shard": 100, "workers": (3, 3)}
    with pytest.raises(InputError, match=r"b\.jsonl:1001: column 'premise' holds null"):
        score_on_ray(str(source), str(out), **options)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(score_on_ray, str(source), str(out), skip_invalid=True, **options)
        wait_for(lambda: parts(out) or run.done())
        victim = workers()[0]
        os.kill(victim, signal.SIGKILL)
        assert len(parts(out)) < 41 and not run.done()
        counts = run.result(timeout=400)
    assert (counts.scored, counts.skipped, len(parts(out))) == (4000, 1, 41) and victim not in workers()
    check(out, rows, tiny)
    (rejected,) = (out / "_rejected").iterdir()
    reason = "column 'premise' holds null, expected text"
    assert json.loads(rejected.read_text()) == {"file": "b.jsonl", "line": 1001, "reason": reason, "row": bad}
    assert json.loads((out / "_SUCCESS").read_text()) == {"scored": 4000, "skipped": 1, "truncated": 0}
    with pytest.raises(InputError, match="an earlier run left out rows"):
        score_on_ray(str(source), str(out), **options)


def test_a_killed_run_goes_on_where_it_stopped(address, tiny, tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    rows = [row(n) for n in range(3000)]
    for n in range(3):
        (source / f"{n}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows[n * 1000 : n * 1000 + 1000]))
    command = [sys.executable, "-m", "nli", "score", str(source), str(out), "--engine", "ray", "--model", str(tiny)]
    command += ["--precision", "float32", "--window", "100"]
    environment = os.environ | {"RAY_ADDRESS": address}
    with subprocess.Popen([*command, "--workers", "1"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as driver:
        wait_for(lambda: parts(out) or driver.poll() is not None)
        driver.kill()
    wait_for(lambda: not workers())
    before = {part: part.stat().st_mtime_ns for part in parts(out)}
    assert 0 < len(before) < 30 and not (out / "_SUCCESS").exists()
    again = subprocess.run([*command, "--workers", "1-2"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert again.returncode == 0 and "nli: 3000 pairs scored, 0 skipped, 0 truncated" in again.stderr, again.stderr
    assert {part: part.stat().st_mtime_ns for part in before} == before and len(parts(out)) == 30
    check(out, rows, tiny)
    assert not list(out.glob("_tmp*"))

    options = {"model": str(tiny), "rows_per_shard": 100}
    assert score_on_ray(str(source), str(out), **options).scored == 3000  # nothing to do, no worker starts
    other = make_checkpoint(tmp_path / "other", ("contradiction", "neutral", "entailment"))
    with pytest.raises(
        InputError, match=r"holds another run, with different weights sha256 \(.*\), label columns \(\[0, 1, 2\] there"
    ):
        score_on_ray(str(source), str(out), **options | {"model": str(other)})
    with pytest.raises(InputError, match=r"different weights sha256.*, sure"):
        score_on_ray(str(source), str(out), rows_per_shard=100, cascade=[str(tiny), str(other)], sure=0.9)
    with (source / "1.jsonl").open("a") as file:
        file.write(json.dumps(row(9)) + "\n")
    with pytest.raises(InputError, match=r"holds another run, with different input \(1\.jsonl was changed\)"):
        score_on_ray(str(source), str(out), **options)


def run(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_without_ray_one_line_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['ray'] = None; from nli.cli import main; main(['score', 'a', 'b', '--engine', 'ray'])"
    )
    result = run(code)
    assert result.returncode == 1 and result.stderr == "nli: the ray engine needs Ray: pip install 'claim-nli[ray]'\n"


def test_a_cluster_that_is_not_there_is_one_line(tmp_path, tiny):
    (tmp_path / "in.jsonl").write_text(json.dumps(row(1)) + "\n")
    command = [sys.executable, "-m", "nli", "score", f"{tmp_path}/in.jsonl", f"{tmp_path}/out", "--engine", "ray"]
    environment = os.environ | {"RAY_ADDRESS": "nowhere"}
    result = subprocess.run([*command, "--model", str(tiny)], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 1 and "Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1].startswith("nli: Ray cannot be started or reached (")
    assert "RAY_ADDRESS (nowhere)" in result.stderr


def test_the_local_engine_does_not_import_ray(tmp_path, tiny):
    (tmp_path / "in.jsonl").write_text(json.dumps(row(1)) + "\n")
    arguments = ["score", f"{tmp_path}/in.jsonl", f"{tmp_path}/out.jsonl", "--model", str(tiny)]
    code = (
        f"import sys; from nli.cli import main; main({arguments}, standalone_mode=False); print('ray' in sys.modules)"
    )
    assert run(code).stdout == "False\n"


@pytest.mark.parametrize("value", ["0", "4-2", "many"])
def test_numbers_of_workers_that_are_none(value):
    command = [sys.executable, "-m", "nli", "score", "a", "b", "--workers", value]
    result = subprocess.run([*command, "--engine", "ray"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 2 and "expected a number from 1 on, or two as in 2-16" in result.stderr


def test_the_cost_of_a_billion_pairs_is_that_of_the_measured_rate(tmp_path):
    bench = {"ours": {"pairs_per_second": 100.0}, "threads": 2, "processor": "a CPU", "tokens": 300, "rows": 10}
    (tmp_path / "bench.json").write_text(json.dumps(bench))
    (tmp_path / "page.md").write_text("before\n<!-- cluster -->\nold\n<!-- end -->\nafter\n<!-- end -->\n")
    options = ["--bench", str(tmp_path / "bench.json"), "--readme", str(tmp_path / "page.md")]
    subprocess.run([sys.executable, ROOT / "eval/cluster.py", *options], check=True)
    page = (tmp_path / "page.md").read_text()
    assert "100 pairs/s on 2 cores (a CPU, 30 tokens a pair)" in page and "**5,556 core-hours**" in page
    assert "| 512 | 10.9 |" in page and "old" not in page and page.endswith("<!-- end -->\nafter\n<!-- end -->\n")
