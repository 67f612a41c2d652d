# Every target sets up what it needs: a virtual environment with Node.js in it, and the CDK CLI.

PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON_READY := .venv/.installed
READY := $(PYTHON_READY) node_modules/.package-lock.json

.PHONY: demo local test test-fast check format snapshots pictures mutants bench lock clean

demo: $(READY)
	@python -m demo

local: $(READY)
	@python -m localaws

test: $(READY)
	python -m pytest --numprocesses 2 --dist loadfile

test-fast: $(READY)
	python -m pytest --numprocesses 2 -m 'not deploys and not slow'

check: $(READY)
	ruff format --check .
	ruff check .
	mypy

format: $(READY)
	ruff format .
	ruff check --fix .

snapshots: $(READY)
	python -m pytest -m 'not deploys' --snapshot-update

pictures: $(READY)
	@python -m demo --picture docs/demo.svg

mutants: $(READY)
	@PYTHONPATH=tests python -m mutants

bench: $(READY)
	@python -m bench

lock: $(READY)
	pip-compile --quiet --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file=requirements.txt requirements.in
	npm install --package-lock-only --ignore-scripts

clean:
	rm -rf .venv node_modules cdk.out dist .mypy_cache .ruff_cache .pytest_cache

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
