# The whole developer interface. `make` lists it; every target first makes `.venv` ready (tools/bootstrap.py), which
# takes a tenth of a second once it is done. Extra words for a command go into ARGS: make demo ARGS="--json"

.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/bash

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2
BIN := .venv/bin
COMPOSE := $(BIN)/docker-compose

##@ Run it on this machine

.PHONY: up demo status down reset
up: setup             ## start broker, databases, mail sink and services; watch referrals move; Ctrl-C stops all
	@$(BIN)/alongside up $(ARGS)

demo: setup           ## send sample referrals through everything, print each journey; fails if a promise is broken
	@$(BIN)/alongside demo $(ARGS)

status: setup         ## list the running processes, their addresses and states
	@$(BIN)/alongside status $(ARGS)

down: setup           ## stop what `up` started; data stays
	@$(BIN)/alongside down $(ARGS)

reset: setup          ## stop, and delete all local data (.alongside)
	@$(BIN)/alongside reset $(ARGS)

##@ Work on it

.PHONY: setup test kafka-test fuzz lint-openapi faults bench bench-matching simulate check fmt generate schemas lock clean
setup:                ## make .venv ready (done by every other target)
	@$(PYTHON) tools/bootstrap.py

test: setup           ## all tests; they start PostgreSQL and Kafka themselves (ARGS="tests/unit -k capacity")
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

kafka-test: setup     ## on clusters of real Apache Kafka, one and three brokers, with users and rights (needs Java 17)
	@$(BIN)/python tools/kafka_test.py -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: setup           ## generated requests, good and bad, to each service; answers as OpenAPI declares (ARGS="--full --seed 3")
	@$(BIN)/python -m tools.fuzz $(ARGS)

lint-openapi: setup   ## the services' OpenAPI documents, by Spectral (needs Node.js with npm, else it is skipped)
	@$(BIN)/python -m tools.lint_openapi

faults: setup         ## 5,000 referrals through a storm of faults, then every promise checked (ARGS="--quick --seed 3")
	@$(BIN)/alongside faults --json $(ARGS)

bench: setup          ## measure throughput here, beside its peers; the last line is JSON (ARGS="--quick" or "--against REV")
	@$(BIN)/alongside bench --json $(ARGS)

bench-matching: setup ## measure the match engine, beside its peers; the last line is JSON (ARGS="--quick")
	@$(BIN)/alongside bench-matching --json $(ARGS)

simulate: setup       ## simulate a year of an invented region: waiting, load and fit against greedy and random (ARGS="--seed 3")
	@$(BIN)/alongside simulate $(ARGS)

check: check-style check-types check-imports check-generated check-schemas check-migrations check-compose   ## everything but the tests
	@echo "check: all good"

fmt: setup            ## format the code and fix what can be fixed automatically
	@$(BIN)/ruff check --fix --exit-zero --quiet
	@$(BIN)/ruff format

generate: setup       ## generate files from the list of services: compose, scrape targets, settings, linters
	@$(BIN)/python -m tools.generate

schemas: setup        ## write JSON Schemas and the AsyncAPI document from the contracts
	@$(BIN)/python -m alongside_contracts.schemas $(ARGS)

lock: setup           ## pin every dependency again into requirements.lock (ARGS="--upgrade" for newer versions)
	@$(BIN)/python tools/lock.py $(ARGS)

clean:                ## remove caches and build products; keeps .venv and local data
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find cli localstack lab services shared tests tools -type d \( -name __pycache__ -o -name '*.egg-info' -o -name build -o -name dist \) \
	  -prune -exec rm -rf {} +

##@ One check at a time

.PHONY: check-style check-types check-imports check-generated check-schemas check-migrations check-compose
check-style: setup    ## ruff: rules and formatting
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "check-style: not formatted; run: make fmt"; exit 1; }

check-types: setup    ## mypy, strictly, over every package, the tests and the tools
	@$(BIN)/mypy --no-error-summary $(wildcard shared/*/alongside_* services/*/alongside_* cli/alongside_cli localstack/alongside_localstack lab/alongside_lab tests tools)

check-imports: setup  ## import rules between packages and layers
	@$(BIN)/lint-imports --no-logo

check-generated: setup ## files generated from the list of services are up to date
	@$(BIN)/python -m tools.generate --check

check-schemas: setup  ## schemas are fresh, compatible both ways, and every example still reads
	@$(BIN)/python -m alongside_contracts.schemas --check

check-migrations: setup ## on a real PostgreSQL, per service: up, compare with the tables, down, up
	@$(BIN)/python tools/check_migrations.py

check-compose: setup  ## docker-compose.yml is valid in all profiles (needs no Docker)
	@if [ -f docker-compose.yml ]; then $(COMPOSE) --profile '*' config --quiet; fi

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
