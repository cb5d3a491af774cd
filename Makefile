# Everything a newcomer needs: make demo, make test, make bench.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STATIC := contests/web/static/app.js
TOOLS := build/tools
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# What Python compiled is kept: the tests start dozens of processes, and each would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench bots chaos fuzz serve release audit lock clean

demo: $(VENV)/.run $(STATIC)
	$(BIN)/python examples/demo.py $(if $(PORT),--port $(PORT))

serve: $(VENV)/.run $(STATIC)
	$(BIN)/contests serve

test: $(VENV)/.dev $(STATIC)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
# Meanwhile the tests are read once, so that their workers find them compiled.
	$(BIN)/pytest --collect-only -q >/dev/null 2>&1 & $(BIN)/mypy --num-workers 2; found=$$?; wait; exit $$found
	$(BIN)/pytest -n 3

lint: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev $(STATIC)
	$(BIN)/python bench/bench.py

# Bots and honest crowds before the real application; docs/bots.md says what it found.
bots: $(VENV)/.dev $(STATIC)
	$(BIN)/python bench/bots.py

# Hostile bytes and requests for as long as one likes: make fuzz MINUTES=60
MINUTES ?= 10
fuzz: $(VENV)/.dev $(STATIC)
	$(BIN)/python tests/fuzz/long.py $(MINUTES)

# Faults: MINUTES for each database; docs/chaos.md.
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
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe --extra build --extra dev --extra s3 --extra scale --extra telemetry --constraint requirements/run.txt --output-file requirements/dev.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe --output-file requirements/release.txt requirements/release.in

# dist/ from the last commit: wheel, source, bills of materials, SHA256SUMS. The same commit gives the same bytes.
release: $(VENV)/.dev $(TOOLS)/.made
	$(BIN)/python tools/release.py

# Known weaknesses of what is locked. It asks two public databases, so it needs the network and is no part of make test.
# --strict: a package that could not be looked up is a failure, not a pass.
audit: $(VENV)/.run $(TOOLS)/.made
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements/run.txt; python=$$?; \
	(cd frontend && PATH="$(abspath $(BIN)):$$PATH" npm audit --package-lock-only); npm=$$?; \
	if [ $$python -ne 0 ] || [ $$npm -ne 0 ]; then \
		echo "make audit: not clean (Python $$python, front end $$npm; 0 is clean). A table above names weaknesses; an error of connection means that the check did NOT take place." >&2; exit 1; \
	fi

$(TOOLS)/.made: requirements/release.txt
	rm -rf $(TOOLS)
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --no-compile --require-hashes --requirement requirements/release.txt
	touch $@

clean:
	rm -rf $(VENV) contests/web/static frontend/node_modules build dist var
