# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl latency: how it looks, of made-up folios; the scenario of that name has real ones. A
# part of tests/vswapctl/run, whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# From the objects of the one under test.
build_fake_latency() {
	# shellcheck disable=SC2046
	check 'fake latency' gcc -fsanitize=address,undefined -I"$source" \
		-Wl,--wrap=latency_probe_start,--wrap=latency_probe_read -o "$tmp/fake-latency" \
		"$here/fake-latency.c" "$tmp"/asan/vswapctl.o/*.o \
		$(pkg-config --libs json-c libbpf libkmod liblz4 ncursesw smartcols) -lm
}

# The time of a measurement isn't the same twice
shown() {
	sed -E 's/ in [0-9.]+ s$/ in N s/' "$tmp/out" >"$tmp/shown"
	mv "$tmp/shown" "$tmp/out"
}

test_latency_screen() {
	local vswapctl=$tmp/fake-latency
	run latency --interval 10ms --count 1
	check 'latency: status' equal "$status" 0
	shown
	check 'latency: screen' same_as_expected latency "$tmp/out"
	check 'latency: 80 columns' equal "$(awk 'length > 80' "$tmp/out")" ''
	run latency -i 10ms -c 2 --table
	shown
	check 'latency: two tables' same_as_expected latency-table "$tmp/out"
}

test_latency_json() {
	local vswapctl=$tmp/fake-latency
	run latency --json -i 10ms -c 3
	check 'latency: a line each' lines "$tmp/out" 3
	check 'latency: JSON' jq -se 'map(.loads.pool.folios) == [4001, 4001, 4001] and
		map(.loads.packed | .pages) == [5, 5, 5] and map(.missed) == [1, 2, 3] and
		all(.[]; .loads.packed.p50_ns == null and .stores.file.failed == 2 and
			.stores.packed == null)' "$tmp/out"
	check 'latency: ascends' jq -se 'map(.loads[], .stores[] | select(.folios > 0)) |
		all(.[]; .p50_ns <= .p99_ns and .p99_ns <= .p999_ns and .p999_ns <= .max_ns) and
		length == 12' "$tmp/out"
	check 'latency: the longest of each' jq -se \
		'map(.loads.file.max_ns) == [1200000000, 2400000000, 3600000000]' "$tmp/out"
	check 'latency: buckets hold all' jq -se '[.[] | .loads[], .stores[] |
		.folios == ([.buckets[].folios] | add // 0)] | all' "$tmp/out"
}

# Without --interval, until a signal comes; this one is blocked, so it waits for that.
test_latency_signal() {
	local vswapctl=$tmp/fake-latency code=0 signal
	for signal in INT TERM; do
		: >"$tmp/err"
		"$vswapctl" latency -j >"$tmp/out" 2>"$tmp/err" &
		check "latency: measures ($signal)" until_true grep -q 'until Ctrl-C' "$tmp/err"
		check "latency: nothing before $signal" empty "$tmp/out"
		kill -$signal $!
		wait $! || code=$?
		check "latency: $signal: status" equal "$code" 0
		check "latency: $signal: shown" jq -e '.loads.pool.folios == 4001' "$tmp/out"
	done
}

# filter TEXT ARG...: what is asked for
latency_filter() {
	local vswapctl=$tmp/fake-latency text=$1
	shift
	VSWAP_ROOT=$tmp/machine run latency -i 1ms -c 1 "$@"
	check "latency $*" equal "$(<"$tmp/err")" "$text"
}

test_latency_filter() {
	local cgroups=$tmp/machine/sys/fs/cgroup
	mkdir -p "$cgroups/a/b" "$tmp/machine/proc/100"
	touch "$cgroups/file"
	latency_filter 'pid 0, cgroup all, level 0'
	latency_filter 'pid 100, cgroup all, level 0' --pid 100
	latency_filter 'pid 0, cgroup one, level 2' --cgroup /a/b
	latency_filter 'pid 0, cgroup one, level 1' --cgroup a/
	latency_filter 'pid 0, cgroup one, level 1' --cgroup "$cgroups/a"
	latency_filter 'pid 0, cgroup all, level 0' --cgroup /
	latency_filter "vswapctl: there is no cgroup '/c' below $cgroups" --cgroup /c
	latency_filter "vswapctl: there is no cgroup 'file' below $cgroups" --cgroup file
	latency_filter "vswapctl: there is no cgroup '../../../proc' below $cgroups" --cgroup ../../../proc
	latency_filter 'vswapctl: there is no process 101' --pid 101
}

test_latency_usage() {
	local text
	expect_usage 'latency: --count alone' '--count needs --interval' latency -c 2
	expect_usage 'latency: no table of JSON' '--json excludes --table' latency -j -t
	for text in '' 0 x -1 99999999999; do
		expect_usage "latency: pid '$text'" "not a process: '$text'" latency --pid "$text"
	done
	rm -rf "$tmp/sysfs"
	expect_failure 'latency: not loaded' 1 \
		"vswapctl: the vswap module is not loaded (no $tmp/sysfs)" latency
}

test_latency() {
	system
	test_latency_screen
	test_latency_json
	test_latency_signal
	test_latency_filter
	test_latency_usage
}
