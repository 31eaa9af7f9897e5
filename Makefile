PYTHON ?= python3
BIN := .venv/bin
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint bench docs clean

demo: .venv/.run  ## set everything up and audit an invented bakery
	$(BIN)/autoguard scan examples/corner-bakery --config examples/corner-bakery/autoguard.yaml --today 2026-11-24 --fail-on never --allow-incomplete -f html=out/corner-bakery.html
	@echo && echo "The same report to read and hand on: out/corner-bakery.html"

test: .venv/.dev  ## set everything up and run all tests
	$(BIN)/python -m pytest

lint: .venv/.dev  ## style, types, docstrings, checks and generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/interrogate -q src
	$(BIN)/autoguard checks lint
	$(BIN)/python -m autoguard.documentation --check

bench: .venv/.dev  ## measure against a raw read of the same bytes, in the same run
	$(BIN)/python bench/scan.py

docs: .venv/.dev  ## write everything that is generated: schemas, the index of checks, blocks of the README
	$(BIN)/python -m autoguard.documentation

clean:  ## remove what these commands made
	rm -rf .venv out

.venv/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.dev: .venv/.run
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@
