# make run     the dashboard on http://127.0.0.1:8501, polling real feeds
# make demo    the same on made-up news, for people without a network
# make test    every test, in three processes; `make test ARGS="tests/test_config.py -x -n 0"` for some, in one
# make check   style, format and types, before the tests
# make train-check  a tiny network from invented rows, to try the way from labels to a file that reads; installs torch
# make bench   the measurements of benchmarks/
# make schema  feeds.schema.json anew, after a change of what feeds.yaml may say
# make lock    requirements.lock anew, after a change of requirements.txt
# make clean   remove .venv and what tools left; data/ stays
#
# `make run REQUIREMENTS=requirements.lock` installs what requirements.lock lists, the indirect packages too, and refuses a file whose
# hash is another one: for a server. Without it requirements.txt is installed, which leaves indirect packages to pip, on any platform.
# MONITOR_PORT=8600 make run takes another port, MONITOR_ADDRESS=0.0.0.0 opens it to the network (docs/configuration.md).

VENV := .venv
PY := $(VENV)/bin/python
MONITOR_PORT ?= $(or $(PORT),8501)
MONITOR_ADDRESS ?= 127.0.0.1
REQUIREMENTS ?= requirements.txt
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.PHONY: run demo check test train-check bench schema lock clean venv runtime develop chromium
.DEFAULT_GOAL := run

run: runtime
	@echo "Gulf tension monitor: http://$(MONITOR_ADDRESS):$(MONITOR_PORT)  (Ctrl-C stops it)"
	@exec $(PY) -m streamlit run app.py --server.address $(MONITOR_ADDRESS) --server.port $(MONITOR_PORT)

demo: export MONITOR_FEEDS := demo/feeds.yaml
demo: export MONITOR_DATABASE_URL := sqlite:///data/demo.db
demo: runtime
	@$(PY) -m monitor.feeds.demo
	@echo "Gulf tension monitor, made-up news: http://$(MONITOR_ADDRESS):$(MONITOR_PORT)  (Ctrl-C stops it)"
	@exec $(PY) -m streamlit run app.py --server.address $(MONITOR_ADDRESS) --server.port $(MONITOR_PORT)

test: develop chromium
	@$(PY) -m pytest -n 3 --dist loadfile $(ARGS)

check: develop
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

train-check: develop
	@cmp -s requirements-train.txt $(VENV)/train.txt || { \
	  echo "installing requirements-train.txt"; \
	  $(PY) -m pip install --quiet --disable-pip-version-check -r requirements-train.txt && cp requirements-train.txt $(VENV)/train.txt; \
	}
	@$(PY) -m pytest -n 0 tests/test_reader_train.py

bench: develop
	@set -e; for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(PY) -m benchmarks.$$(basename $$file .py); done

schema: runtime
	@$(PY) -m monitor.config > feeds.schema.json.new && mv feeds.schema.json.new feeds.schema.json

lock: develop
	@$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 \
	  --custom-compile-command "make lock" requirements.txt -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .hypothesis .ruff_cache .mypy_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv that does not start, or was made by a Python that is too old, is made anew.
venv:
	@$(PY) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
	  found=; \
	  for candidate in $(PYTHONS); do \
	    if $$candidate -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Python 3.11 or newer is needed; this is $$(python3 --version 2>&1 || echo 'no Python at all')." >&2; \
	    echo "Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 2; \
	  fi; \
	  if ! $$found -c 'import venv, ensurepip' >/dev/null 2>&1; then \
	    echo "$$found has no venv module; on Debian and Ubuntu: apt-get install $$($$found -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" >&2; exit 2; \
	  fi; \
	  echo "making $(VENV) with $$($$found --version)"; \
	  $$found -m venv --clear $(VENV); \
	}

# What was installed last is kept beside it; only a change of the lists installs again.
runtime: venv
	@cmp -s $(REQUIREMENTS) $(VENV)/runtime.txt || { \
	  echo "installing $(REQUIREMENTS)"; \
	  $(PY) -m pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS) && cp $(REQUIREMENTS) $(VENV)/runtime.txt; \
	}

develop: runtime
	@cat $(REQUIREMENTS) requirements-dev.txt | cmp -s - $(VENV)/develop.txt || { \
	  echo "installing requirements-dev.txt"; \
	  $(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt && cat $(REQUIREMENTS) requirements-dev.txt > $(VENV)/develop.txt; \
	}

# Without it the browser tests are skipped and say so. A failed installation is no reason not to run the others.
chromium: develop
	@$(PY) -m tests.browser >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing chromium for the browser tests"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	      echo "chromium could not be installed" >&2; \
	  fi; \
	}
