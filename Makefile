# Every target sets up what it needs: a virtual environment with Node.js in it, and the CDK CLI.

PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON_READY := .venv/.installed
READY := $(PYTHON_READY) node_modules/.package-lock.json

# In the order of tests/conftest.py, which has the longest files first. Deployments mostly wait, so
# that three workers fit on two cores.
PARALLEL := --dist loadfile --no-loadscope-reorder --numprocesses

.DEFAULT_GOAL := help
.PHONY: help demo local test test-fast check format snapshots pictures mutants bench docs prove prove-clean lock release clean

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		awk -F '|' '{ printf "make %-11s  %s\n", $$1, $$2 }'

demo: $(READY) ## deploy the app to a local AWS, step by step, and show what changes
	@python -m localaws.demo

local: $(READY) ## start a local AWS, for the CDK CLI in another terminal
	@python -m localaws

test: check ## run `make check`, then all tests that need no network (eight minutes)
	python -m pytest $(PARALLEL) 3

test-fast: $(READY) ## run the tests that start no deployment and no other process, with a part of the examples
	LIFECYCLE_PROFILE=quick SWEEP_RUNS=60 python -m pytest $(PARALLEL) 2 -m 'not deploys and not slow'

check: $(READY) ## check format, lint, import rules and types (the first run takes a minute)
	ruff format --check .
	ruff check .
	PYTHONPATH=cli:constructs:lambda lint-imports --no-cache --no-logo
	mypy
	MYPYPATH=examples/pipeline mypy examples/pipeline

format: $(READY) ## format the code and apply the fixes of the linter
	ruff format .
	ruff check --fix .

snapshots: $(READY) ## accept changed templates
	python -m pytest -m 'not deploys' --snapshot-update

pictures: $(READY) ## draw the pictures of the demo again
	@python -m localaws.demo --pictures docs

mutants: $(READY) ## change the handler in one place at a time and report the changes that no test detects (some minutes)
	@PYTHONPATH=tests python -m mutants

bench: $(READY) ## measure against the alternatives (half an hour or more)
	@python -m bench

docs: $(READY) ## build the documentation site in docs.out/html, for any browser, without a network
	rm -rf docs.out
	sphinx-build -M html . docs.out -c docs --fail-on-warning --quiet
	@echo "Open docs.out/html/index.html"

PROOF := PYTHONPATH=tests:.:cli:constructs:lambda python -m proof

prove: $(READY) ## deploy to an account, check everything there, remove it, write a report (asks first; DRY_RUN=1: no change)
	@$(if $(REGION),AWS_REGION=$(REGION)) $(PROOF) run $(if $(DRY_RUN),--dry-run) $(if $(YES),--yes) \
		$(if $(WAIT_FOR_EXPIRATION),--wait-for-expiration) $(if $(UNCHECKED),--unchecked-permissions) \
		$(if $(SHARED),--shared-account) $(if $(POLICY),--policy)

prove-clean: $(READY) ## remove what an interrupted `make prove` has left (RUN=id: of one run)
	@$(PROOF) clean $(if $(RUN),--run $(RUN))

lock: $(READY) ## pin all versions again, after a change of requirements.in or package.json
	pip-compile --quiet --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file=requirements.txt requirements.in
	npm install --package-lock-only --ignore-scripts

release: $(READY) ## check, build twice, test and tag the version in pyproject.toml (DRY_RUN=1: no tag)
	@PYTHONPATH=.ci python -m release tag $(if $(DRY_RUN),--dry-run)

clean: ## remove the virtual environment and everything else that was built
	rm -rf .venv node_modules cdk.out docs.out dist .mypy_cache .ruff_cache .pytest_cache

$(PYTHON_READY): requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found" >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) (once, a minute or two)"
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make virtual environments: \
	install its venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@python -m pip install -qq --requirement requirements.txt
	@touch $@

node_modules/.package-lock.json: package-lock.json $(PYTHON_READY)
	@echo "Setting up the CDK CLI"
	@npm ci --loglevel=error --no-audit --no-fund --no-update-notifier > /dev/null
	@touch $@
