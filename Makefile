# `make demo` and `make test` need Python 3.10 or newer and nothing else: they make their own virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# glibc gives large tensors back to the kernel after every step and asks for them again: a fifth of the time of training.
KEEP_MEMORY := MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184

.PHONY: demo test check eval ablation pairing bench train wheel clean

demo: $(VENV)/installed
	$(BIN)/nli detect eval/sample/article.txt

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest

check: $(VENV)/installed-dev
	$(BIN)/ruff check nli models tests eval
	$(BIN)/ruff format --check nli models tests eval
	$(BIN)/mypy

# The results in eval/results and the tables of the model cards. Parts whose data are not here are left out, and said so.
eval: $(VENV)/installed-dev
	$(BIN)/python eval/run.py
	$(BIN)/python eval/run.py --model fast
	$(BIN)/python eval/screen.py
	$(BIN)/python eval/cascade.py

# What each part brings on some cases of each folder (`python eval/ablation.py --cases 0`: on all of them).
ablation: $(VENV)/installed-dev
	$(BIN)/python eval/ablation.py

# What the blockers keep, and the time they take up to 100 thousand claims.
pairing: $(VENV)/installed-dev
	$(BIN)/python eval/pairing.py
	$(BIN)/python eval/pairing.py --grow

# The README's figures of speed, in about ten minutes on two cores. Leave the machine alone meanwhile.
bench: $(VENV)/installed
	$(BIN)/pip install --quiet -c constraints.txt -e '.[bench]'
	$(BIN)/python eval/bench.py

# Hours: see models/default/README.md. Continues where it stopped.
train: $(VENV)/installed-dev
	$(BIN)/pip install --quiet -c constraints.txt -e '.[train]'
	for part in default continued again denser; do \
		$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/$$part.toml && \
		$(BIN)/python models/export.py models/runs/$$part/checkpoint models/runs/$$part/exported || exit 1; \
	done
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/last.toml
	$(BIN)/python models/soup.py models/runs/soup/checkpoint models/runs/last/checkpoint models/runs/again/checkpoint
	$(BIN)/python models/export.py models/runs/soup/checkpoint models/runs/soup/exported
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/broader.toml
	$(BIN)/python models/soup.py models/runs/mean/checkpoint models/runs/broader/checkpoint models/runs/soup/checkpoint
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/further.toml
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/denials.toml
	$(BIN)/python models/soup.py models/runs/final/checkpoint models/runs/denials/checkpoint models/runs/mean/checkpoint
	$(BIN)/python models/export.py models/runs/final/checkpoint models/runs/final/exported
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/context.toml
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/reports.toml
	$(BIN)/python models/export.py models/runs/reports/checkpoint models/runs/reports/exported
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/features.toml
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/plainer.toml
	$(BIN)/python models/export.py models/runs/plainer/checkpoint models/runs/plainer/exported
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/fresh.toml
	$(BIN)/python models/soup.py models/runs/fresh_mean/checkpoint models/runs/fresh/checkpoint models/runs/plainer/checkpoint
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/newest.toml
	$(BIN)/python models/soup.py models/runs/newest_mean/checkpoint models/runs/newest/checkpoint models/runs/fresh_mean/checkpoint
	$(BIN)/python models/export.py models/runs/newest_mean/checkpoint models/default
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/fast.toml
	$(KEEP_MEMORY) $(BIN)/python models/train.py models/recipes/screen.toml
	$(BIN)/python models/export.py models/runs/screen/checkpoint models/fast
	$(BIN)/python models/decide.py models/fast
	$(BIN)/python models/decide.py models/default --screen models/fast
	$(BIN)/python models/cascade.py models/fast models/default
	$(BIN)/python models/screen.py models/fast models/default
	$(BIN)/python models/events.py choose models/default

wheel: $(VENV)/installed-dev
	$(BIN)/python -m build --wheel

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) dist build
