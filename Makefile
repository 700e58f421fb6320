# make study   sets up .venv and runs the demo study
# make test    sets up .venv and runs the tests
# make test-faults   injects faults: kills, a full disk, a lost GPU, broken files, wrong settings
# make lint    checks the style of code and workflow
# make lists   writes config/schema.json, the README's lists and the picture of the architecture
# make architecture   draws docs/architecture.svg from the imports
# make report  runs the demo study and writes results/report-demo.html
# make test-cluster  runs the demo study on a Slurm that it starts on this machine; needs root
# make test-report  checks the report of the finished demo study in headless Chromium

PYTHON ?= python3
CORES ?= all
CONFIG ?= config/demo.yaml
REPORT = results/report-$(basename $(notdir $(firstword $(CONFIG)))).html
BIN := .venv/bin
STAMP := .venv/installed

ifneq ($(shell test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
  # pip, Snakemake and Matplotlib write to the home folder.
  export HOME := $(CURDIR)/.home
  $(info The home folder cannot be written: using $(HOME) instead)
endif
ifeq ($(LOGNAME)$(USER),)
  # Snakemake needs a user name, which may be missing in a container.
  export USER := $(shell id -un 2>/dev/null || id -u)
endif

.PHONY: help study test test-faults test-cluster lint lists architecture report test-report clean

help:
	@sed -n 's/^# //p' Makefile

$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up .venv from requirements.lock (once; minutes, mostly PyTorch)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Paramscape needs Python 3.11 or newer; choose one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

study: $(STAMP)
	@echo "Running the study of $(CONFIG) on $(CORES) cores"
	$(BIN)/paramscape fetch $(CONFIG)
	$(BIN)/paramscape check $(CONFIG)
	$(BIN)/snakemake --configfile $(CONFIG) --cores $(CORES) --rerun-incomplete --keep-going

test: $(STAMP)
	@echo "Running the tests"
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal --ignore tests/faults

test-faults: $(STAMP)
	@echo "Injecting faults into a tiny study"
	$(BIN)/python -m pytest -rs tests/faults

lint: $(STAMP)
	@echo "Checking the style of code and workflow"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

lists: architecture
	$(BIN)/python .ci/lists.py

architecture: $(STAMP)
	@echo "Drawing docs/architecture.svg"
	$(BIN)/python docs/draw_architecture.py

report: study
	$(BIN)/snakemake --configfile $(CONFIG) --report $(REPORT)

test-report: $(STAMP)
	@echo "Checking the report of the demo study"
	$(BIN)/python -m pytest -rs tests/report

test-cluster: $(STAMP)
	@echo "Running the demo study on a Slurm that is started on this machine"
	$(BIN)/python -m pytest -rs --durations=5 tests/cluster

clean:
	rm -rf .venv
