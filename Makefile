# make compare   train and compare the agents, a few minutes; results/pocket/report/index.html shows the outcome
# make test      the whole test suite
# make check     what CI runs: lint, types, tests
# make bench     tables of how fast environments and training are
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: compare test lint types check bench format clean

$(READY): setup.cfg constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else \
		"Python 3.11 or newer is needed, %s is %d.%d; try: make PYTHON=python3.11 ..." % (sys.executable, v[0], v[1]))'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[baselines,leaderboards,test,bench,tune,lint]'
	@touch $@

compare: $(READY)
	$(BIN)/python -m baselines compare --suite pocket

test: $(READY)
	$(BIN)/python -m pytest -n 2

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

check: lint types test

bench: $(READY)
	$(BIN)/python -m benchmarks.environments
	$(BIN)/python -m benchmarks.robot
	$(BIN)/python -m benchmarks.training

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info
