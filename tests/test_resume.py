"""Runs that are stopped: by Ctrl-C, by a kill at any moment, by a full disk. Stopped or not, the bytes are the same in the end."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import nli
from nli.batch import Interrupted, score_file
from nli.both_ways import BothWays
from nli.errors import InputError
from nli.parquet_sink import MERGED
from nli.survey import Columns
from nli.writers import open_sink

FORMATS = ["jsonl", "csv", "tsv.gz", "jsonl.zst", "parquet"]


@pytest.fixture(scope="module")
def scorer(tiny):
    return nli.Detector.load(str(tiny)).scorer


@pytest.fixture
def source(tmp_path):
    """95 rows, every tenth of them unusable."""
    path = tmp_path / "in.jsonl"
    rows = [{"n": n, "premise": f"word {n % 7}", "hypothesis": None if n % 10 == 3 else f"text {n}"} for n in range(95)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def stop_after(pairs):
    """A progress callback that is Ctrl-C after so many pairs."""
    left = [pairs]

    def progress(finished, total):
        left[0] -= finished
        if left[0] <= 0:
            raise KeyboardInterrupt

    return progress


def same_bytes(a, b):
    """Without pytest's account of how two large files differ, which takes hours."""
    return a.read_bytes() == b.read_bytes()


def run(source, target, scorer, **options):
    return score_file(str(source), str(target), scorer, skip_invalid=lambda _: None, window=10, **options)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_stopped_run_continues_and_ends_with_the_same_bytes(tmp_path, source, scorer, ending):
    whole, stopped = tmp_path / f"whole.{ending}", tmp_path / f"stopped.{ending}"
    expected = run(source, whole, scorer)
    for _ in range(3):
        with pytest.raises(Interrupted, match=r"interrupted; \d+ rows are done, the same command continues"):
            run(source, stopped, scorer, progress=stop_after(40))
        assert not stopped.exists()
    assert run(source, stopped, scorer) == expected
    assert stopped.read_bytes() == whole.read_bytes()
    rejected = [tmp_path / f"{p.name}.rejected.jsonl" for p in (stopped, whole)]
    assert rejected[0].read_bytes() == rejected[1].read_bytes() and len(rejected[0].read_text().splitlines()) == 10
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        ["in.jsonl", whole.name, stopped.name, *(r.name for r in rejected)]
    )


def test_finished_windows_are_not_scored_again(tmp_path, source, scorer):
    with pytest.raises(Interrupted):
        run(source, tmp_path / "out.jsonl", scorer, progress=stop_after(40))
    heard = []
    run(source, tmp_path / "out.jsonl", scorer, progress=lambda finished, total: heard.append((finished, total)))
    assert heard[0] == (40, 95) and sum(finished for finished, _ in heard[1:]) == 49  # 9 of every 10 rows are pairs


def test_stopped_before_the_first_window_nothing_is_left(tmp_path, source, scorer):
    with pytest.raises(Interrupted, match="nothing is left"):
        run(source, tmp_path / "out.csv", scorer, progress=stop_after(1))
    assert [p.name for p in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_last_line_or_window_that_was_cut_off_is_done_again(tmp_path, source, scorer):
    whole, target = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run(source, whole, scorer)
    with pytest.raises(Interrupted):
        run(source, target, scorer, progress=stop_after(40))
    with open(f"{target}.journal", "ab") as file:
        file.write(b'{"read": 50, "sco')
    with open(f"{target}.partial", "ab") as file:
        file.write(b'{"n": 41, "premi')
    heard = []
    run(source, target, scorer, progress=lambda finished, total: heard.append(finished))
    assert heard[0] == 40 and target.read_bytes() == whole.read_bytes()


def test_another_input_model_or_option_is_refused_with_what_differs(tmp_path, source, scorer, tiny):
    target = tmp_path / "out.jsonl"
    with pytest.raises(Interrupted):
        run(source, target, scorer, progress=stop_after(40))
    with pytest.raises(InputError, match="not the same as this one: premise was premise, is hypothesis"):
        score_file(
            str(source), str(target), scorer, columns=Columns("hypothesis", "premise"), skip_invalid=lambda _: None
        )
    other = nli.Detector.load(str(tiny), labels=("entailment", "neutral", "contradiction"), precision="bfloat16").scorer
    with pytest.raises(InputError, match=r"arithmetic was float32 on \w+, \d+ threads, is bfloat16"):
        run(source, target, other)
    with pytest.raises(InputError, match="both ways was None, is mean"):
        run(source, target, BothWays(scorer))
    source.write_text(source.read_text() + '{"n": 95, "premise": "a", "hypothesis": "b"}\n')
    with pytest.raises(InputError, match="input sha256 was"):
        run(source, target, scorer)
    assert run(source, target, scorer, restart=True).scored == 86


def test_an_option_that_is_left_out_is_refused_too(tmp_path, source, scorer):
    with pytest.raises(Interrupted):
        run(source, tmp_path / "out.jsonl", BothWays(scorer), progress=stop_after(40))
    with pytest.raises(InputError, match="both ways was mean, is None"):
        run(source, tmp_path / "out.jsonl", scorer)


def test_other_threads_of_torch_are_refused_since_they_change_the_last_digits(tmp_path, source, tiny):
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    try:
        with pytest.raises(Interrupted):
            run(source, tmp_path / "out.jsonl", nli.Detector.load(str(tiny), threads=1).scorer, progress=stop_after(40))
        with pytest.raises(InputError, match=r"1 threads, is float32 on \w+, 2 threads"):
            run(source, tmp_path / "out.jsonl", nli.Detector.load(str(tiny), threads=2).scorer)
    finally:
        torch.set_num_threads(before)


def test_output_that_was_taken_away_is_noticed(tmp_path, source, scorer):
    with pytest.raises(Interrupted):
        run(source, tmp_path / "out.jsonl", scorer, progress=stop_after(40))
    (tmp_path / "out.jsonl.partial").unlink()
    with pytest.raises(InputError, match=r"out\.jsonl\.partial: 0 bytes, but \d+ were written; --restart"):
        run(source, tmp_path / "out.jsonl", scorer)


def test_an_input_changed_while_it_is_scored_is_noticed(tmp_path, source, scorer):
    def append(finished, total):
        source.open("a").write("\n")

    with pytest.raises(InputError, match="was changed while it was scored"):
        run(source, tmp_path / "out.jsonl", scorer, progress=append)
    assert not (tmp_path / "out.jsonl").exists()


def test_one_output_has_one_writer(tmp_path, source, scorer):
    pytest.importorskip("fcntl")

    def second(finished, total):
        with pytest.raises(InputError, match="another run is writing this output"):
            run(source, tmp_path / "out.jsonl", scorer)

    run(source, tmp_path / "out.jsonl", scorer, progress=second)
    assert (tmp_path / "out.jsonl").exists()


def test_a_disk_without_locks_is_not_another_run(tmp_path, source, scorer, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def unsupported(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    assert run(source, tmp_path / "out.jsonl", scorer).scored == 85


def test_stopped_while_it_cleans_up_a_parquet_file_stays_whole(tmp_path, source, scorer, monkeypatch):
    whole, target = tmp_path / "whole.parquet", tmp_path / "out.parquet"
    run(source, whole, scorer)

    def stopped(folder, **_):
        if parts := sorted(Path(folder).glob("*.parquet")):
            parts[0].unlink()
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(Interrupted):
        patch.setattr(shutil, "rmtree", stopped)
        run(source, target, scorer)
    assert run(source, target, scorer).scored == 85 and same_bytes(target, whole)
    assert {p.name.partition(".")[0] for p in tmp_path.iterdir() if p.is_dir() or "journal" in p.name} == set()


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_no_output_is_made_of_less_than_was_written(tmp_path, ending):
    target = tmp_path / f"out.{ending}"
    sink = open_sink(str(target))
    sink.resume(0)
    position = [sink.write([{"n": n}]) for n in range(2)][-1]
    partial = tmp_path / f"out.{ending}.partial"
    (partial / "00000000.parquet" if partial.is_dir() else partial).unlink()
    with pytest.raises(InputError, match=f"but {position} were written; --restart"):
        sink.finish(position)
    assert not target.exists()


def test_windows_of_a_parquet_file_are_merged_into_larger_row_groups(tmp_path):
    target = tmp_path / "out.parquet"
    sink = open_sink(str(target))
    sink.resume(0)
    sink.finish([sink.write([{"n": n}]) for n in range(MERGED + 1)][-1])
    with pq.ParquetFile(target) as file:
        assert [file.read_row_group(g)["n"].to_pylist() for g in range(file.num_row_groups)] == [
            list(range(MERGED)),
            [MERGED],
        ]


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_the_output_is_on_the_disk_before_what_it_was_made_from_goes(tmp_path, source, scorer, ending, monkeypatch):
    safe, fsync = [], os.fsync

    def noting(descriptor):
        safe.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    run(source, tmp_path / f"out.{ending}", scorer)
    output, folder = ((tmp_path / name).stat().st_ino for name in (f"out.{ending}", ""))
    assert folder in safe[safe.index(output) :]


def test_standard_input_leaves_the_unfinished_run_of_a_file_alone(tmp_path, source, scorer, monkeypatch):
    target = tmp_path / "out.jsonl"
    with pytest.raises(Interrupted):
        run(source, target, scorer, progress=stop_after(40))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with source.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(InputError, match=r"out\.jsonl\.journal: an unfinished run .* --restart, or name another"):
            run("-", target, scorer)
        assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
        assert run("-", target, scorer, restart=True).scored == 85
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl", "out.jsonl.rejected.jsonl"]


def test_standard_input_keeps_other_runs_from_its_output(tmp_path, source, scorer, monkeypatch):
    pytest.importorskip("fcntl")

    def second(finished, total):
        with pytest.raises(InputError, match="another run is writing this output"):
            run(source, tmp_path / "out.jsonl", scorer)

    with source.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run("-", tmp_path / "out.jsonl", scorer, progress=second).scored == 85


def test_one_ctrl_c_ends_the_wait_for_standard_input(scorer, monkeypatch):
    read, write = os.pipe()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs start deaf to it
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    input_ends = threading.Timer(20, os.close, [write])
    input_ends.start()
    try:
        with open(read) as stdin, pytest.raises(Interrupted):
            monkeypatch.setattr(sys, "stdin", stdin)
            score_file("-", "-", scorer)
        assert input_ends.is_alive()
        os.close(write)
    finally:
        signal.signal(signal.SIGINT, before)
        input_ends.cancel()


SLOW = """
import sys
import nli, nli.batch
scorer = nli.Detector.load(sys.argv[3]).scorer
print("loaded", flush=True)
nli.batch.score_file(sys.argv[1], sys.argv[2], scorer, skip_invalid=lambda _: None, window=10)
"""


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_killed_in_the_middle_it_ends_with_the_same_bytes(tmp_path, tiny, ending):
    source, whole, target = tmp_path / "in.jsonl", tmp_path / f"whole.{ending}", tmp_path / f"out.{ending}"
    rows = [{"n": n, "premise": f"word {n}", "hypothesis": f"text {n}"} for n in range(3000)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command, undisturbed = ([sys.executable, "-c", SLOW, str(source), str(out), str(tiny)] for out in (target, whole))
    subprocess.run(undisturbed, check=True, stdout=subprocess.DEVNULL)
    journal = Path(f"{target}.journal")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > 2):
            time.sleep(0.002)
        process.kill()  # some windows are saved
    assert process.returncode == -signal.SIGKILL and not target.exists()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert same_bytes(target, whole)
    assert not list(tmp_path.glob("*.partial")) and not list(tmp_path.glob("*.journal"))


def test_an_input_without_pairs_leaves_the_unfinished_run_of_another_alone(tmp_path, source, scorer):
    whole, target = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run(source, whole, scorer)
    with pytest.raises(Interrupted):
        run(source, target, scorer, progress=stop_after(40))
    (tmp_path / "bad.jsonl").write_text('{"premise": 1}\n')
    with pytest.raises(InputError, match="1 invalid rows left out"):
        run(tmp_path / "bad.jsonl", target, scorer)
    run(source, target, scorer)
    listed = [Path(f"{path}.rejected.jsonl").read_bytes() for path in (target, whole)]
    assert target.read_bytes() == whole.read_bytes() and listed[0] == listed[1]
