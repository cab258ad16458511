.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help
help: ## Show what can be asked for
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.ready .venv/.assets ## Install the locked dependencies and build the assets

.venv/.ready: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.assets: .venv/.ready package.json package-lock.json .npmrc $(shell find src/afilia/site/assets src/afilia/locale -type f ! -name '*.mo' 2>/dev/null)
	@AFILIA_DEMO=1 DATABASE_URL=postgresql:///not-needed-to-build $(BIN)/afilia build
	@touch $@

.PHONY: run
run: setup ## Start the portal with a made-up demo: make run PORT=8123
	@AFILIA_DEMO=1 PORT=$(PORT) $(BIN)/afilia serve

# mypy and the commands read the settings; their data stay apart from those of the demo.
check: export AFILIA_DEMO = 1
check: export AFILIA_DATA_DIR = .data/test

.PHONY: check
check: setup ## Lint, format, types, architecture, migrations, translations, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/afilia makemigrations --check --dry-run
	$(BIN)/afilia translations --check
	$(BIN)/afilia templates
	$(BIN)/afilia formats --check

.PHONY: test
test: setup ## Run every test, browser journeys included
	@$(BIN)/python -m tests.browser --install
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: pictures
pictures: setup ## Walk the browser journeys and save pictures of their pages in pictures/
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/journeys --pictures

.PHONY: bench
bench: setup ## Measure speed and memory, one line a figure
	$(BIN)/python -m bench

.PHONY: lighthouse
lighthouse: setup ## Let Lighthouse mark the main pages
	$(BIN)/python -m bench.lighthouse

.PHONY: axe
axe: setup ## Let axe judge every page, and write the result that the accessibility page tells
	$(BIN)/python -m bench.axe

.PHONY: lock
lock: ## Compile the lock files again from pyproject.toml and package.json
	uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements.txt
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements-dev.txt
