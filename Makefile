# make compare   train and compare the agents, a few minutes; results/pocket/report/index.html shows the outcome
# make test      the whole test suite
# make check     what CI runs: lint, types, tests
# make test-oldest   what views promise, with the oldest gymnasium, pettingzoo and numpy that setup.cfg allows
# make test-newest   ... with the newest that there are; both: TESTS=tests/badger_envs for all that is tested of the package
# make bench     tables of how fast environments and training are
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

TESTS ?= $(addprefix tests/badger_envs/views/test_,gymnasiums_tests.py pettingzoos_tests.py rl2.py sub_environments.py tuples.py)
PACKAGES := numpy array-api-compat gymnasium pettingzoo mujoco

.PHONY: compare test test-oldest test-newest lint types check bench format clean

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

# Everything that $(VENV) has, in seconds, and other versions of some packages before it.
define test_with
	$(BIN)/python -m venv --clear --without-pip $(VENV)-$(1)
	$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> "$$($(VENV)-$(1)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/shared.pth"
	$(BIN)/python -m pip --python $(VENV)-$(1)/bin/python install --quiet $(2)
	$(VENV)-$(1)/bin/python -m pytest -n 2 $(TESTS)
endef

test-oldest: $(READY) constraints-oldest.txt
	$(call test_with,oldest,-r constraints-oldest.txt)

test-newest: $(READY)
	$(call test_with,newest,--upgrade $(PACKAGES))

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

check: lint types test

bench: $(READY)
	$(BIN)/python -m benchmarks.environments
	$(BIN)/python -m benchmarks.robot
	$(BIN)/python -m benchmarks.topology
	$(BIN)/python -m benchmarks.training

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-newest build dist *.egg-info
