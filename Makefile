# `make help` lists what can be made. Nothing here needs an account or a system package.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
include infra/deploy.mk

.PHONY: help setup run run-emulators call letters dead-letters test style types tests test-emulators test-browser screenshots bench lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/installed  ## make .venv with the pinned requirements

$(VENV)/installed: requirements-pip.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is %d.%d. Name another: make setup PYTHON=python3.11" % sys.version_info[:2])'
	@echo "Installing the pinned requirements into $(VENV) (about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pip.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: setup  ## start the clinic on this machine (Ctrl-C ends it)
	@$(PY) local.py

run-emulators: setup  ## start it as in the cloud, on Google's emulators (docs/emulators.md)
	@$(PY) -m rehearsal.on_emulators

call: setup  ## ring it, as Twilio would; options in ARGS="--help"
	@$(PY) -m rehearsal.call $(ARGS)

letters: setup  ## write a sample of every letter, to look at; ARGS="some/folder"
	@$(PY) -m clinic.letters $(ARGS)

dead-letters: setup  ## list what the bus could not deliver; ARGS="show 7", ARGS="replay 7"
	@$(PY) -m functions.dead_letters $(or $(ARGS),list)

test: style types tests  ## all checks and all tests

style: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup
	$(PY) -m mypy

tests: setup
	$(PY) -m pytest -n auto $(ARGS)

test-emulators: setup  ## the cloud store on Google's emulators (needs gcloud and Java: docs/emulators.md)
	@$(PY) -m rehearsal.emulators $(PY) -m pytest -n auto -m emulators

test-browser: setup  ## the web embed in Chromium (`apt-get install chromium`, or name one in CHROMIUM)
	@BROWSER_TESTS=required $(PY) -m pytest -n 2 -m browser tests/realtime_service/widget tests/rehearsal/web

screenshots: setup  ## the web embed in each of its states, as docs/images/*.png (needs Chromium)
	@$(PY) -m rehearsal.web.screenshots $(ARGS)

bench: setup  ## what it costs, as ratios; both stores where the emulator is there; staff's view; fifty calls
	@if command -v gcloud >/dev/null && command -v java >/dev/null; \
	then $(PY) -m rehearsal.emulators sh -c '$(PY) -m benchmarks.tool_path && $(PY) -m benchmarks.cold_start && $(PY) -m benchmarks.booking $(ARGS)'; \
	else $(PY) -m benchmarks.booking $(ARGS); fi
	@$(PY) -m benchmarks.staff_view
	@$(PY) -m benchmarks.calls

LOCK := uv pip compile -q --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header
lock: setup  ## pin every dependency anew, with hashes (needs uv)
	$(LOCK) pyproject.toml --extra functions --extra service --extra rehearsal --extra release -o requirements.txt
	$(LOCK) -c requirements.txt pyproject.toml --all-extras -o requirements-dev.txt
	$(LOCK) -c requirements.txt pyproject.toml --extra functions -o functions/requirements.txt
	$(LOCK) -c requirements.txt pyproject.toml --extra service -o realtime_service/requirements.txt

clean:  ## remove the environment and the local data
	rm -rf $(VENV) .local
