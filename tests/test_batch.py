import csv
import datetime
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import nli
from nli.batch import score_file
from nli.errors import InputError
from nli.readers import Rejected, read_records, read_rows
from nli.survey import Columns

ROWS = [
    {
        "id": 7,
        "premise": "Nobody was injured in the fire.",
        "hypothesis": "Twelve people were injured in the fire.",
        "note": "naïve, “x”",
    },
    {
        "id": 8,
        "premise": "The museum is open on Sundays.",
        "hypothesis": "The museum is closed on Sundays.",
        "note": "",
    },
]


@pytest.fixture(scope="module")
def scorer(tiny):
    return nli.Detector.load(str(tiny)).scorer


def write(path, rows):
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    return path


def read(path):
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


@pytest.mark.parametrize("target", ["jsonl", "csv", "tsv", "parquet"])
@pytest.mark.parametrize("source", ["jsonl", "csv", "tsv", "parquet"])
def test_every_format_keeps_rows_and_columns(tmp_path, scorer, source, target):
    out = tmp_path / f"out.{target}"
    counts = score_file(str(write(tmp_path / f"in.{source}", ROWS)), str(out), scorer)
    rows = read(out)
    assert (
        counts.scored == 2
        and [list(r) for r in rows]
        == [["id", "premise", "hypothesis", "note", *("entailment", "neutral", "contradiction", "label")]] * 2
    )
    assert [str(r["id"]) for r in rows] == ["7", "8"] and rows[0]["note"] == ROWS[0]["note"]
    assert [r["label"] for r in rows] == ["contradiction"] * 2
    assert float(rows[0]["contradiction"]) == pytest.approx(
        scorer.score([(ROWS[0]["premise"], ROWS[0]["hypothesis"])]).probabilities[0, 2], abs=1e-5
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted({f"in.{source}", f"out.{target}"})


def test_other_column_names(tmp_path, scorer):
    rows = [{"a": r["premise"], "b": r["hypothesis"]} for r in ROWS]
    score_file(str(write(tmp_path / "in.csv", rows)), str(tmp_path / "out.csv"), scorer, columns=Columns("a", "b"))
    assert len(read(tmp_path / "out.csv")) == 2


def test_more_rows_than_a_window_stay_in_order(tmp_path, scorer):
    rows = [{"n": n, "premise": "word " * (n % 9 + 1), "hypothesis": "text"} for n in range(40)]
    score_file(str(write(tmp_path / "in.jsonl", rows)), str(tmp_path / "out.jsonl"), scorer, window=7)
    assert [r["n"] for r in read(tmp_path / "out.jsonl")] == list(range(40))


BROKEN = {
    "in.jsonl": ('{"premise": "a b", "hypothesis": "c"}\n{"premise": "a b", "hypothesis"\n', ":2: broken JSON"),
    "half.jsonl": (
        '{"premise": "a b", "hypothesis": "c"}\n{"premise": "\\ud800", "hypothesis": "c"}\n',
        ":2: has half of a surrogate",
    ),
    "open.csv": ('premise,hypothesis\na b,c\n"a,b\n', ":3: broken CSV"),
    "null.jsonl": (
        '{"premise": "a b", "hypothesis": "c"}\n\n{"premise": null, "hypothesis": "c"}\n',
        ":3: column 'premise' holds null",
    ),
    "list.jsonl": ('{"premise": "a b", "hypothesis": "c"}\n[1]\n', ":2: expected a JSON object, found list"),
    "empty.csv": ("premise,hypothesis\na b,c\n , c\n", ":3: column 'premise' is empty"),
    "ragged.csv": ('premise,hypothesis\n"a\nb",c\na,b,c\n', ":4: 3 cells, expected 2"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_is_named_and_leaves_no_output(tmp_path, scorer, name):
    content, message = BROKEN[name]
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=name + message):
        score_file(str(tmp_path / name), str(tmp_path / "out.jsonl"), scorer)
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", BROKEN)
def test_skip_invalid_counts_and_continues(tmp_path, scorer, name):
    (tmp_path / name).write_text(BROKEN[name][0])
    skipped = []
    counts = score_file(str(tmp_path / name), str(tmp_path / "out.jsonl"), scorer, skip_invalid=skipped.append)
    assert (counts.scored, counts.skipped, len(skipped)) == (1, 1, 1)
    (listed,) = read(tmp_path / "out.jsonl.rejected.jsonl")
    assert listed["line"] == skipped[0].line and listed["reason"] == skipped[0].reason
    (tmp_path / name).write_text(
        '{"premise": "a", "hypothesis": "c"}' if name.endswith("l") else "premise,hypothesis\na,c\n"
    )
    score_file(str(tmp_path / name), str(tmp_path / "out.jsonl"), scorer, skip_invalid=skipped.append)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, "out.jsonl"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "no columns 'premise' and 'hypothesis'; found a, b"),
        ("", "file is empty"),
        ("premise,hypothesis,label\na,b,c\n", r"in\.csv:2: there is a column 'label' already"),
        ("premise,hypothesis\n", "no pairs"),
        ("premise,premise\na,b\n", "twice"),
    ],
)
def test_unusable_files(tmp_path, scorer, content, message):
    (tmp_path / "in.csv").write_text(content)
    with pytest.raises(InputError, match=message):
        score_file(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), scorer)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("target", ["out.jsonl", "out.parquet"])
@pytest.mark.parametrize("content", [b"", b"PAR1 and then nothing", b"PAR1 damaged \x05\0\0\0PAR1"])
def test_a_parquet_file_that_is_none(tmp_path, scorer, content, target):
    (tmp_path / "in.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"in\.parquet: "):
        score_file(str(tmp_path / "in.parquet"), str(tmp_path / target), scorer)


def test_unwritable_output_and_output_over_input(tmp_path, scorer):
    source = write(tmp_path / "in.jsonl", ROWS)
    with pytest.raises(InputError, match="cannot be written"):
        score_file(str(source), str(tmp_path / "no/such/out.jsonl"), scorer)
    with pytest.raises(InputError, match="is the input"):
        score_file(str(source), str(source), scorer)


def test_parquet_columns_are_wide_enough_for_every_row_or_refused(tmp_path, scorer):
    pair = {"premise": "a", "hypothesis": "b"}
    source = write(tmp_path / "in.jsonl", [{**pair, "n": 1}, {**pair, "n": 2.75, "extra": [1]}, pair])
    score_file(str(source), str(tmp_path / "out.parquet"), scorer, window=1)
    assert [(r["n"], r["extra"]) for r in read(tmp_path / "out.parquet")] == [(1.0, None), (2.75, [1]), (None, None)]
    score_file(str(source), str(tmp_path / "out.csv"), scorer)
    assert [(r["n"], r["extra"]) for r in read(tmp_path / "out.csv")] == [("1", ""), ("2.75", "[1]"), ("", "")]
    source = write(tmp_path / "in.jsonl", [{**pair, "n": 1}, {**pair, "n": "two"}])
    with pytest.raises(InputError, match=r"a column changes its type.*write jsonl instead"):
        score_file(str(source), str(tmp_path / "mixed.parquet"), scorer)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "out.csv", "out.parquet"]


def test_a_later_row_that_would_be_overwritten_is_refused(tmp_path, scorer):
    rows = [{"premise": "a", "hypothesis": "b"}, {"premise": "a", "hypothesis": "b", "label": "mine"}]
    with pytest.raises(InputError, match=r"in\.jsonl:2: there is a column 'label' already"):
        score_file(str(write(tmp_path / "in.jsonl", rows)), str(tmp_path / "out.jsonl"), scorer)


@pytest.mark.parametrize("name", ["out.jsonl.zst", "out.csv.zst", "out.jsonl.gz"])
def test_compressed_output_can_be_read_again(tmp_path, scorer, name):
    rows = [{"n": str(n), "premise": f"{n} word", "hypothesis": "naïve"} for n in range(5)]
    score_file(str(write(tmp_path / "in.jsonl", rows)), str(tmp_path / name), scorer, window=2)  # several frames
    assert [row["n"] for _, row in read_rows(str(tmp_path / name))] == ["0", "1", "2", "3", "4"]
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-7])
    with pytest.raises(InputError, match="damaged or cut short"):
        list(read_rows(str(tmp_path / name)))


def test_parquet_is_not_packed_twice(tmp_path, scorer):
    with pytest.raises(InputError, match=r"out\.parquet\.gz: parquet is compressed inside"):
        score_file(str(write(tmp_path / "in.jsonl", ROWS)), str(tmp_path / "out.parquet.gz"), scorer)


def test_gzip_in_and_out(tmp_path, scorer):
    with gzip.open(tmp_path / "in.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in ROWS)
    score_file(str(tmp_path / "in.jsonl.gz"), str(tmp_path / "out.csv.gz"), scorer)
    with gzip.open(tmp_path / "out.csv.gz", "rt", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
    (tmp_path / "cut.jsonl.gz").write_bytes((tmp_path / "in.jsonl.gz").read_bytes()[:-12])
    with pytest.raises(InputError, match="damaged or cut short"):
        score_file(str(tmp_path / "cut.jsonl.gz"), str(tmp_path / "out.jsonl"), scorer)


def test_output_below_a_file(tmp_path, scorer):
    source = write(tmp_path / "in.jsonl", ROWS)
    with pytest.raises(InputError, match="cannot be written"):
        score_file(str(source), str(source / "out.jsonl"), scorer)


def test_parquet_columns_come_back_as_they_were(tmp_path, scorer):
    columns = {
        "when": pa.array([1402876800123456789], pa.timestamp("ns", "UTC")),
        "took": pa.array([123456789], pa.duration("ns")),
        "large": pa.array([2**63 + 5], pa.uint64()),
        "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int8())),
        "list": pa.array([[1402876800123456789]], pa.list_(pa.timestamp("ns"))),
    }
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"premise": ["a"], "hypothesis": ["b"], **columns}), source)
    score_file(str(source), str(target), scorer)
    assert pq.read_table(target).select(list(columns)) == pq.read_table(source).select(list(columns))


@pytest.fixture
def nanoseconds(tmp_path):
    """A parquet file with times that datetime.time cannot hold, on their own and inside of everything."""
    times = pa.array([30600123456789, None, 0], pa.time64("ns"))
    columns = {
        "at": times,
        "list": pa.ListArray.from_arrays([0, 2, 3, 3], times),
        "large": pa.LargeListArray.from_arrays(pa.array([0, 2, 3, 3], pa.int64()), times),
        "two": pa.FixedSizeListArray.from_arrays(pa.concat_arrays([times, times]), 2),
        "struct": pa.StructArray.from_arrays([times, pa.array([1, 2, 3])], ["t", "n"]),
        "map": pa.MapArray.from_arrays([0, 1, 1, 2], times[::2], times[::2]),
    }
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"premise": ["a"] * 3, "hypothesis": ["b"] * 3, **columns}), path)
    return path


def test_times_in_nanoseconds_come_back_as_they_were(tmp_path, scorer, nanoseconds):
    score_file(str(nanoseconds), str(tmp_path / "out.parquet"), scorer, window=2)
    before, after = pq.read_table(nanoseconds), pq.read_table(tmp_path / "out.parquet")
    assert after.select(before.column_names) == before


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv"])
def test_times_in_nanoseconds_have_nine_digits_as_text(tmp_path, scorer, nanoseconds, ending):
    score_file(str(nanoseconds), str(tmp_path / f"out.{ending}"), scorer)
    first, second, third = read(tmp_path / f"out.{ending}")
    assert (first["at"], second["at"], third["at"]) == (
        "08:30:00.123456789",
        None if ending == "jsonl" else "",
        "00:00:00.000000000",
    )
    deep = {name: first[name] for name in ("list", "large", "two", "struct", "map")}
    assert {name: value if ending == "jsonl" else json.loads(value) for name, value in deep.items()} == {
        "list": ["08:30:00.123456789", None],
        "large": ["08:30:00.123456789", None],
        "two": ["08:30:00.123456789", None],
        "struct": {"t": "08:30:00.123456789", "n": 1},
        "map": [["08:30:00.123456789", "08:30:00.123456789"]],
    }


def test_times_in_nanoseconds_of_a_row_left_out(tmp_path, scorer):
    times = pa.array([123456789] * 2, pa.time64("ns"))
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"premise": ["a", None], "hypothesis": ["b"] * 2, "at": times}), source)
    score_file(str(source), str(target), scorer, skip_invalid=lambda _: None)
    (rejected,) = read(tmp_path / "out.parquet.rejected.jsonl")
    assert rejected["row"]["at"] == "00:00:00.123456789"
    with pytest.raises(InputError, match=r"'at' holds NanosecondTime 00:00:00\.123456789, expected text"):
        score_file(str(source), str(target), scorer, columns=Columns("hypothesis", "at"))


@pytest.mark.skipif(not hasattr(pa, "list_view"), reason="pyarrow 16 or newer")
@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_times_in_nanoseconds_that_would_be_cut_are_refused(tmp_path, scorer, ending):
    at = pa.array([[123456789]], pa.list_view(pa.time64("ns")))
    pq.write_table(pa.table({"premise": ["a"], "hypothesis": ["b"], "at": at}), tmp_path / "in.parquet")
    scored = []
    with pytest.raises(
        InputError, match=r"in\.parquet: .*column 'at' has times in nanoseconds in a list_view.*make it"
    ):
        score_file(
            str(tmp_path / "in.parquet"),
            str(tmp_path / f"out.{ending}"),
            scorer,
            progress=lambda *news: scored.append(news),
        )
    assert not scored and [p.name for p in tmp_path.iterdir()] == ["in.parquet"]


def test_dates_with_nanoseconds_are_exact_as_text(tmp_path, scorer):
    columns = {"when": pa.array([1402876800123456789], pa.timestamp("ns")), "took": pa.array([1001], pa.duration("ns"))}
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"premise": ["a"], "hypothesis": ["b"], **columns}), source)
    score_file(str(source), str(tmp_path / "out.csv"), scorer)
    (row,) = read(tmp_path / "out.csv")
    assert (row["when"], row["took"]) == ("2014-06-16 00:00:00.123456789", "0 days 00:00:00.000001001")


def test_objects_without_a_key_do_not_fit_into_parquet(tmp_path, scorer):
    source = write(tmp_path / "in.jsonl", [{**row, "meta": {}} for row in ROWS])
    scored = []
    with pytest.raises(InputError, match=r"in\.jsonl: .*'meta'.*write jsonl instead"):
        score_file(str(source), str(tmp_path / "out.parquet"), scorer, progress=lambda *news: scored.append(news))
    assert not scored and [p.name for p in tmp_path.iterdir()] == ["in.jsonl"]


def test_times_inside_lists_go_into_csv(tmp_path, scorer):
    row = {"premise": "a", "hypothesis": "b", "days": [datetime.date(2014, 6, 16)], "when": {"bytes": b"x"}}
    score_file(str(write(tmp_path / "in.parquet", [row])), str(tmp_path / "out.csv"), scorer)
    (scored,) = read(tmp_path / "out.csv")
    assert scored["days"] == '["2014-06-16"]' and scored["when"] == '{"bytes": "b\'x\'"}'


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_carriage_return_in_a_text_is_quoted(tmp_path, scorer, ending):
    row = {"premise": "a\rb", "hypothesis": "c\r\nd", "e": 'f\n"g"', "h": "i j"}
    score_file(str(write(tmp_path / "in.jsonl", [row])), str(tmp_path / f"out.{ending}"), scorer)
    (scored,) = read(tmp_path / f"out.{ending}")
    assert {name: scored[name] for name in row} == row
    separator = "\t" if ending == "tsv" else ","
    expected = separator.join(['"a\rb"', '"c\r\nd"', '"f\n""g"""', "i j", ""]).encode()
    content = (tmp_path / f"out.{ending}").read_bytes()
    assert expected in content and content.count(b"\r") == 2 and content.endswith(b"\n")


def lines_and_premises(path):
    """What is read of a file: the premises by line number, and the lines of broken rows."""
    records = list(read_records(str(path)))
    broken = [record.line for record in records if isinstance(record, Rejected)]
    return {r[0]: r[1]["premise"] for r in records if not isinstance(r, Rejected)}, broken


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_quotation_mark_without_an_end_costs_its_own_row_only(tmp_path, quote):
    rows = [f"{quote}one {n}{quote},{quote}two {n}{quote}" for n in range(50)]
    rows[9] = '"He said,two 9'
    rows[20] = '"over\nlines",two'
    rows[30] = 'one,"no end'
    (tmp_path / "in.csv").write_text("premise,hypothesis\n" + "\n".join(rows) + "\n")
    found, broken = lines_and_premises(tmp_path / "in.csv")
    assert broken == [11, 33] and len(found) == 48 and found[22] == "over\nlines" and found[52] == "one 49"


def test_a_stopped_run_continues_behind_a_quotation_mark_without_an_end(tmp_path, scorer):
    windows = []

    def stop(finished, total):
        windows.append(finished)
        if len(windows) > 2:
            raise KeyboardInterrupt

    rows = ['"He said,two' if n in (2, 7) else f"one {n},two" for n in range(20)]
    (tmp_path / "in.csv").write_text("premise,hypothesis\n" + "\n".join(rows))
    options = {"skip_invalid": lambda rejected: None, "window": 3}
    whole = score_file(str(tmp_path / "in.csv"), str(tmp_path / "whole.csv"), scorer, **options)
    with pytest.raises(KeyboardInterrupt, match="6 rows are done"):
        score_file(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), scorer, progress=stop, **options)
    assert score_file(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), scorer, **options) == whole
    assert (whole.scored, whole.skipped) == (18, 2)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_cell_of_tsv_may_begin_with_a_quotation_mark(tmp_path):
    texts = ['"We will go," he said.', '"No', '"Yes." "No."', '5" pipe', "plain"]
    (tmp_path / "in.tsv").write_text("premise\thypothesis\n" + "".join(f"{text}\tb\n" for text in texts))
    found, broken = lines_and_premises(tmp_path / "in.tsv")
    assert list(found.values()) == texts and not broken
    rows = [{"premise": text, "hypothesis": f"a\t{text}\nb"} for text in texts]
    assert [row for _, row in read_rows(str(write(tmp_path / "quoted.tsv", rows)))] == rows


def test_rows_of_tsv_between_two_quotation_marks_are_no_cell(tmp_path):
    lines = ['A walked home.\t"Hello there\t1', "C sat.\tD stood.\t2", 'B slept.\tHe left early, he said"\t3']
    kept = ['"over\nlines"\t"two\n\nmore"\t4', '"a\tb\nc"\tx\t5']
    (tmp_path / "in.tsv").write_text("\n".join(["premise\thypothesis\tid", *lines, *kept]) + "\n")
    records = list(read_records(str(tmp_path / "in.tsv")))
    assert [tuple(row.values()) for _, row in records[:3]] == [tuple(line.split("\t")) for line in lines]
    assert [(number, *row.values()) for number, row in records[3:]] == [
        (5, "over\nlines", "two\n\nmore", "4"),
        (9, "a\tb\nc", "x", "5"),
    ]


def test_a_cell_over_several_lines_is_one_where_it_is_the_only_column(tmp_path):
    (tmp_path / "in.tsv").write_text('premise\n"over\nlines"\nplain\n')
    assert [row for _, row in read_rows(str(tmp_path / "in.tsv"))] == [{"premise": "over\nlines"}, {"premise": "plain"}]


def test_the_column_where_json_breaks_off_is_told(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"premise": "a", "hypothesis": "b"\n')
    (record,) = read_records(str(tmp_path / "in.jsonl"))
    assert "at column 35" in record.reason
