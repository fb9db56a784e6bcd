# make studio   the studio in your browser, on the project opened last; ARGS=--sample opens the sample
# make shell    a shell in which `tellapart` and `python` are those of .venv
# make test     the checks of every change, the browser's included, side by side: minutes
# make test-slow   the slow ones: repetitions, kills, benchmarks, every example
# make test-all   both parts
# make test-versions   a few tests with the lowest and the newest versions of what we depend on, without torch
# make lint     ruff, mypy and the types of the widgets' JavaScript only
# make widgets  build the widgets' JavaScript from its modules, after changing one (needs Node.js)
# make bench    measurements beside fastai: make bench DATA=<folder>
# make bench-clean   finding wrong labels beside cleanlab and fastai: DATA as above
# make bench-deploy   an exported app beside fastai's classic one: DATA as above, WEIGHTS=<MobileNetV2's state dict>
# make docs     the documentation as a web site in site/
# make screenshots   take the pictures in docs/images anew
# make clean    remove what the commands above made; your projects stay
#
# PYTHON=python3.12   another Python (3.10 or newer)
# TORCH=no            without torch: gathering, training a head and classifying work all the same
# TORCH_ARGS="…"      pip arguments instead of constraints/torch.txt, for instance a folder of CPU wheels
# BROWSER=no          all tests but those that need a browser
# SEED=random         tests in another order, whose seed is printed; SEED=<number> repeats one
# ARGS="…"            more arguments for pytest, which then runs these tests only, or for the studio

PYTHON ?= python3
TORCH ?= yes
TORCH_ARGS ?=
BROWSER ?= yes
SEED ?=
ARGS ?=
DATA ?=
WEIGHTS ?=

ifeq ($(OS),Windows_NT)
BIN := Scripts
else
BIN := bin
endif
VENV_PYTHON := .venv/$(BIN)/python

# A Python chosen on the command line replaces the one in .venv; the default one does not.
EXACT := $(if $(filter file,$(origin PYTHON)),,--exact)
# Makes one environment or another; torch comes from the same place in all of them.
ENVIRONMENT = $(PYTHON) tools/environment.py $(EXACT) --torch-args='$(TORCH_ARGS)'

.PHONY: help studio shell test test-slow test-all test-versions lint widgets bench bench-clean bench-deploy docs screenshots clean environment python
.NOTPARALLEL:

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) was not found. Install Python 3.10 or newer, or name it: make studio PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), but tellapart needs Python 3.10 or newer. Name one: make studio PYTHON=python3.12" >&2; exit 1; }

environment: python
	@$(ENVIRONMENT) --torch $(TORCH)

studio: environment
	@$(VENV_PYTHON) -m tellapart_dashboards $(ARGS)

# The person's own shell; its start files may put other folders first on the path, so it is told what to do then.
shell: environment
	@echo "tellapart is on the path here: $(CURDIR)/.venv/$(BIN). Leave with exit."
	@VIRTUAL_ENV="$(CURDIR)/.venv" PATH="$(CURDIR)/.venv/$(BIN):$$PATH" "$${SHELL:-/bin/sh}" $(ARGS)

# What the three have in common: $(1) are arguments for tools/run_tests.py.
define run_tests
chromium=; \
if [ "$(BROWSER)" != no ]; then chromium=$$($(VENV_PYTHON) tools/browser.py) || exit 1; \
else set -- --no-browser; fi; \
node=$$($(VENV_PYTHON) tools/node_packages.py); \
TELLAPART_CHROMIUM="$$chromium" TELLAPART_NODE="$$node" $(VENV_PYTHON) tools/run_tests.py $(1) "$$@" --seed "$(SEED)" $(ARGS)
endef

# Lint comes first but never hides the tests: both run, either one fails the target.
test: environment
	@status=0; $(MAKE) --no-print-directory lint || status=1; $(call run_tests,--only quick) || status=1; exit $$status

test-slow: environment
	@$(call run_tests,--only slow)

test-all: environment
	@status=0; $(MAKE) --no-print-directory lint || status=1; $(call run_tests) || status=1; exit $$status

test-versions: python
	@$(PYTHON) tools/versions.py $(ARGS)

lint: environment
	@$(VENV_PYTHON) -m ruff check --output-format concise .
	@$(VENV_PYTHON) -m mypy
	@$(VENV_PYTHON) -m mypy tools
	@$(VENV_PYTHON) -m mypy benchmarks
	@$(VENV_PYTHON) tools/widgets.py --check

widgets: environment
	@$(VENV_PYTHON) tools/widgets.py

bench: environment
	@test -n "$(DATA)" || { \
	  echo "make bench needs pictures: make bench DATA=<folder of picture sets>" >&2; exit 1; }
	@$(ENVIRONMENT) --venv .venv-fastai --packages 'fastai==2.8.12 safetensors psutil'
	@$(VENV_PYTHON) benchmarks/quick_train.py --data "$(DATA)" --against fastai $(ARGS)

bench-clean: environment
	@test -n "$(DATA)" || { \
	  echo "make bench-clean needs pictures: make bench-clean DATA=<folder of picture sets>" >&2; exit 1; }
	@$(ENVIRONMENT) --venv .venv-fastai --packages 'fastai==2.8.12 safetensors psutil'
	@$(ENVIRONMENT) --torch no --venv .venv-cleanlab --packages 'cleanlab==2.9.0 scikit-learn'
	@$(VENV_PYTHON) benchmarks/clean.py --data "$(DATA)" --against fastai,cleanlab $(ARGS)

bench-deploy: environment
	@test -n "$(DATA)" && test -n "$(WEIGHTS)" || { \
	  echo "make bench-deploy needs pictures and weights: make bench-deploy DATA=<folder of picture sets> WEIGHTS=<state dict of MobileNetV2>" >&2; exit 1; }
	@$(ENVIRONMENT) --venv .venv-classic --packages 'fastai==2.8.12 voila==0.5.13 ipywidgets==8.1.9 ipykernel safetensors psutil'
	@$(VENV_PYTHON) benchmarks/deploy.py --data "$(DATA)" --weights "$(WEIGHTS)" $(ARGS)

docs: environment
	@NO_MKDOCS_2_WARNING=1 $(VENV_PYTHON) -m mkdocs build --strict

screenshots: environment
	@chromium=$$($(VENV_PYTHON) tools/browser.py) || exit 1; \
	node=$$($(VENV_PYTHON) tools/node_packages.py); \
	TELLAPART_CHROMIUM="$$chromium" TELLAPART_NODE="$$node" TELLAPART_SCREENSHOTS=1 $(VENV_PYTHON) -m pytest \
	  tests/browser/test_studio.py tests/browser/test_gather.py tests/browser/test_clean.py \
	  tests/browser/test_clean_overview.py tests/browser/test_share.py tests/browser/test_projects.py \
	  tests/browser/test_lessons.py $(ARGS)

clean:
	rm -rf .venv .venv-fastai .venv-cleanlab .venv-classic .venv-versions site build .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
