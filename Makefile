# `make help` lists the targets. A fresh machine needs git, make, Python >= 3.11 and Go >= 1.26.8.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CNAI := $(BIN)/cnai
TOOLS := kustomize conftest kbuild
TEST_TOOLS := $(TOOLS) yamljson opa
PYTEST := $(BIN)/python -m pytest
# Workers take tests from each other when they are done; what lies in one file mostly stays together, and so does what it set up.
PARALLEL := -n 2 --dist worksteal
unexport PYTHONPATH PYTHONDONTWRITEBYTECODE  # the tests start many Pythons, each of which would compile the package anew
export BENCH_HOME ?= /dev/shm/bench

.DEFAULT_GOAL := help
.PHONY: help setup tools test-tools demo test test-slow e2e live live-all live-queue live-run live-serve live-sync live-observe lint format golden generate bench clean

help:  ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

$(VENV)/.ready: pyproject.toml requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -e .
	touch $@

setup: $(VENV)/.ready  ## make the virtual environment

tools: setup  ## get kustomize and conftest: from PATH, else built once into the user's cache
	$(CNAI) tools install $(TOOLS)

test-tools: setup
	$(CNAI) tools install $(TEST_TOOLS)

demo: tools  ## the main job on the stories: build, verify, check, and the review of staging against prod
	$(CNAI) build --verify
	$(CNAI) check
	$(CNAI) diff --between staging prod

test: test-tools  ## the tests, without the slow ones
	$(PYTEST) $(PARALLEL) -m "not slow and not e2e and not live"

test-slow: test-tools  ## the slow tests: real tools over everything
	$(PYTEST) $(PARALLEL) -m "slow"

e2e: test-tools  ## a real API server; needs root or user namespaces, and CNAI_CRDS
	$(BIN)/python tools/cluster/build.py
	$(PYTEST) tests/e2e -m e2e

# How long the live tests may take, builds included; empty is as long as it takes.
LIVE_SECONDS ?=
LIVE := $(BIN)/python tools/live/run.py
LIVE_LIMIT = $(if $(LIVE_SECONDS),--seconds $(LIVE_SECONDS))
live: test-tools  ## real controllers, the core of them: linter, queues, serving, workflows, sync, one real node; needs root
	$(BIN)/python tools/cluster/build.py
	$(LIVE) core $(LIVE_LIMIT)

live-all: test-tools  ## real controllers, all of them
	$(BIN)/python tools/cluster/build.py
	$(LIVE) all $(LIVE_LIMIT)

live-queue live-run live-serve live-sync live-observe: test-tools
	$(BIN)/python tools/cluster/build.py
	$(LIVE) $(@:live-%=%) $(LIVE_LIMIT)

lint: test-tools  ## formatters, linters, types, contracts, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/docs.py --check
	$(CNAI) schemas write --check
	$(CNAI) build --check

format: setup  ## format Python
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: test-tools  ## write the golden files anew; read the diff before you commit it
	$(PYTEST) tests/golden --update-golden

generate: tools  ## write generated files: schemas, reference documentation, deploy/
	$(CNAI) schemas write
	$(BIN)/python tools/docs.py
	$(BIN)/python tools/notebook.py
	$(CNAI) build

bench: test-tools  ## speed, as CPU ratios to a floor of the same run (BENCH_HOME takes inputs and outputs)
	benchmarks/setup.sh floor
	$(BIN)/python benchmarks/gen.py
	$(BIN)/python benchmarks/run.py floor-pyyaml-c,cnai-rendered,cnai-build,cnai-serve 100,1000 --rerun --verify > $(BENCH_HOME)/results.jsonl
	$(BIN)/python benchmarks/summary.py $(BENCH_HOME)/results.jsonl
	$(BIN)/python benchmarks/cnai/measure.py start

clean:  ## remove the virtual environment and caches of this checkout
	rm -rf $(VENV) .cnai .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
