# `make` alone lists what can be made. PYTHON=python3.12 makes it with that Python, in a virtual environment of its own.
PORT ?= 8000
DEBIAN_TESTS = chromium fonts-noto-core mariadb-client-core mariadb-server-core postgresql redis-server
# What others share, and the baselines that a server serves, print nothing by themselves.
SHARED = __init__ stage plain plain_json crowded clicks
BENCHMARKS = $(filter-out $(SHARED:%=benchmarks/%.py),$(wildcard benchmarks/*.py))

ifdef PYTHON
VENV = .venv-$(notdir $(PYTHON))
else
VENV = .venv
endif
BIN = $(VENV)/bin
RUN = $(VENV)/requirements.installed
DEV = $(VENV)/requirements-dev.installed

.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help run run-servers test soak check format bench bench-long pictures lighthouse heard translations lock clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: $(RUN) ## the portal with the demo world, at http://localhost:8000 (PORT=)
	@exec $(BIN)/portal demo --port $(PORT)

run-servers: $(RUN) ## the same with the Booking App on PostgreSQL and the CRM on MariaDB, which it starts itself
	@scripts/debian-packages mariadb-client-core mariadb-server-core postgresql
	@exec $(BIN)/portal demo --port $(PORT) --servers

test: $(DEV) ## the whole suite, with every server it needs (PYTEST_ARGS=)
	@scripts/debian-packages $(DEBIAN_TESTS)
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST_ARGS)

soak: $(DEV) ## what takes longer: fuzzing, chaos, every colour and width
	@scripts/debian-packages $(DEBIAN_TESTS)
	$(BIN)/pytest -n 2 --dist worksteal -m "soak or hypothesis" --hypothesis-profile=soak --timeout 3600 $(PYTEST_ARGS)

check: $(DEV) ## format, lint, types, import rules, templates
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint templates

format: $(DEV) ## write code as `make check` wants it
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

bench: $(DEV) ## every benchmark, a JSON line each (ONLY=name for one)
	@scripts/debian-packages $(DEBIAN_TESTS)
	@set -e; for script in $(or $(ONLY:%=benchmarks/%.py),$(BENCHMARKS)); do \
	    $(BIN)/python -m benchmarks.$$(basename $$script .py); \
	done

bench-long: $(DEV) ## what takes half an hour: copies of two million rows
	@scripts/debian-packages $(DEBIAN_TESTS)
	$(BIN)/python -m benchmarks.export long

pictures: $(DEV) ## every page as a picture, narrow and wide, light and dark, in var/pictures
	@scripts/debian-packages $(DEBIAN_TESTS)
	$(BIN)/python -m tests.browser.pictures

lighthouse: $(DEV) ## Lighthouse's marks of every page on a phone (PAGES="inbox data"); needs node and npm
	@scripts/debian-packages chromium
	$(BIN)/python -m tests.browser.lighthouse

heard: $(DEV) ## write down anew what a screen reader hears, in tests/browser/heard
	@scripts/debian-packages $(DEBIAN_TESTS)
	PORTAL_WRITE_HEARD=1 $(BIN)/pytest -n 2 tests/browser/test_axe.py tests/browser/test_reader.py

translations: $(DEV) ## bring the catalogues up to date with the sources
	$(BIN)/pybabel --quiet extract -F pyproject.toml --ignore-dirs=.* -k N_ -k plural:1,2 --no-location --no-wrap --sort-output \
	    --project=portal --version=0 -o translations/messages.pot .
	$(BIN)/pybabel --quiet update -i translations/messages.pot -d translations --no-wrap --no-fuzzy-matching \
	    --ignore-obsolete --ignore-pot-creation-date

lock: ## resolve pyproject.toml anew into the two hashed lock files (UPGRADE=1 for newer versions)
	scripts/lock $(UPGRADE:1=--upgrade)

clean: ## forget the demo world and all that was made here, but not the virtual environment
	rm -rf var dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(VENV)/%.installed: %.txt pyproject.toml
	@scripts/install $(VENV) $< $(PYTHON)
	@touch $@
