# Two commands matter: `make demo` and `make test`. Each does all its own set-up in a fresh clone.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export HF_HUB_OFFLINE := 1
PYTEST_ARGS ?=
BENCH_ARGS ?=

.PHONY: install demo test lint bench clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train]'
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train,test]'
	touch $@

demo: install
	$(BIN)/shopclerk demo

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -m "not shared" $(PYTEST_ARGS)

$(VENV)/.benched: $(VENV)/.tested
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train,test,bench]'
	touch $@

bench: $(VENV)/.benched
	$(BIN)/python tests/bench/bench.py $(BENCH_ARGS)

clean:
	rm -rf $(VENV) build *.egg-info
