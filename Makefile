# Two commands do all: `make run` and `make test`. While you work: `make quick`.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
HOST ?= localhost
NPM := $(shell command -v npm)

CLUSTER := .venv-cluster/bin

UNIT := $(BIN)/python -m pytest --ignore=tests/browser --numprocesses 2 --dist worksteal

.PHONY: run test check types unit quick browser test-cluster screenshots docs figures mutation clean

run: .venv/.run
	$(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT)

test: check unit browser

check: .venv/.test types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

ifeq ($(NPM),)
types:
	@echo "Left out: the types of the scripts in ui/components and ui/hall (no npm on this machine)."
else
types: node_modules/.package-lock.json
	node_modules/.bin/tsc
	node_modules/.bin/tsc --project tsconfig.loose.json
	node_modules/.bin/tsc --project ui/hall/tsconfig.json
endif

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel error
	@touch $@

unit: .venv/.test
	$(UNIT)

quick: .venv/.test
	$(UNIT) -m "not slow"
	@echo "Left out: tests marked slow and those in a browser. \`make test\` asks everything."

browser: .venv/.test
	@sh tests/browser/install.sh
	$(BIN)/python -m pytest tests/browser -rs --numprocesses 2

# What asks for the extra `cluster`: Ray, started here with two nodes, and its dispatcher on PostgreSQL.
test-cluster: .venv-cluster/.test
	$(CLUSTER)/python -m pytest -rs tests/service/test_engines.py tests/service/test_cluster.py

screenshots: .venv/.test
	@sh tests/browser/install.sh
	$(BIN)/python tests/browser/screenshots.py

# Faults put in on purpose, one core, hours: docs/testing.md.
mutation: .venv/.test
	$(BIN)/python -m pip install --quiet --requirement requirements-mutation.txt
	OMP_NUM_THREADS=1 $(BIN)/mutmut run --max-children 1
	$(BIN)/python tests/mutation.py

# The figures of docs/science.md, from results that are there: no training.
figures: .venv/.test
	$(BIN)/python -m pip install --quiet --requirement requirements-docs.txt
	$(BIN)/python docs/figures.py

docs: .venv/.test
	$(BIN)/softlabel docs
	$(BIN)/python docs/house.py
	$(BIN)/python docs/api.py

# torch without CUDA where there is no NVIDIA GPU; TORCH=cpu or TORCH=cuda decides otherwise (deploy/install.py).
.venv/.run: requirements.txt pyproject.toml deploy/install.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Soft Label Lab needs Python 3.11 or newer; set PYTHON=python3.x"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python deploy/install.py requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.venv/.test: .venv/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

# Above .venv, which stays without Ray.
.venv-cluster/.test: .venv/.test requirements-cluster.txt
	$(BIN)/python -m venv .venv-cluster
	below=$$(realpath $(BIN)/../lib/python*/site-packages) && cd .venv-cluster/lib/python*/site-packages \
		&& echo "import site; site.addsitedir('$$below')" > below.pth
	$(CLUSTER)/python -m pip install --quiet --requirement requirements-cluster.txt
	@touch $@

clean:
	rm -rf .venv .venv-cluster node_modules build *.egg-info screenshots mutants
