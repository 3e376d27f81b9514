# `make` lists what there is. Everything runs in .venv, made from requirements.txt; what needs packages
# of other versions has an environment and a lock of its own. A lock holds every package at an exact
# version with the hashes of its files: pip installs nothing else, and builds nothing but ChannelAttribution (bench)
# and halo (semantic), which come as source alone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# BI tools read the published file with DuckDB 1.x: the tests do so too.
READER_INSTALLED := .venv-reader/.installed

# Linting compiles the models; it keeps its database and parse cache apart from those of a build.
LINT_DIR := target/lint
LINT_ENV := ABM_DB=$(LINT_DIR)/lint.duckdb ABM_RAW_DIR=sample_data DBT_TARGET_PATH=$(LINT_DIR) \
	DBT_LOG_PATH=$(LINT_DIR)
SQL_PATHS = $(wildcard models tests/singular analyses)

# Hashes are those of a first build of the sample, without a salt.
HASHES_DIR := target/hashes
HASHES_ENV := ABM_DB=$(HASHES_DIR)/abm.duckdb ABM_RAW_DIR=sample_data ABM_EMAIL_SALT= \
	DBT_TARGET_PATH=$(HASHES_DIR) DBT_LOG_PATH=$(HASHES_DIR)

# Models are compiled for Snowflake and BigQuery with their adapters.
COMPILE_INSTALLED := .venv-compile/.installed

# Tests build with the next dbt too.
DBT_NEXT_INSTALLED := .venv-dbt-next/.installed

# Tests run dlt and a Singer target.
LOADERS_INSTALLED := .venv-loaders/.installed

# Metrics are asked for with MetricFlow.
SEMANTIC_INSTALLED := .venv-semantic/.installed

# Target spark is built and compared; without Java its tests are skipped.
SPARK_INSTALLED := .venv-spark/.installed
# By themselves: Spark takes both cores.
SPARK_TESTS := tests/python/test_spark.py

# `make test-clients` reads what is published with the clients of BI tools and analysts.
CLIENTS := clients clients-newest clients-superset $(addprefix clients-duckdb-,1-0 1-1 1-2 1-3)
CLIENTS_INSTALLED := $(CLIENTS:%=.venv-%/.installed)

# `make bench` measures ChannelAttribution where it is there: it has to be compiled.
BENCH_INSTALLED := .venv-bench/.installed

# What writes the locks, and what says which packages a release stands on.
RELEASE_INSTALLED := .venv-release/.installed
LOCK = .venv-release/bin/uv --quiet pip compile --universal --python-version 3.11 --only-binary :all: --emit-build-options \
	--generate-hashes --no-annotate --custom-compile-command 'make lock' pyproject.toml $(UPGRADE)
# uv has resolved what a lock holds; pip of Python 3.11 takes `package[extra]` for an unpinned package.
PIP_INSTALL := pip install --quiet --disable-pip-version-check --no-deps

.DEFAULT_GOAL := help
.PHONY: help install reader compile-adapters dbt-next loaders semantic peers lock licenses release compare-engines build docs map glossary hashes bench spark spark-sizing test test-clients test-full lint \
	lint-python lint-sql format clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "error: $(PYTHON) is not Python 3.11 or newer: install one and name it with" \
			"\`make PYTHON=/path/to/python3.11 build\`." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "error: $(PYTHON) cannot make environments:" \
			"run \`apt-get install python3-venv\` as root and try again." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing requirements.txt into $(VENV) (about a minute when new)"
	@$(BIN)/$(PIP_INSTALL) -r requirements.txt
	@$(BIN)/$(PIP_INSTALL) --no-build-isolation -e .
	@touch $@

ENVIRONMENTS := $(READER_INSTALLED) $(COMPILE_INSTALLED) $(LOADERS_INSTALLED) $(RELEASE_INSTALLED) \
	$(SEMANTIC_INSTALLED) $(DBT_NEXT_INSTALLED) $(SPARK_INSTALLED)
$(ENVIRONMENTS) $(BENCH_INSTALLED) $(CLIENTS_INSTALLED): .venv-%/.installed: requirements-%.txt
	@test -x .venv-$*/bin/python || $(PYTHON) -m venv .venv-$*
	@echo "Installing $< into .venv-$* (about a minute when new)"
	@.venv-$*/bin/$(PIP_INSTALL) -r $<
	@test $* != spark || .venv-$*/bin/$(PIP_INSTALL) --no-build-isolation -e .
	@touch $@

install: $(INSTALLED) ## Make or renew .venv from requirements.txt

reader: $(READER_INSTALLED) ## Make .venv-reader, the DuckDB 1.4 client that tests read with

compile-adapters: $(COMPILE_INSTALLED) ## Make .venv-compile, the Snowflake and BigQuery adapters

dbt-next: $(DBT_NEXT_INSTALLED) ## Make .venv-dbt-next: dbt 1.12, with which tests build

loaders: $(LOADERS_INSTALLED) ## Make .venv-loaders: dlt and a Singer target, which tests run

semantic: $(SEMANTIC_INSTALLED) ## Make .venv-semantic, and target/semantic_manifest.json, which `mf query` reads
	@PYTHONPATH=. .venv-semantic/bin/dbt --quiet parse

spark: $(SPARK_INSTALLED) ## Make .venv-spark, whose `abm` builds with --target spark

peers: $(BENCH_INSTALLED) ## Make .venv-bench: compile ChannelAttribution, which `make bench` then measures

lock: $(RELEASE_INSTALLED) ## Write the locks from pyproject.toml (UPGRADE=--upgrade: with newer packages)
	@$(LOCK) --extra dev --group build -o requirements.txt
	@$(LOCK) --group build --constraint requirements.txt -o requirements-core.txt
	@$(subst --only-binary :all:,,$(LOCK:pyproject.toml=)) --group bench -o requirements-bench.txt
	@$(subst --only-binary :all:,,$(LOCK:pyproject.toml=)) --group semantic -o requirements-semantic.txt
	@$(subst --only-binary :all:,,$(LOCK)) --group spark --group build -o requirements-spark.txt
	@for group in compile loaders reader release $(filter-out clients-superset,$(CLIENTS)); do \
		$(LOCK:pyproject.toml=) --group $$group -o requirements-$$group.txt || exit 1; \
	done
	@echo 'dbt-core-experimental-parser; python_version < "3"' | $(LOCK:pyproject.toml=) --group dbt-next --override - -o requirements-dbt-next.txt
	@echo pandas==2.1.4 | $(LOCK:pyproject.toml=) --group clients-superset --override - -o requirements-clients-superset.txt

licenses: $(INSTALLED) ## Write LICENSES.md: under which licence every package of the lock stands
	@$(BIN)/python -m tools.licenses

release: $(INSTALLED) $(RELEASE_INSTALLED) ## Write the archive, its bill of materials (CycloneDX) and sums to dist/
	@$(BIN)/python -m tools.release

compare-engines: $(INSTALLED) $(SPARK_INSTALLED) ## Build the sample on DuckDB, PostgreSQL and Spark, compare row by row
	@ABM_BIN=$(BIN) scripts/compare_engines.sh

build: $(INSTALLED) ## Set up, build the warehouse from the sample, publish it and its dashboard to out/
	@$(BIN)/abm build
	@$(BIN)/abm publish
	@$(BIN)/abm report

docs: $(INSTALLED) ## Write the data dictionary and dbt's documentation of the build to out/docs
	@$(BIN)/abm docs

map: $(INSTALLED) ## Write docs/map.md: rooms, their doors, and the files of each KPI in reading order
	@$(LINT_ENV) $(BIN)/dbt --quiet parse
	@$(BIN)/python -m tools.map $(LINT_DIR)/manifest.json

glossary: $(INSTALLED) ## Write docs/glossary.md: the headline numbers, each under one name
	@$(BIN)/python -m tools.glossary

hashes: $(INSTALLED) ## Write docs/published_hashes.csv: what any engine must make of the sample
	@rm -rf $(HASHES_DIR)
	@$(HASHES_ENV) $(BIN)/abm build
	@$(HASHES_ENV) $(BIN)/dbt --quiet run-operation published_hashes > docs/published_hashes.csv

bench: $(INSTALLED) ## Measure builds of 0.5 and 5 million touchpoints, write docs/benchmarks.md
	@$(BIN)/python -m tools.bench

spark-sizing: $(INSTALLED) $(SPARK_INSTALLED) ## Measure Spark beside DuckDB at three sizes, write docs/sizing.md
	@$(BIN)/python -m tools.spark_sizing

lint: lint-python lint-sql ## Check the style of Python and SQL

lint-python: $(INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lint-sql: $(INSTALLED)
	@mkdir -p $(LINT_DIR)
	@$(LINT_ENV) $(BIN)/python -m tools.lint_sql $(SQL_PATHS)

format: $(INSTALLED) ## Rewrite Python in the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

test: $(INSTALLED) $(ENVIRONMENTS) lint-python ## What CI runs: Python's style and tests
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore $(SPARK_TESTS)
	@$(BIN)/pytest $(SPARK_TESTS)

test-clients: $(INSTALLED) $(READER_INSTALLED) $(CLIENTS_INSTALLED) ## Read what is published with every client, write docs/connecting.md
	@$(BIN)/python -m tools.clients

test-full: $(INSTALLED) $(ENVIRONMENTS) ## The longer proofs
	@$(BIN)/pytest -m full

clean: ## Remove what builds and tests wrote, but neither .venv nor the build database
	@rm -rf target logs out build *.egg-info .pytest_cache .ruff_cache
	@find abm tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
