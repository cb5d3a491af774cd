# Everything a newcomer needs: make demo, make test, make bench.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STATIC := contests/web/static/app.js
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# What Python compiled is kept: the tests start dozens of processes, and each would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench chaos serve lock clean

demo: $(VENV)/.run $(STATIC)
	$(BIN)/python examples/demo.py

serve: $(VENV)/.run $(STATIC)
	$(BIN)/contests serve

test: $(VENV)/.dev $(STATIC)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
# mypy takes one core. Meanwhile the other reads the tests once, so that their workers find them compiled.
	$(BIN)/pytest --collect-only -q >/dev/null 2>&1 & $(BIN)/mypy; found=$$?; wait; exit $$found
	$(BIN)/pytest -n 3 --dist loadgroup

lint: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev $(STATIC)
	$(BIN)/python bench/bench.py

# Faults: MINUTES for each database; docs/chaos.md.
MINUTES ?= 10
chaos: $(VENV)/.dev $(STATIC)
	$(BIN)/python bench/chaos.py --minutes $(MINUTES)

# The lock files name every package with the digests of its files.
$(VENV)/.run: requirements/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.run

# Node.js and npm come from the lock file too; nothing of the build is committed.
$(STATIC): $(wildcard frontend/src/* frontend/src/*/*) frontend/build.mjs frontend/package-lock.json
	test -x $(BIN)/node || $(MAKE) $(VENV)/.run
	cd frontend && PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --silent
	cd frontend && PATH="$(abspath $(BIN)):$$PATH" node build.mjs
	touch $@

lock:
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe --extra build --output-file requirements/run.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe --extra build --extra dev --extra scale --constraint requirements/run.txt --output-file requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) contests/web/static frontend/node_modules build dist var
