# `make help` lists what can be made. Nothing here needs an account or a system package.
PYTHON ?= python3
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run call test style types tests lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed  ## make .venv with the pinned requirements

.venv/installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %d.%d. Name another: make setup PYTHON=python3.11" % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: setup  ## start the clinic on this machine (Ctrl-C ends it)
	@$(PY) local.py

call: setup  ## ring it, as Twilio would; options in ARGS="--help"
	@$(PY) -m rehearsal.call $(ARGS)

test: style types tests  ## all checks and all tests

style: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup
	$(PY) -m mypy

tests: setup
	$(PY) -m pytest -n auto

lock: setup  ## pin every dependency anew, with hashes (needs uv)
	uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:  ## remove the environment and the local data
	rm -rf .venv .local
