"""`nli bench` as it is typed, on a tiny checkpoint: real peers, real processes."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from nli import checkpoints
from nli.bench import compare
from nli.cli import main
from nli.errors import CheckpointError, InputError
from nli.labelled import read_pairs
from nli.peers import PEERS, Setup
from nli.scoring import PROBES, Scorer

pytest.importorskip("onnx")
TEXTS = [(f"{a} {p}", f"{b} {h}") for a in "abcdef" for b in "gh" for p, h, _ in PROBES]  # 72 pairs
QUICK = ("cross-encoder", "pipeline", "onnx-like")


@pytest.fixture
def run(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        return CliRunner().invoke(main, ["bench", *arguments, "--model", str(tiny)])

    return invoke


@pytest.fixture(scope="module")
def measured(tiny):
    return compare(Scorer(checkpoints.load(str(tiny))), [*TEXTS, *TEXTS[:9]], peers=QUICK, peer_rows=64, starts=1)


def test_float_peers_agree_with_the_torch_engine(measured):
    assert measured.ours.agreement == 1.0 and measured.ours.difference < 1e-5
    assert measured.peers["pipeline"].agreement == 1.0 and measured.peers["pipeline"].difference < 1e-5
    assert measured.peers["onnx-like"].agreement > 0.5


def test_equal_pairs_are_measured_once_and_rounds_share_their_rows(measured):
    assert measured.about["rows"] == len(TEXTS) and measured.about["peer_rows"] == 64
    for peer in measured.peers.values():
        assert peer.not_run is None and peer.ratio_min <= peer.ratio <= peer.ratio_max
        assert peer.pairs_per_second > 0


def test_whole_processes_were_started(measured):
    assert measured.start.not_run is None
    assert measured.start.ratio == pytest.approx(measured.start.ours / measured.start.peer)


@pytest.mark.parametrize("order", ["usual", "reversed", "shifted"])
def test_labels_go_by_name(order, tmp_path):
    from conftest import ORDERS, make_checkpoint

    checkpoint = checkpoints.load(str(make_checkpoint(tmp_path / "model", ORDERS[order])))
    pairs = [(p, h) for p, h, _ in PROBES]
    ours = Scorer(checkpoint).score(pairs).probabilities
    for name in ("cross-encoder", "pipeline"):
        theirs = PEERS[name].load(Setup(checkpoint, checkpoint, tmp_path, checkpoint.max_length, 1.0, None))(pairs)
        np.testing.assert_allclose(theirs, ours, atol=1e-5)


def test_the_command(run, tmp_path):
    lines = [json.dumps({"premise": p, "hypothesis": h}) for p, h in TEXTS]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines))
    result = run("pairs.jsonl", "--rows", "40", "--peers", "pipeline,cross-encoder-onnx", "--json", "out.json")
    assert result.exit_code == 0 and "| transformers pipeline" in result.stdout, result.output
    numbers = json.loads((tmp_path / "out.json").read_text())
    assert {
        "data",
        "model",
        "model_hash",
        "float",
        "processor",
        "threads",
        "versions",
        "rows",
        "peer_rows",
        "tokens",
    } <= set(numbers)
    assert {"ours", "peers", "int8", "start"} <= set(numbers) and numbers["rows"] == 40 and numbers["int8"] is None
    assert set(numbers["peers"]) == {"pipeline", "cross-encoder-onnx"} and numbers["peers"]["pipeline"]["target"] == 8
    assert numbers["start"]["not_run"] and numbers["ours"]["agreement"] == 1.0


def test_json_on_standard_output_is_alone_there(run, tmp_path):
    (tmp_path / "pairs.jsonl").write_text(json.dumps({"premise": "a", "hypothesis": "b"}))
    result = run("pairs.jsonl", "--peers", "cross-encoder-onnx", "--json", "-")
    assert json.loads(result.stdout)["rows"] == 1, result.output


def test_a_peer_that_is_not_there_is_named_with_the_reason(measured, tiny):
    try:
        import optimum.onnxruntime  # noqa: F401
    except ImportError:
        result = compare(Scorer(checkpoints.load(str(tiny))), TEXTS[:8], peers=["cross-encoder-onnx"])
        assert "optimum-onnx cannot be imported" in result.peers["cross-encoder-onnx"].not_run
        assert result.ours.agreement is None and "Not run: CrossEncoder.predict, its own ONNX int8" in result.markdown()
    else:
        pytest.skip("optimum-onnx is here")


def test_an_int8_engine_is_put_next_to_the_machine():
    result = compare(Scorer(checkpoints.load()), TEXTS[:8], peers=[])
    assert result.int8.ours > 0 and 0 < result.int8.share == pytest.approx(result.int8.ours / result.int8.machine)
    assert "int8 products" in result.markdown()


def test_bad_input(run, tmp_path, tiny):
    (tmp_path / "broken.jsonl").write_text('{"premise": "a", "hypothesis": "b"}\n{"premise": "a"\n')
    (tmp_path / "other.csv").write_text("x,y\n1,2\n")
    (tmp_path / "empty.jsonl").write_text("")
    for arguments, words in (
        (["broken.jsonl"], "broken.jsonl:2: broken JSON"),
        (["other.csv"], "no premise column; found x, y; expected premise and hypothesis"),
        (["nowhere.csv"], "nowhere.csv: no such file"),
        (["empty.jsonl"], "no pairs"),
        (["broken.jsonl", "--rows", "1", "--peers", "spacy"], "no peer 'spacy'; expected some of cross-encoder"),
        (["broken.jsonl", "--rows", "1", "--float", "nowhere"], "nowhere: no such folder"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1 and result.stdout == "" and words in result.stderr, result.output
        assert len(result.stderr.splitlines()) == 1


def test_float_weights_must_be_float(tiny):
    with pytest.raises(CheckpointError, match="no float32 weights"):
        compare(Scorer(checkpoints.load(str(tiny))), TEXTS[:1], float_model="default")


def test_pairs_are_read_with_or_without_labels(tmp_path):
    (tmp_path / "a.tsv").write_text("Sentence1\tsentence2\nx y\tz\n")
    assert list(read_pairs(str(tmp_path / "a.tsv"))) == [("x y", "z")]
    assert list(read_pairs(str(tmp_path / "a.tsv"), ("sentence2", "Sentence1"))) == [("z", "x y")]
    with pytest.raises(InputError, match="no column 'b'"):
        list(read_pairs(str(tmp_path / "a.tsv"), ("b", None)))
