# The commands of EchoStream. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
# The Python that makes .venv: the one named in PYTHON, else the one that .venv has, else python3.
INSTALL_PYTHON = $(if $(filter file,$(origin PYTHON)),$(shell command -v $(BIN)/python || echo $(PYTHON)),$(PYTHON))

# dbt finds its project and connections from the top of the repository; a profiles.yml there goes first.
export DBT_PROJECT_DIR := $(CURDIR)/dbt_project
export DBT_PROFILES_DIR ?= $(CURDIR)$(if $(wildcard profiles.yml),,/dbt_project)

.PHONY: help
help: ## List the commands
	@echo "EchoStream: a Spotify analytics warehouse"
	@echo
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do printf '  make %-13s %s\n' "$$name" "$$text"; done

.PHONY: install
install: ## Make the virtual environment .venv with the locked versions
	@command -v "$(INSTALL_PYTHON)" >/dev/null || { echo "No $(PYTHON) found: install Python 3.11 or newer, or name one with make PYTHON=..."; exit 2; }
	@"$(INSTALL_PYTHON)" -IS tools/install.py

.PHONY: demo
demo: install ## Play some weeks of a made-up music world into a warehouse, and show what is in it
	@$(BIN)/python -m tour

# Tests share what they make once, and each of the workers takes over what another has left to do.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal
# One part of the tests, such as loader: tests/tiers.py names them.
AREA ?=

.PHONY: test
test: check ## Check style, types and SQL, and run the quick tests: in about three minutes, once it has been run
	@$(PYTEST) -m "not deep" --brief --override-ini console_output_style=classic

.PHONY: test-all
test-all: install $(if $(AREA),,lint) tsql-parser ## Run every check and test, or every test of one AREA=
	@$(PYTEST) $(if $(AREA),--area $(AREA))

.PHONY: lint
lint: install ## Check style and types of Python and SQL, every file
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/python tools/lint_sql.py --all

.PHONY: check
check: install ## Check in seconds: style, types, whether dbt reads the project, the SQL that changed
	@$(MAKE) --no-print-directory --jobs --keep-going check-style check-types check-parse check-sql

.PHONY: check-style check-types check-parse check-sql
check-style:
	@$(BIN)/python -m ruff check --quiet .
	@$(BIN)/python -m ruff format --quiet --check . || { echo "Not in the house's style: make format mends it."; exit 1; }
check-types:
	@$(BIN)/python -m mypy
# Every file: where a snapshot and what it is taken of both changed, dbt's partial parsing loses the snapshot's change.
check-parse:
	@$(BIN)/dbt --quiet parse --no-partial-parse
check-sql:
	@$(BIN)/python tools/lint_sql.py

# Where it cannot be had, the tests that want it say so and are skipped.
.PHONY: tsql-parser
tsql-parser:
	@"$(INSTALL_PYTHON)" -IS tools/install.py --tsql-parser

.PHONY: tsql
tsql: install tsql-parser ## Check the dbt project as T-SQL: all that it would send to Azure SQL
	@$(BIN)/pytest tests/project/test_tsql.py -rs

.PHONY: test-azuresql
test-azuresql: install ## Compare the SQL Server named in AZURE_SQL_SERVER with DuckDB, mart by mart, and try its roles
	@test -n "$(AZURE_SQL_SERVER)" || { echo "Say which server: AZURE_SQL_SERVER and the variables beside it (docs/two-engines.md)."; exit 2; }
	@$(BIN)/pytest tests/warehouse/test_two_engines.py tests/loader/azure_sql/test_server.py -rs

.PHONY: format
format: install ## Bring Python and SQL into the house's style
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .
	@$(BIN)/python tools/lint_sql.py --fix

# What a person types goes into the environment as it is: spaces, quotes and dollar signs are then the shell's no more.
history history-file: override export FILE := $(value FILE)
query query-sql: override export SQL := $(value SQL)

.PHONY: history
history: history-file install ## Load FILE=my_spotify_data.zip, your account export, build the marts, draw the dashboard
	@$(BIN)/python -m operations history "$$FILE"

.PHONY: history-file
history-file:
	@test -n "$$FILE" || { echo 'Name the export that Spotify sent you: make history FILE=my_spotify_data.zip' >&2; exit 2; }

.PHONY: load
load: install ## Load today's day of the artists in .dlt/config.toml, then build the marts
	@$(BIN)/python -m operations load

# What only reads looks at the demo's warehouse where that is the only one.
DEMO_DUCKDB := warehouse/demo.duckdb
ONLY_DEMO := $(if $(ECHOSTREAM_DUCKDB)$(filter-out duckdb,$(ECHOSTREAM_DESTINATION))$(wildcard warehouse/echostream.duckdb),,$(wildcard $(DEMO_DUCKDB)))
query docs dashboard: export ECHOSTREAM_DUCKDB := $(or $(ECHOSTREAM_DUCKDB),$(ONLY_DEMO))

.PHONY: only-demo
only-demo:
	@test -z "$(ONLY_DEMO)" || echo "There is no warehouse/echostream.duckdb yet: this is the demo's, $(ONLY_DEMO)." >&2

.PHONY: query
query: query-sql install only-demo ## Show the answer to SQL="select ..." over the warehouse
	@$(BIN)/python -m operations query -- "$$SQL"

.PHONY: query-sql
query-sql:
	@test -n "$$SQL" || { echo 'Say what to ask: make query SQL="select artist_name from marts.dim_artist"' >&2; exit 2; }

# A state is what another build knew of the project: the manifest that dbt compares this one with.
STATE ?= state

.PHONY: state
state: install ## Keep the manifest of the last build in STATE, for build-changed
	@mkdir -p "$(STATE)"
	@cp dbt_project/target/manifest.json "$(STATE)/manifest.json"

.PHONY: build-changed
build-changed: install ## Build what differs from STATE and what hangs on it, in a warehouse that holds the rest
	@test -f "$(STATE)/manifest.json" || { echo "No manifest in $(STATE): name the folder of another build's, STATE=... (make state keeps one)."; exit 2; }
	@$(BIN)/dbt build --select state:modified+ --indirect-selection eager --state "$(abspath $(STATE))"
	@$(BIN)/dbt --quiet docs generate --static
	@mkdir -p site && cp dbt_project/target/static_index.html site/dbt-docs.html

.PHONY: docs
docs: install only-demo ## Show the warehouse's documentation and lineage in the browser
	@$(BIN)/python -m operations docs
	@$(BIN)/dbt docs serve

.PHONY: dashboard
dashboard: install only-demo ## Draw the dashboard of the warehouse: one page, site/dashboard.html
	@$(BIN)/python -m dashboard

.PHONY: site
site: demo ## Make the documentation's site of the demo: the folder site, as it is published
	@$(BIN)/python -m tools.build_site

.PHONY: pictures
pictures: site ## Take the README's pictures anew (needs Chromium, and fonts for the names: noto-core, noto-cjk)
	@$(BIN)/python -m tools.take_pictures

.PHONY: diagram
diagram: install ## Draw the entity diagram of the documentation's overview anew
	@$(BIN)/dbt --quiet parse
	@$(BIN)/python -m tools.draw_diagram

.PHONY: powerbi
powerbi: install ## Write the tables of Power BI's semantic model anew, from the marts' contracts
	@$(BIN)/dbt --quiet parse
	@$(BIN)/python -m tools.write_power_bi

COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --no-annotate --no-header \
	--no-emit-index-url --quiet

.PHONY: lock
lock: install ## Lock the newest versions that pyproject.toml allows
	@{ echo '# Every version EchoStream runs on, with its hashes: what `make install` installs and nothing else.'; \
		echo '# Made from pyproject.toml by `make lock`.'; \
		$(COMPILE) pyproject.toml --extra dev; } > requirements.txt.new
	@mv requirements.txt.new requirements.txt
	@{ echo '# What `make install` installs with, and `make lock` locks with; pip stands in where it cannot be had.'; \
		echo '# Made by `make lock`.'; echo uv | $(COMPILE) -; } > tools/installer.txt.new
	@mv tools/installer.txt.new tools/installer.txt

.PHONY: clean
clean: ## Remove what was made, but for the warehouse: environment, pages, dbt's output, caches
	@rm -rf .venv .venv.building .venv.replaced dbt_project/target dbt_project/logs logs site .pytest_cache .mypy_cache .ruff_cache
