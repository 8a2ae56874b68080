# `make` lists what there is. Everything it builds or installs lies in target/, except
# the wasm target that `setup` adds to rustup.
#
# One profile and one set of features for all of it, so that wasmtime (minutes) is
# compiled once: `--workspace` and a target kind that may use dev-dependencies
# (`--examples`) make cargo choose the same features for a build as for the tests.
# Lints and docs take --release too: they check instead of compiling, and share the
# release build's proc macros and build scripts, bundled SQLite among them.

TOOLS := $(CURDIR)/target/tools
CARGO_DENY := PATH="$(TOOLS)/bin:$$PATH" cargo deny
CARGO_FUZZ := PATH="$(TOOLS)/bin:$$PATH" cargo fuzz

unexport CARGO_TARGET_DIR # the recipes name target/

.PHONY: help setup plugins build demo test policies browser eval lint doc deny advisories bench bench-packs bench-peers \
	fuzz-smoke fuzz clean tool-deny tool-fuzz

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## Get what is missing to build the plugins and to test packs
	@plugins/build.sh toolchain
	@tests/pack-tools.sh

plugins: ## Build the plugins: target/plugins/*.wasm
	@plugins/build.sh plugins

build: plugins ## Build the host: target/release/coldnotch
	cargo build --release --locked --workspace --bins --examples

demo: build ## See it decide
	target/release/coldnotch demo

test: ## Run all tests (with cargo-nextest where installed)
	@plugins/build.sh all
	@if cargo nextest --version >/dev/null 2>&1; then set -ex; \
		cargo nextest run --release --locked --workspace --no-fail-fast; \
		cargo test --release --locked --workspace --doc; \
	else set -ex; \
		cargo test --release --locked --workspace --no-fail-fast; \
	fi

browser: build ## Try the inbox in a real browser (Chromium); pictures in target/browser
	@tests/browser/run.sh

eval: build ## Judge the recorded sessions in ../shared/cases against tests/eval-floor.tsv
	@tests/eval.py

lint: plugins ## Check format and lints
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings

# Workspaces of their own, so that what they depend on changes no features of the others'.
POLICIES := plugins/cedar plugins/rego

policies: ## Test and lint the plugins that are workspaces of their own
	set -e; for plugin in $(POLICIES); do set -x; \
		cargo fmt --manifest-path $$plugin/Cargo.toml --check; \
		cargo clippy --release --locked --manifest-path $$plugin/Cargo.toml --target-dir target/policies --all-targets -- -D warnings; \
		cargo test --release --locked --manifest-path $$plugin/Cargo.toml --target-dir target/policies; \
	done

doc: plugins ## Build the documentation: target/doc
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps --lib --examples

deny: tool-deny ## Check licences, sources and duplicates of the dependencies
	$(CARGO_DENY) --locked check --hide-inclusion-graph bans licenses sources
	for plugin in $(POLICIES); do \
		$(CARGO_DENY) --locked --manifest-path $$plugin/Cargo.toml --config deny.toml \
			check --hide-inclusion-graph bans licenses sources || exit 1; \
	done

advisories: tool-deny ## Check the dependencies for known vulnerabilities (fetches the database)
	$(CARGO_DENY) --locked check advisories

# Unoptimised: it runs for two seconds.
tool-deny:
	@$(CARGO_DENY) --version >/dev/null 2>&1 || \
		cargo install --quiet --debug --locked cargo-deny@^0.20 --root "$(TOOLS)"

bench: plugins ## Run the benchmarks
	@plugins/build.sh guests
	cargo bench --locked --workspace --bench '*'

fuzz-smoke: plugins ## Replay the fuzz targets' seeds and some mutations of them
	cargo test --release --locked --workspace --test fuzz_smoke

SECONDS_EACH ?= 600
fuzz: plugins tool-fuzz ## Fuzz one of fuzz/README.md: make fuzz TARGET=message
	@test -n "$(TARGET)" || { echo "which? make fuzz TARGET=message"; exit 2; }
	@mkdir -p fuzz/corpus/$(TARGET)
	$(CARGO_FUZZ) run -s none -O $(TARGET) fuzz/corpus/$(TARGET) fuzz/seeds/$(TARGET) -- \
		-max_total_time=$(SECONDS_EACH) -timeout=10 -rss_limit_mb=4096

tool-fuzz:
	@$(CARGO_FUZZ) --version >/dev/null 2>&1 || \
		cargo install --quiet --debug --locked cargo-fuzz@^0.13 --root "$(TOOLS)"

bench-packs: ## Measure packs in each language and the rules engines beside their native crates
	bench/packs.sh

bench-peers: ## Measure beside 0.0.1, Cedar, Regorus and Extism (bench/peers)
	bench/peers/run.sh

clean: ## Remove everything built, tools included
	cargo clean
