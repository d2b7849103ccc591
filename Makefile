# SPDX-License-Identifier: GPL-2.0-only
# Thin front; `make help` tells what there is.

BUILD ?= build
HOURS ?= 1

.PHONY: all help deps demo test bench fuzz coverage install uninstall clean

all:
	@lab/build $(BUILD) product

help:
	@echo "make             build into $(BUILD)/: the program is $(BUILD)/espalier"
	@echo "make demo        16 SAs between two gateways, before and with Espalier"
	@echo "make test        run every test; the last line counts them"
	@echo "make bench       run every benchmark"
	@echo "make fuzz        run each fuzzer for an hour (HOURS=N)"
	@echo "make coverage    which lines of src/ the unit tests run"
	@echo "make install     install (prefix=/usr/local, DESTDIR=)"
	@echo "make uninstall   remove what make install has installed, but for settings"
	@echo "make deps        install what make needs; demo, test, bench and fuzz do so for themselves"
	@echo "make clean       remove $(BUILD)/"

deps:
	@lab/deps build

demo:
	@lab/deps demo
	@lab/build $(BUILD) demo
	@lab/demo

test:
	@lab/deps test
	@lab/build $(BUILD)
	@tests/run

bench:
	@lab/deps bench
	@lab/build $(BUILD)
	@bench/run

# What is new is kept in build-fuzz.
fuzz:
	@lab/deps test
	@lab/build $(BUILD)
	@tests/fuzz/run --seconds $$(($(HOURS) * 3600)) --keep $(BUILD)-fuzz/corpus

# The unit tests alone: what the others run is in other processes, namespaces and guests.
coverage:
	@lab/deps coverage
	@lab/coverage $(BUILD)-coverage

# A prefix that is given is kept for the next time, and the paths in the manual pages and the unit follow.
install: all
	@[ -z "$(prefix)" ] || meson configure $(BUILD) -Dprefix=$(prefix) >/dev/null
	@lab/build $(BUILD) product
	@DESTDIR="$(DESTDIR)" meson install -C $(BUILD) --no-rebuild --quiet
	@DESTDIR="$(DESTDIR)" systemd/say-installed $(BUILD)

uninstall:
	@[ -f $(BUILD)/meson-logs/install-log.txt ] || { echo "make: nothing was installed from $(BUILD)/" >&2; exit 1; }
	@ninja -C $(BUILD) uninstall >/dev/null
	@echo "removed what make install had installed; settings are left where they were"

clean:
	@rm -rf $(BUILD)
