# SPDX-License-Identifier: GPL-2.0-only
# Thin front: `make` builds, `make demo` shows, `make test` proves, `make bench` measures.
# demo, test and bench first install what is missing (lab/deps).

BUILD ?= build
NINJA = ninja -C $(BUILD)

.PHONY: all deps demo test bench fuzz install clean

all: $(BUILD)/build.ninja
	@$(NINJA) --quiet

$(BUILD)/build.ninja:
	@meson setup $(BUILD) >/dev/null || { cat $(BUILD)/meson-logs/meson-log.txt; exit 1; }

deps:
	@lab/deps

demo: deps
	@$(MAKE) --no-print-directory all
	@lab/demo

test: deps
	@$(MAKE) --no-print-directory all
	@tests/run

bench: deps
	@$(MAKE) --no-print-directory all
	@bench/run

# make fuzz [HOURS=1]: each fuzzer for so long, one after the other; what is new is kept in build-fuzz
HOURS ?= 1
fuzz: deps
	@$(MAKE) --no-print-directory all
	@tests/fuzz/run --seconds $$(($(HOURS) * 3600)) --keep $(BUILD)-fuzz/corpus

# make install [prefix=/usr] [DESTDIR=/somewhere]
install: all
	@[ -z "$(prefix)" ] || meson configure $(BUILD) -Dprefix=$(prefix) >/dev/null
	@$(NINJA) --quiet
	@DESTDIR="$(DESTDIR)" meson install -C $(BUILD) --no-rebuild --quiet

clean:
	@rm -rf $(BUILD)
