# Every target installs what it needs first; nothing outside .venv, the node_modules and ./data is touched, but that
# `make test` installs Chromium, nginx, PostgreSQL and gcc by apt where there are none.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
PY   := $(VENV)/bin/python
PIP  := $(PY) -m pip --disable-pip-version-check --quiet
export FOOTFALL_HOST ?= 127.0.0.1
export FOOTFALL_PORT ?= 8000
export FOOTFALL_DATA ?= data
# Where the environment forbids bytecode, each process that a test starts would compile Footfall anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-dev serve demo test test-long lint chromium servers fix bench bench-smoke docs schema screenshots lists requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml
	test -x $(PY) || python3 -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt sdk/pyproject.toml
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-build-isolation --no-deps -e sdk
	touch $@

$(VENV)/.assets: vendor/package.json vendor/package-lock.json vendor/install.sh
	bash vendor/install.sh
	touch $@

$(VENV)/.tracker: $(VENV)/.assets tracker/build.mjs tracker/package.json tracker/package-lock.json $(wildcard tracker/src/*)
	cd tracker && npm ci --silent && npm run --silent build
	touch $@

# The types of the API are made from docs/openapi.json each time: what is generated is no source.
WEB := $(wildcard web/*.json web/*.ts web/*.js web/index.html web/build/*) $(shell find web/src -type f ! -name schema.d.ts)

$(VENV)/.web: $(VENV)/.assets docs/openapi.json $(WEB)
	cd web && npm ci --silent && npm run --silent build
	touch $@

$(VENV)/.clients: tests/browser/clients/package.json tests/browser/clients/package-lock.json
	cd tests/browser/clients && npm ci --silent
	touch $@

# An environment of its own: the generator needs other versions than Footfall does.
$(VENV)/.generators: requirements/clients.txt tests/clients/package.json tests/clients/package-lock.json
	test -x $(VENV)/generators/bin/python || python3 -m venv $(VENV)/generators
	$(VENV)/generators/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/clients.txt
	cd tests/clients && npm ci --silent
	touch $@

setup: $(VENV)/.runtime $(VENV)/.assets $(VENV)/.tracker $(VENV)/.web ## install what the server needs into .venv

setup-dev: setup $(VENV)/.dev $(VENV)/.clients $(VENV)/.generators ## and what tests, linters and benchmarks need

serve: setup ## run the server (FOOTFALL_HOST, FOOTFALL_PORT, FOOTFALL_DATA)
	exec $(VENV)/bin/footfall serve

demo: setup ## a project with believable data, then serve
	exec $(VENV)/bin/footfall demo

# Where memory has room for them, tests keep their files there: on a disk, they wait for every write that is made durable.
SCRATCH = $(shell [ "$$(df --output=avail --block-size=1G /dev/shm 2>/dev/null | tail -1)" -ge 8 ] 2>/dev/null && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

# What shows most of two shards in a few minutes: the answers of each surface, by hand and by their oracles.
SHARDED := tests/golden tests/property $(patsubst %,tests/contract/test_%.py,web tracking network proxy real_log)

test: lint chromium servers ## every check and every test
	cd web && npm run --silent test
	TMPDIR=$(SCRATCH) $(PY) -m pytest -n 2 --dist worksteal
	TMPDIR=$(SCRATCH) FOOTFALL_TEST_STORE=shards FOOTFALL_HISTORIES=64 $(PY) -m pytest -n 2 --dist loadfile $(SHARDED)

test-long: setup-dev ## the figures against their oracle, 50,000 histories; everything on two shards; a million made-up rows against collection; a thousand kills
	FOOTFALL_KILL_ROUNDS=1000 $(PY) -m pytest tests/fault/test_kill.py
	FOOTFALL_TEST_STORE=shards $(PY) -m pytest -n 2 --dist loadfile
	FOOTFALL_BENCH_EVENTS=1000000 $(PY) -m pytest tests/unit/test_bench_data.py
	FOOTFALL_HISTORIES=50000 $(PY) -m pytest -n 2 --dist worksteal tests/property/test_web_figures.py tests/property/test_sources.py tests/property/test_web_cursors.py tests/property/test_proxy_figures.py tests/property/test_network_figures.py tests/property/test_tracking_figures.py tests/property/test_access_log.py

lint: setup-dev ## format, lint, types, layers
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	cd tracker && npm run --silent check
	cd web && npm run --silent check

chromium: ## the browser of the tests, by apt where there is none
	command -v chromium >/dev/null || bash tests/browser/install.sh

servers: ## nginx, PostgreSQL and gcc of the tests, by apt where there are none
	bash tests/support/install.sh

fix: setup-dev ## format and repair what the linter can
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: setup-dev ## measure the bars, write bench/results/latest.json and the table
	$(PY) -m bench run

bench-smoke: setup-dev ## the same, small: fails on errors, never on time
	$(PY) -m bench run --smoke

docs: setup-dev ## write docs/openapi.json and the generated reference pages
	$(PY) -m tools.docs

schema: setup-dev ## write what new stores are made of, after a new migration
	$(PY) -m tools.schema

screenshots: setup-dev chromium ## write docs/images, every page of the dashboard with the demo's data
	$(PY) -m tools.screenshots

lists: setup-dev ## raise the lists of agents, show what changes in them and in public lists of hosts (needs uv, git)
	$(PY) -m tools.lists $(LISTS)

requirements: ## pin pyproject.toml again (needs uv)
	cd requirements && uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 build.in -o build.txt
	cd requirements && uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 clients.in -o clients.txt
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt

clean: ## remove what was installed and built (never ./data)
	rm -rf $(VENV) vendor/node_modules tracker/node_modules web/node_modules tests/browser/clients/node_modules tests/clients/node_modules src/footfall/assets .mypy_cache .ruff_cache .pytest_cache .hypothesis
