# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl events. A part of tests/vswapctl/run, whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# put FILE VALUE: in one go, since somebody is looking
put() {
	printf '%s\n' "$2" >"$tmp/put"
	mv "$tmp/put" "$tmp/sysfs/$1"
}

# load_both STATE: all files at once; the folder is made where nobody looks
load_both() {
	local tmp=$tmp/made
	mkdir -p "$tmp"
	tree_both
	set_file state "$1"
	mv "$tmp/sysfs" "${tmp%/made}/sysfs"
}

# follow ARG...: in the background; $follower is who
follow() {
	VSWAP_SYSFS=$tmp/sysfs "$vswapctl" events --interval 20ms "$@" >"$tmp/events" 2>"$tmp/err" &
	follower=$!
	check "events $*: begins" until_true has_lines 1
}

has_lines() {
	[[ $(wc -l <"$tmp/events") -ge $1 ]]
}

# then_told NAME LINE...: these come next, each with a time before it
then_told() {
	local name=$1 lines
	shift
	lines=$(wc -l <"$tmp/told")
	check "events, $name: told" until_true has_lines $((lines + $#))
	sed -E 's/20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9](:[0-5][0-9]){2}\.[0-9]{3}Z/T/' "$tmp/events" >"$tmp/now"
	check "events, $name" equal "$(tail -n +$((lines + 1)) "$tmp/now")" "$(printf '%s\n' "$@")"
	mv "$tmp/now" "$tmp/told"
}

# follower_ends: by SIGTERM; there was no more to tell
follower_ends() {
	local code=0
	kill -TERM "$follower"
	wait "$follower" 2>/dev/null || code=$?
	check 'events: status' equal "$code" 143
	check 'events: stderr' empty "$tmp/err"
	check 'events: no more' has_as_many_lines "$tmp/events" "$tmp/told"
}

has_as_many_lines() {
	[[ $(wc -l <"$1") == $(wc -l <"$2") ]]
}

test_events_text() {
	tree_both
	: >"$tmp/told"
	follow
	then_told first 'T on: zswap on, ssd on'
	put backend/ssd/used_pages 50001
	put backend/ssd/state disabled
	then_told disabled 'T ssd: disabled'
	put backend/ssd/state on
	then_told enabled 'T ssd: enabled'
	put backend/ssd/size_pages 1048578
	then_told 'a file grows' 'T ssd: resized from 2G to 4G'
	put backend/zswap/limit_bytes 536870912
	then_told 'a pool shrinks' 'T zswap: resized from 1G to 512M'
	put backend/ssd/read_errors 1
	then_told 'read error' 'T ssd: 1 page could not be read'
	put backend/ssd/write_errors 32
	then_told 'write errors' 'T ssd: 31 pages could not be written'
	put backend/ssd/state failed
	then_told failed 'T ssd: failed'
	put backend/ssd/state removing
	then_told removing 'T ssd: removing'
	put backends zswap
	then_told removed 'T ssd: removed'
	put backend/ssd/state disabled
	put backends 'zswap ssd'
	then_told 'added, disabled' 'T ssd: added' 'T ssd: disabled'
	put state off
	then_told off 'T swapped off'
	put backend/ssd/size_pages 0
	put state on
	then_told on 'T swapped on'
	put state off
	then_told 'off again' 'T swapped off'
	rm -rf "$tmp/unloaded"
	mv "$tmp/sysfs" "$tmp/unloaded"
	then_told unloaded 'T unloaded'
	load_both on
	then_told loaded 'T loaded' 'T zswap: added' 'T ssd: added' 'T swapped on'
	follower_ends
}

test_events_json() {
	rm -rf "$tmp/sysfs"
	: >"$tmp/told"
	follow --json
	then_told 'JSON, not loaded' '{"time":"T","state":"not loaded","backends":{}}'
	load_both off
	then_told 'JSON, loaded' '{"time":"T","change":"loaded"}' \
		'{"time":"T","change":"added","backend":"zswap"}' '{"time":"T","change":"added","backend":"ssd"}'
	put state on
	then_told 'JSON, on' '{"time":"T","change":"swapped on"}'
	put backend/ssd/state evacuating
	then_told 'JSON, evacuating' '{"time":"T","change":"evacuating","backend":"ssd"}'
	put backend/zswap/limit_bytes 536870912
	then_told 'JSON, resized' '{"time":"T","change":"resized","backend":"zswap","bytes":536870912}'
	put backend/ssd/read_errors 3
	then_told 'JSON, errors' '{"time":"T","change":"read errors","backend":"ssd","pages":3}'
	follower_ends
	tree_both
	: >"$tmp/told"
	follow --json
	then_told 'JSON, on at first' '{"time":"T","state":"on","backends":{"zswap":"on","ssd":"on"}}'
	follower_ends
}

test_events() {
	local text follower
	test_events_text
	test_events_json
	for text in '' 0 x -1 1x; do
		expect_usage "events: interval '$text'" "not a time: '$text'" events --interval "$text"
	done
	follow
	put backend/ssd/used_pages x
	check 'events, malformed: ends' until_true is_gone "$follower"
	check 'events, malformed' grep -q '^vswapctl: malformed value in .*/used_pages' "$tmp/err"
}

is_gone() {
	! kill -0 "$1" 2>/dev/null
}
