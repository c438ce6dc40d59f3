"""The input and output of runs on clusters, without a cluster."""

import csv
import gzip
import io
import json
import math
import os
from dataclasses import asdict, replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nli.checkpoints import weights_hash
from nli.detector import Detector
from nli.errors import InputError
from nli.readers import Rejected, read_records, read_rows
from nli.shards import Source, output
from nli.storage import Counts, Parts, filesystem
from nli.survey import Columns, checked
from nli.worker import Job, Worker

COLUMNS = Columns()
ROWS = [{"id": n, "premise": f"naïve “{n}”\nline", "hypothesis": "text " * (n % 5 + 1)} for n in range(23)]


def opened(path):
    if path.suffix == ".zst":
        return pa.CompressedOutputStream(pa.OSFile(str(path), "wb"), "zstd")
    return gzip.open(path, "wb") if path.suffix == ".gz" else path.open("wb")


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    if ".parquet" in path.name:
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=5)
        return path
    with io.TextIOWrapper(opened(path), encoding="utf-8", newline="") as file:
        if ".jsonl" in path.name:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if ".tsv" in path.name else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


def cut(uri, rows=4, *, strict=True, apart="/elsewhere"):
    """Every shard of a source, read on its own."""
    source, listing = Source.find(str(uri), COLUMNS, apart=apart)
    cuts = [source.cut(name, rows, strict=strict) for name in listing]
    schema = output([schema for _, schema in cuts if schema], COLUMNS)
    shards = [shard for shards, _ in cuts for shard in shards]
    return shards, [source.read(shard, schema) for shard in shards]


@pytest.mark.parametrize("limit", [1, 4, 23, 100])
@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.csv", "a.tsv", "a.parquet", "a.jsonl.gz", "a.csv.gz", "a.jsonl.zst", "a.tsv.zst"]
)
def test_shards_together_are_the_file(tmp_path, name, limit):
    path = write(tmp_path / name, ROWS)
    shards, windows = cut(path, limit)
    assert [s.rows for s in shards] == [limit] * (23 // limit) + [23 % limit] * (23 % limit > 0)
    assert [row for w in windows for row in w.table.to_pylist()] == [row for _, row in read_rows(str(path))]
    assert [pair for w in windows for pair in w.pairs] == [(r["premise"], r["hypothesis"]) for r in ROWS]


BROKEN = {
    "a.jsonl": '\ufeff{"premise": "a", "hypothesis": "b", "n": 1}\r\n\n[1]\n{"premise": "a", "hypothesis": 5}\n'
    '{"premise": "a", "hypothesis": "b", "n": 2.5}\n{"hypothesis": "b"}\n{"premise": "a"\n{"premise": " ", "hypothesis": "b"}\n',
    "a.csv": '\ufeffpremise,"hypo\n"\na,b\n"a\nb",c\n,d\n\ne,f,g\n"h""",i\n"open,j\nk,l\n'.replace(
        "hypo\n", "hypothesis"
    ),
    "b.csv": 'premise,"x\ny",hypothesis\na,1,b\n"a\nb",2,c\n,3,d\n\ne,f,g,h\ni,4,j',
}


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("name", BROKEN)
def test_lines_and_reasons_are_those_of_the_local_engine(tmp_path, name, limit):
    (tmp_path / name).write_text(BROKEN[name], encoding="utf-8", newline="")
    _, windows = cut(tmp_path / name, limit, strict=False)
    found = [row for w in windows for row in w.rejected]
    records = list(checked(read_records(str(tmp_path / name)), COLUMNS, name, skip=True))
    expected = [record for record in records if isinstance(record, Rejected)]
    good = [tuple(record[1][column] for column in COLUMNS) for record in records if not isinstance(record, Rejected)]
    assert found and found == expected
    assert [pair for w in windows for pair in w.pairs] == good
    with pytest.raises(InputError, match=rf"{name}:{expected[0].line}: "):
        cut(tmp_path / name, limit)


def test_rows_of_parquet_that_cannot_be_used(tmp_path):
    rows = [
        {"premise": "a", "hypothesis": "b"},
        {"premise": None, "hypothesis": "b"},
        {"premise": "a", "hypothesis": ""},
    ]
    shards, windows = cut(write(tmp_path / "a.parquet", rows * 5), 4)
    assert [r.line for w in windows for r in w.rejected] == [n for n in range(1, 16) if n % 3 != 1]
    assert windows[0].rejected[0].reason == "column 'premise' holds null, expected text"
    assert sum(len(w.table) for w in windows) == 5 and len(shards) == 4


def test_a_folder_of_all_kinds_has_the_columns_of_all(tmp_path):
    write(tmp_path / "in/a.jsonl", [{"premise": "a", "hypothesis": "b", "n": 1, "more": {"x": [1]}}])
    write(tmp_path / "in/b.jsonl", [{"premise": "c", "hypothesis": "d", "n": 2.5, "none": None}])
    write(tmp_path / "in/day=2014-06-16/c.parquet", [{"premise": "e", "hypothesis": "f"}])
    write(tmp_path / "in/_ignored/d.jsonl", [{}])
    _, windows = cut(tmp_path / "in")
    rows = [row for w in windows for row in w.table.to_pylist()]
    empty = {"premise": None, "hypothesis": None, "n": None, "more": None, "none": None, "day": None}
    assert rows == [
        empty | {"premise": "a", "hypothesis": "b", "n": 1.0, "more": {"x": [1]}},
        empty | {"premise": "c", "hypothesis": "d", "n": 2.5},
        empty | {"premise": "e", "hypothesis": "f", "day": "2014-06-16"},
    ]


def test_parquet_types_are_kept(tmp_path):
    table = pa.table(
        {
            "premise": pa.array(["a", "b"]).dictionary_encode(),
            "hypothesis": pa.array(["c", "d"], pa.large_string()),
            "when": pa.array([1, 2], pa.timestamp("ns", "UTC")),
            "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int8())),
            "number": pa.array([math.nan, None], pa.float32()),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    _, windows = cut(tmp_path / "a.parquet", 1)
    assert pa.concat_tables(w.table for w in windows).schema == pq.read_schema(tmp_path / "a.parquet")


def test_times_in_nanoseconds_are_kept_and_have_nine_digits_where_a_row_is_left_out(tmp_path, tiny):
    times = pa.array([123456789] * 2, pa.time64("ns"))
    table = pa.table({"premise": ["a", None], "hypothesis": ["b"] * 2, "at": times})
    pq.write_table(table, tmp_path / "a.parquet")
    source, _ = Source.find(str(tmp_path / "a.parquet"), COLUMNS, apart="/elsewhere")
    ((shard,), schema) = source.cut("a.parquet", 4, strict=False)
    parts = Parts(*filesystem(f"{tmp_path}/out"))
    options = {"model": str(tiny), "threads": 1}
    job = Job(source, parts, output([schema], COLUMNS), options, weights_hash(tiny), True)
    assert Worker(job)({"number": 0, **asdict(shard)})["skipped"] == 1
    assert pq.read_table(tmp_path / "out/part-000000.parquet").select(table.column_names) == table[:1]
    (rejected,) = read_rows(str(tmp_path / "out/_rejected/part-000000.jsonl"))
    assert rejected[1]["row"]["at"] == "00:00:00.123456789"


def test_a_column_that_parquet_cannot_hold_is_refused_before_the_first_shard(tmp_path):
    pair = {"premise": "a", "hypothesis": "b"}
    write(tmp_path / "in/a.jsonl", [{**pair, "n": 1, "meta": {}}])
    with pytest.raises(InputError, match=r"column 'meta' does not fit into parquet .*; leave the column out, or score"):
        cut(tmp_path / "in")
    write(tmp_path / "in/b.jsonl", [{**pair, "meta": {"x": 1}}])
    _, windows = cut(tmp_path / "in")
    assert [w.table["meta"].to_pylist() for w in windows] == [[{"x": None}], [{"x": 1}]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "file is empty"),
        ("a.csv", "x,y\n1,2\n", "no column 'premise'; found x, y"),
        ("a.csv", "premise,hypothesis,label\na,b,c\n", "there is a column 'label' already"),
        ("a.txt", "", "unknown file ending"),
        ("a.parquet", "PAR1 and no more", "a.parquet: "),
        ("a.jsonl.gz", "not packed", "damaged or cut short"),
        (
            "a.jsonl",
            '{"premise": "a", "hypothesis": "b", "n": 1}\n{"premise": "a", "hypothesis": "b", "n": "x"}\n',
            "a.jsonl: ",
        ),
    ],
)
def test_unusable_input(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        cut(tmp_path / name)


def test_text_that_is_not_utf8_and_paths_that_are_none(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"premise": "\xff"}')
    with pytest.raises(InputError, match=r"a\.jsonl: not UTF-8"):
        cut(tmp_path / "a.jsonl")
    for uri in (tmp_path / "nothing", "no-such-scheme://a/b"):
        with pytest.raises(InputError, match="no"):
            cut(uri)
    with pytest.raises(InputError, match="lies in the input"):
        cut(tmp_path, apart=f"{tmp_path}/out")


def test_a_file_that_changes_after_it_was_cut_is_noticed(tmp_path):
    path = write(tmp_path / "a.jsonl", ROWS)
    source, _ = Source.find(str(path), COLUMNS, apart="/elsewhere")
    shards, schema = source.cut("a.jsonl", 10, strict=True)
    write(path, ROWS[:12])
    with pytest.raises(InputError, match="was changed"):
        source.read(shards[1], schema)


@pytest.mark.parametrize("scheme", ["", "file://", "local://"])
def test_paths_and_uris(tmp_path, scheme):
    """`local://` is one that only fsspec knows."""
    write(tmp_path / "in/a.jsonl", ROWS)
    _, windows = cut(f"{scheme}{tmp_path}/in")
    assert sum(len(w.pairs) for w in windows) == 23
    parts = Parts(*filesystem(f"{scheme}{tmp_path}/out"))
    assert parts.begun({"a": 1}) is None and parts.done() == {}
    parts.begin({"a": 1}, {"shards": []})
    parts.save(3, windows[0].table, Counts(4), [{"line": 1}])
    assert parts.begun({"a": 1}) == {"shards": []} and parts.done() == {3: Counts(4)}
    parts.finish(Counts(4))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "_SUCCESS",
        "_manifest.json",
        "_rejected",
        "part-000003.parquet",
    ]
    with pytest.raises(InputError, match=r"another run, with different a \(1 there, 2 now\)"):
        parts.begun({"a": 2})


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(InputError, match=r"holds letter\.txt, but no run"):
        Parts(*filesystem(str(tmp_path))).begun({})
    with pytest.raises(InputError, match="cannot be used as the output folder"):
        Parts(*filesystem(str(tmp_path / "letter.txt" / "out"))).begun({})


def test_what_goes_wrong_at_a_worker_is_its_result(tmp_path, tiny):
    rows = [{"premise": "a", "hypothesis": "b"}] * 6 + [{"premise": "a", "hypothesis": None}]
    source, _ = Source.find(str(write(tmp_path / "in/a.parquet", rows)), COLUMNS, apart="/elsewhere")
    (first, second), schema = source.cut("a.parquet", 4, strict=True)
    options = {"model": str(tiny), "threads": 1}
    parts = Parts(*filesystem(f"{tmp_path}/out"))
    job = Job(source, parts, output([schema], COLUMNS), options, weights_hash(tiny), False)
    worker = Worker(job)
    assert worker({"number": 0, **asdict(first)}) == {"scored": 4, "skipped": 0, "truncated": 0, "failure": ""}
    failure = f"{tmp_path}/in/a.parquet:7: column 'hypothesis' holds null, expected text"
    assert worker({"number": 1, **asdict(second)}) == {"failure": failure}
    assert [p.name for p in (tmp_path / "out").glob("*.parquet")] == ["part-000000.parquet"]
    two = Detector.load(cascade=[str(tiny)] * 2, sure=0.9).scorer.weights
    cascade = replace(job, model={"cascade": [str(tiny)] * 2, "sure": 0.9}, weights=two)
    assert Worker(cascade)({"number": 2, **asdict(first)})["scored"] == 4
    for wrong in ({"weights": "0"}, {"model": {"model": f"{tmp_path}/nothing"}}):
        assert Worker(replace(job, **wrong))({"number": 1, **asdict(second)})["failure"]


def test_finished_parts_are_on_the_disk_and_damaged_ones_are_told(tmp_path, monkeypatch):
    safe, fsync = [], os.fsync

    def noting(descriptor):
        safe.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    parts = Parts(*filesystem(str(tmp_path / "out")))
    assert parts.begun({}) is None
    parts.save(0, pa.table({"a": [1]}), Counts(1), [{"file": "\udc80.jsonl"}])
    part = tmp_path / "out" / "part-000000.parquet"
    assert {part.stat().st_ino, part.parent.stat().st_ino} <= set(safe)
    (rejected,) = read_records(str(tmp_path / "out" / "_rejected" / "part-000000.jsonl"))
    assert "surrogate" in rejected.reason
    part.write_bytes(b"")
    with pytest.raises(InputError, match=r"part-000000\.parquet: damaged .*; remove it"):
        parts.done()
