"""The shipped checkpoints in OpenVINO, which is an extra."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import nli
from nli.cli import main
from nli.errors import InputError
from nli.scoring import PROBES

pytest.importorskip("openvino")
PAIRS = [(p, h) for p, h, _ in PROBES] * 3


@pytest.fixture(scope="module")
def detectors():
    return {runtime: nli.Detector.load("fast", runtime=runtime) for runtime in ("onnxruntime", "openvino")}


def test_it_says_what_onnx_runtime_says_but_for_rounding(detectors):
    usual, other = (np.array(detector.score(PAIRS)) for detector in detectors.values())
    np.testing.assert_allclose(usual, other, atol=0.15)
    assert (usual.argmax(axis=1) == other.argmax(axis=1)).all()


def test_the_same_pairs_get_the_same_bytes(detectors):
    assert detectors["openvino"].score(PAIRS) == detectors["openvino"].score(PAIRS)


def test_a_run_is_not_continued_in_the_other_runtime(detectors):
    assert len({detector.scorer.identity["arithmetic"] for detector in detectors.values()}) == 2


def test_from_the_command_line(tmp_path, tiny):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"premise": p, "hypothesis": h}) + "\n" for p, h in PAIRS))
    result = CliRunner().invoke(
        main, ["score", str(source), str(target), "--model", "fast", "--runtime", "openvino", "--threads", "1"]
    )
    assert result.exit_code == 0, result.output
    assert len(target.read_text().splitlines()) == len(PAIRS)
    refused = CliRunner().invoke(
        main, ["score", str(source), str(tmp_path / "b.jsonl"), "--model", str(tiny), "--runtime", "openvino"]
    )
    assert refused.exit_code == 1 and "OpenVINO runs ONNX checkpoints" in refused.stderr


def test_what_it_cannot_run_is_refused(tiny):
    with pytest.raises(nli.NliError, match="OpenVINO runs ONNX checkpoints"):
        nli.Detector.load(str(tiny), runtime="openvino")
    with pytest.raises(InputError, match="expected one of onnxruntime, openvino"):
        nli.Detector.load("fast", runtime="tvm")
