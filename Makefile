# Everything a developer does has a word here. `make demo` and `make test` are all a newcomer needs.

PYTHON ?= python3
BIN    := .venv/bin
export PYTHONHASHSEED ?= random

# What is compiled with the environment: a service may not be allowed to write beside its code.
PROGRAM := daemon.py commands mail relationship rules store tick

.PHONY: .venv demo test lint interop campaign bench pins clean

demo: .venv
	$(BIN)/python daemon.py demo

test: .venv
	$(BIN)/pytest -n auto

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

interop: .venv
	$(BIN)/pytest -m "interop and not campaign" -n 0 tests/interop

# Hundreds of rounds of kill -9, of cut lines, of aborted steps: some twenty minutes.
campaign: .venv
	$(BIN)/pytest -m campaign -n 0 tests

# How fast it is, beside its peers, on a real Dovecot and Postfix: some fifteen minutes; ROWS="--small" takes two.
bench: .venv
	$(BIN)/python -m bench --json bench.json $(ROWS)

# The environment alone: pinned parts with hashes, compiled once so that commands start fast.
.venv: .venv/ready
	$(BIN)/python -m compileall -q $(PROGRAM)
.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m compileall -q .venv/lib
	touch $@

# Pins anew; run it when a dependency in pyproject.toml changes.
pins:
	$(PYTHON) -m venv .venv-pins
	.venv-pins/bin/pip install --quiet pip-tools
	.venv-pins/bin/pip-compile --quiet --generate-hashes --strip-extras --extra dev --no-header \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.txt pyproject.toml
	rm -rf .venv-pins

clean:
	rm -rf .venv demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
