# Everything a person does with the product. Each target does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
export SIGHTLINE_HOME ?= $(CURDIR)/var

.DEFAULT_GOAL := help
.PHONY: help run test prove ui lock clean

help:
	@echo "make run    set everything up, run the pipeline on the shipped example, publish"
	@echo "make test   set everything up and run every check and test"
	@echo "make ui     the Dagster page on the same home"
	@echo "make prove  every proof at full size, written to docs/evidence.md"

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.11 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): $(READY) requirements-dev.lock
	@echo "Adding what tests need (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

run: $(READY)
	@$(BIN)/sightline example

test: $(READY_DEV)
	$(BIN)/ruff check --output-format concise .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

prove: $(READY_DEV)
	$(BIN)/python -m tests.benchmarks

ui: $(READY)
	@DAGSTER_HOME="$$($(BIN)/sightline instance)" $(BIN)/dagster dev -w workspace.yaml

# Resolves the pins anew. The files name packages and hashes, no host.
lock:  $(READY_DEV)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
		--custom-compile-command "make lock" pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
		--custom-compile-command "make lock" --extra dev pyproject.toml requirements-build.in -c requirements.lock \
		-o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
