import json
import shutil

import pytest
from conftest import edit_json, make_checkpoint

import nli
from nli import checkpoints
from nli.errors import CheckpointError


@pytest.fixture
def folder(tiny, tmp_path):
    return shutil.copytree(tiny, tmp_path / "model")


def refused(folder, match):
    with pytest.raises(CheckpointError, match=match):
        nli.Detector.load(str(folder))


def test_label_n_names_are_refused_with_what_to_do(folder):
    edit_json(folder / "config.json", id2label={"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"})
    refused(folder, "--labels")
    assert checkpoints.load(str(folder), labels=["entailment", "neutral", "contradiction"]).columns == (0, 1, 2)


def test_no_contradiction_class(folder):
    edit_json(folder / "config.json", id2label={"0": "entailment", "1": "not_entailment"})
    refused(folder, "no contradiction class")


def test_label_names_of_fact_checking_and_upper_case_are_understood(folder):
    edit_json(folder / "config.json", id2label={"0": "SUPPORTS", "1": "NOT ENOUGH INFO", "2": "REFUTES"})
    assert checkpoints.load(str(folder)).columns == (0, 1, 2)


def test_pickle_only_is_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(folder, "pytorch_model.bin.*can run code.*safetensors")


def test_truncated_weights(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-500])
    refused(folder, "cannot be loaded")


def test_manifest_notices_a_changed_and_a_short_file(folder):
    weights = folder / "model.safetensors"
    facts = {"bytes": weights.stat().st_size, "sha256": "0" * 64}
    (folder / "manifest.json").write_text(json.dumps({"files": {"model.safetensors": facts}}))
    refused(folder, "not what the manifest promises")
    weights.write_bytes(weights.read_bytes()[:100])
    refused(folder, "has 100 bytes, expected")


def test_an_encoder_without_a_head_is_refused(folder):
    from transformers import AutoModel

    AutoModel.from_pretrained(folder).save_pretrained(folder / "bare")
    shutil.copy(folder / "bare/model.safetensors", folder / "model.safetensors")
    refused(folder, "lack")


def test_a_checkpoint_that_brings_code_is_refused(folder):
    edit_json(
        folder / "config.json", auto_map={"AutoModelForSequenceClassification": "code.Model"}, model_type="unheard-of"
    )
    refused(folder, "cannot be loaded")


def test_another_tools_manifest_is_not_ours(folder):
    (folder / "manifest.json").write_text('{"name": "app", "files": {"x": 1}}')
    checkpoints.load(str(folder))


@pytest.mark.parametrize("name", ["nowhere/at all", "/no/such/folder", "fast-and-good"])
def test_unknown_names(name):
    refused(name, "no such folder")


def test_a_file_is_not_a_checkpoint(folder):
    refused(folder / "config.json", "is a file")


def test_an_empty_folder(tmp_path):
    refused(tmp_path, "no config.json")


def test_positions_limit_the_length(tmp_path):
    folder = make_checkpoint(tmp_path / "m")
    edit_json(folder / "tokenizer_config.json", model_max_length=10**30)
    assert checkpoints.load(str(folder)).max_length == 64


def test_a_folder_with_a_shipped_name_is_not_shadowed_in_silence(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder.rename(tmp_path / "fast")
    refused("fast", r"a shipped checkpoint and a folder here; write \./fast")
    assert checkpoints.load("./fast").path.resolve() == tmp_path / "fast"
    monkeypatch.chdir(checkpoints.shipped()["fast"].parent)
    assert checkpoints.find("fast") == checkpoints.shipped()["fast"]
