# make briefs: from a fresh clone to PDF improvement briefs. make test: everything that is checked.
PYTHON ?= python3
BIN := .venv/bin
EXTRAS := demo,rd,cluster,test
STAMP := .venv/.installed
PEERS := .venv/.peers
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable
NOTEBOOKS := data_quality growth disparities intervention

.PHONY: help setup briefs test check bench lab docs clean
.DEFAULT_GOAL := help

help:
	@echo "make briefs   install into .venv if needed; make briefs from the Project STAR sample district"
	@echo "make test     install if needed; run the tests"
	@echo "make check    format, lint and types"
	@echo "make bench    benchmarks against the libraries one would use instead; installs those that are missing"
	@echo "make lab      JupyterLab on the notebooks with the sample district"
	@echo "make docs     write the generated pages under docs/ anew"

setup: $(STAMP)

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "Installing into .venv (about a minute)"
	@$(PYTHON) -m venv .venv
	@$(INSTALL) ".[$(EXTRAS)]"
	@touch $(STAMP)

$(PEERS): $(STAMP)
	@$(INSTALL) ".[bench]"
	@touch $(PEERS)

data/star/district.toml: $(wildcard cbe_analysis/importers/star*.py) | $(STAMP)
	@$(BIN)/cbe demo star data/star

briefs: $(STAMP) data/star/district.toml
	@for notebook in $(NOTEBOOKS); do $(BIN)/cbe run $$notebook data/star --out reports || exit $$?; done
	@echo
	@echo "The briefs:"
	@ls -1 reports/drafts/*/*.pdf
	@echo "They are protected drafts. To attack them together and make them public: $(BIN)/cbe publish"

test: $(STAMP)
	@$(BIN)/python -m pytest -n auto -q

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(PEERS)
	@status=0; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || status=1; done; exit $$status

lab: $(STAMP) data/star/district.toml
	@$(BIN)/cbe lab data/star

docs: $(STAMP)
	@$(BIN)/python docs/generate.py

clean:
	rm -rf .venv data/star reports/drafts build *.egg-info
	@# what was published stays known: its true sizes are in reports/internal/releases
	@if [ -d reports/internal ]; then find reports/internal -mindepth 1 -maxdepth 1 ! -name releases -exec rm -rf {} +; fi
