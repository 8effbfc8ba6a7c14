# SPDX-License-Identifier: GPL-2.0
#
# The two commands are "make demo" and "make check": they install what they need.
# What is built goes to build/.

KERNEL	?= 6.12
# What the tests run on; on all but the first some are left out.
KERNELS	?= 6.12 6.1 7
# A family that is tested less, others of these, and one of another architecture: make check has
# a smoke of each.
OTHERS	?= 7.2 6.1-cloud 6.1-rt 6.12-cloud 6.12-rt 6.12-deb13 6.12-deb13-cloud 6.12-deb13-rt 7-cloud 7-rt 6.12-arm64
# More of another architecture: make check-kernels has them.
FOREIGN	?= 6.12-deb13-arm64 7-arm64
# The longest ones are cut to so much; make check-long does all of them.
PERCENT	?= 60
# When set, how long scenarios may be started; a slow machine then does less.
MINUTES	?=
OUT	:= $(CURDIR)/build


.PHONY: help
help:
	@echo 'make demo              the main job, in a virtual machine on a stock kernel'
	@echo 'make check             all tests'
	@echo 'make check-full        these, semantic patches, a page in a browser, Debian 12 and 13 booted, and a kernel with checkers (hours)'
	@echo 'make all               the module for KERNEL=$(KERNEL), vswapctl, the workload'
	@echo 'make module            the module alone'
	@echo 'make tools             vswapctl alone'
	@echo 'make install           vswapctl, DESTDIR= PREFIX=/usr/local'
	@echo 'make deb               Debian packages vswap-dkms and vswapctl, in build/deb'
	@echo 'make check-static      checkpatch, sparse, shellcheck, indirect calls'
	@echo 'make check-unit        slots, extents, file maps in user space, with sanitizers'
	@echo 'make check-tools       vswapctl and the workload'
	@echo 'make check-cocci       the kernel'\''s semantic patches, on the module'
	@echo 'make check-browser     the page of vswapctl record in Chromium'
	@echo 'make check-lab         the lab itself'
	@echo 'make check-dkms        dkms add, build, remove for each kernel'
	@echo 'make check-deb         the Debian packages'
	@echo 'make check-deb-arm64   the same in a Debian for arm64, emulated (an hour)'
	@echo 'make check-scenarios   everything in virtual machines; SCENARIO="a b" KERNELS="6.1 7"'
	@echo 'make check-others      a smoke of further kernels; OTHERS="7-cloud"'
	@echo 'make check-kernels     the main job on all kernels; into docs/kernels.md; ONLY="7-cloud"'
	@echo 'make check-long        what make check leaves out: churn and torture, 15 minutes each, ten power cuts, all scenarios'
	@echo 'make check-boot        the packages in Debian 12 and 13, booted: setup to purge (hours)'
	@echo 'make check-smoke       a little on the kernel of check-debug, if it is built'
	@echo 'make bench             what it costs beside zram, zswap, plain swap (an hour)'
	@echo 'make bench-quick       two rounds of it, on 6.12'
	@echo 'make bench-removal     taking a disk away, beside swapoff; into docs/performance.md'
	@echo 'make bench-docs        docs/performance.md from what make bench has measured'
	@echo 'make check-bench       whether a page has become dearer than it was'
	@echo 'make check-debug       some of them on a kernel with KASAN and lockdep (long)'
	@echo 'make clean'

.PHONY: packages
packages:
	@tests/lib/packages

.PHONY: all module tools workload
all: module tools workload

module: packages
	@tests/lib/build-module $(KERNEL)

tools: packages
	@$(MAKE) -s -C tools/vswapctl OUT=$(OUT)

workload: packages
	@$(MAKE) -s -C tests/workload OUT=$(OUT)/tests

.PHONY: install
install: tools
	@$(MAKE) -s -C tools/vswapctl OUT=$(OUT) install

.PHONY: deb
deb:
	@tests/lib/packages package
	@tests/deb/build

.PHONY: demo
demo: all
	@tests/demo/run

.PHONY: check check-full
check: all
	@tests/check

check-full: check check-cocci check-browser check-deb-arm64 check-boot check-long check-debug

.PHONY: check-static check-cocci check-unit check-tools check-browser check-lab check-dkms check-deb check-scenarios
check-static: module
	@tests/static/run $(KERNEL)

check-unit: packages
	@$(MAKE) -s -C tests/unit check OUT=$(OUT)/unit

check-tools: tools workload
	@tests/workload/selftest
	@tests/workload/torture/selftest
	@tests/vswapctl/run

check-cocci: packages
	@tests/static/coccicheck $(KERNEL)

check-browser: tools
	@tests/vswapctl/run record_browser

check-lab: all
	@tests/vm/splats-test
	@tests/vm/selftest

check-dkms: packages
	@for kernel in $(KERNELS); do tests/dkms/run $$kernel || exit; done

check-deb: packages
	@tests/deb/run

check-scenarios: all
	@tests/scenarios/all -p $(PERCENT) $(MINUTES:%=-t %) $(KERNELS) -- $(SCENARIO)

.PHONY: check-others check-kernels
check-others: all
	@tests/scenarios/all -p $(PERCENT) $(OTHERS) -- smoke

check-kernels: all
	@DOCS=1 ONLY="$(ONLY)" tests/kernels $(KERNELS) $(OTHERS) $(FOREIGN)

# What make check leaves out or cuts short.
.PHONY: check-long
check-long: all
	@for kernel in $(KERNELS); do \
		tests/lib/build-module $$kernel && \
		tests/scenarios/run -k $$kernel -j 1 -s 900 churn torture auto bpftrace && \
		tests/vm/power-cut -k $$kernel -n 10 && \
		tests/scenarios/run -k $$kernel || exit; \
	done

.PHONY: check-deb-arm64 check-boot check-smoke
check-deb-arm64: packages
	@tests/deb/arm64

check-boot: packages workload
	@tests/deb/boot $(SUITES)

check-smoke: all
	@tests/vm/kernels version $(KERNEL)-debug >/dev/null 2>&1 || \
		{ echo 'skipped: make check-debug would build the kernel for it'; exit 0; }; \
	tests/lib/build-module $(KERNEL)-debug && \
	tests/scenarios/run -k $(KERNEL)-debug smoke

.PHONY: bench bench-quick bench-removal bench-docs check-bench
bench: all
	@tests/bench/run full

bench-quick: all
	@tests/bench/run quick

bench-removal: all
	@DOCS=1 tests/bench/removal

bench-docs:
	@DOCS=1 tests/bench/run report

check-bench: packages
	@tests/bench/gate

# The kernel takes a quarter of an hour to build, once; not part of make check.
.PHONY: check-debug
check-debug: packages tools workload
	@tests/vm/debug-kernel $(KERNEL)
	@tests/lib/build-module $(KERNEL)-debug
	@tests/scenarios/run -k $(KERNEL)-debug -j 1 \
		$(or $(SCENARIO),smoke folios missed-hooks io-errors cgroup swapoff-load ssd-file writeback \
			tiers encrypt checksum kept exclusive batches)
	@$(if $(SCENARIO),,tests/scenarios/run -k $(KERNEL)-debug -p 60 -s 120 churn)

.PHONY: clean
clean:
	rm -rf $(OUT)
