"""Tiny checkpoints made on the spot, in the formats that users have: transformers folders with safetensors."""

import json
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from nli.scoring import PROBES

settings.register_profile("steady", deadline=None)  # shared machines are slow now and then
settings.load_profile("steady")

ROOT = Path(__file__).parent.parent
ORDERS = {
    "usual": ("entailment", "neutral", "contradiction"),
    "reversed": ("contradiction", "neutral", "entailment"),
    "shifted": ("neutral", "contradiction", "entailment"),
}


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Words of the probe pairs, single letters and digits: enough to tell texts apart."""
    words = sorted(
        {
            w
            for p, h, _ in PROBES
            for text in (p, h)
            for w in pre_tokenizers.Whitespace().pre_tokenize_str(text.lower())
            for w in (w[0],)
        }
    )
    letters = [chr(c) for c in range(33, 127)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys([*words, *letters, *(f"##{c}" for c in letters)])]
    core = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]"))
    core.normalizer = normalizers.Lowercase()
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=64,
    )


def make_checkpoint(
    folder: Path, order: tuple[str, ...] = ORDERS["usual"], *, declared: tuple[str, ...] | None = None
) -> Path:
    """A tiny BERT whose head is solved so that the probe pairs come out right, with its outputs in `order` but `declared` in
    the config (by default truthfully)."""
    torch.manual_seed(7)
    tokenizer = tiny_tokenizer()
    declared = declared or order
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, initializer_range=0.5,
        id2label=dict(enumerate(declared)), label2id={name: i for i, name in enumerate(declared)},
    )  # fmt: skip
    model = BertForSequenceClassification(config).eval()
    inputs = tokenizer([p for p, _, _ in PROBES], [h for _, h, _ in PROBES], padding=True, return_tensors="pt")
    with torch.no_grad():
        pooled = model.bert(**inputs).pooler_output
        target = torch.stack([8.0 * torch.eye(3)[ORDERS["usual"].index(label)] for _, _, label in PROBES])
        weights = torch.linalg.lstsq(pooled, target).solution.T  # rows: usual order
        rows = [ORDERS["usual"].index(name) if name in ORDERS["usual"] else i for i, name in enumerate(order)]
        model.classifier.weight.copy_(weights[rows])
        model.classifier.bias.zero_()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def edit_json(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def sample() -> Path:
    """The project's own sample article."""
    return ROOT / "eval" / "sample" / "article.txt"
