# The two commands: `make demo` shows the product, `make test` proves it.
.PHONY: install demo demo-reset test lint bench lock messages clean
.SILENT:

PORT ?= 8000
JOBS ?= 2
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

install:
	bin/set-up

demo: install
	exec $(MANAGE) run_demo --port $(PORT)

demo-reset: install
	$(BIN)/python bin/reset_demo.py

test: install
	bin/set-up-chromium
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup

lint: install
	echo "ruff" && $(BIN)/ruff check --quiet
	echo "ruff format" && $(BIN)/ruff format --check --quiet || { echo "ruff format would change files: run $(BIN)/ruff format"; exit 1; }
	echo "import-linter" && said=$$($(BIN)/lint-imports --no-logo) || { echo "$$said"; exit 1; }
	echo "mypy" && $(BIN)/mypy
	echo "migrations" && $(MANAGE) makemigrations --check --dry-run
	echo "production settings" && bin/with-made-up-production $(MANAGE) check --deploy --fail-level WARNING

bench: install
	$(BIN)/python -m tests.benchmarks

# After a change of requirements.in; needs uv (https://docs.astral.sh/uv/).
lock:
	uv pip compile --quiet --universal --python-version 3.11.0 --generate-hashes requirements.in -o requirements.txt

# Collects the texts to translate and compiles the translations; needs gettext.
messages: install
	cd accreditation && ../$(BIN)/python ../manage.py makemessages --all --no-location --no-obsolete
	$(MANAGE) compilemessages

clean:
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find accreditation config tests -name __pycache__ -prune -exec rm -rf {} +
