# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What commands that change something say with --json. A part of tests/vswapctl/run, whose
# functions and variables these are.

# shellcheck disable=SC2154,SC2034  # of tests/vswapctl/run

# changed NAME STATUS JSON: what was printed; of numbers that differ from run to run the kind
changed() {
	check "JSON, $1: status" equal "$status" "$2"
	check "JSON, $1: stderr" empty "$tmp/err"
	check "JSON, $1" equal "$(jq -c 'if .changes then .changes[] |= if .seconds then
		.seconds |= type else . end else . end' "$tmp/out")" "$3"
}

test_changes_backend() {
	local vswapctl=$tmp/fake/vswapctl file=$tmp/new.swap
	: >"$file"
	tree_both
	set_file backend/ssd/path "$file"
	control
	run backend add fast --path "$file" --json
	changed add 0 '{"changes":[{"change":"added","backend":"fast"}]}'
	run backend disable ssd -j
	changed disable 0 '{"changes":[{"change":"disabled","backend":"ssd"}]}'
	run backend enable -j ssd
	changed enable 0 '{"changes":[{"change":"enabled","backend":"ssd"}]}'
	run backend resize -j zswap 1.5G
	changed resize 0 '{"changes":[{"change":"resized","backend":"zswap","bytes":1610612736}]}'
	run backend remove -j ssd --dry-run
	changed 'remove, dry' 0 '{"changes":[{"change":"removable","backend":"ssd","pages":50000}]}'
	FAKE_RESULT=EBUSY run backend disable ssd -j
	changed 'disable, busy' 1 '{"error":"ssd: another request for it is under way"}'
	FAKE_RESULT=EBUSY run backend remove ssd -j
	changed 'remove, busy' 1 '{"error":"ssd: another request for it is under way"}'
	FAKE_RESULT=ENOSPC run backend remove ssd -n -j
	changed 'remove, dry, no room' 1 '{"error":"ssd: the other backends can'"'"'t hold its 50000 pages (195.3M)"}'
	FAKE_MOVE='500 10 1000' run backend remove ssd --timeout 1500ms --json
	changed 'remove, timeout' 1 '{"error":"ssd: not removed within 1.5 s: 1000 pages (3.9M) had moved, it stays in use","moved_pages":1000}'
	tree_both
	FAKE_MOVE='10000 10 50000' terminal 100 backend remove ssd --json </dev/null
	tr -d '\r' <"$tmp/out" >"$tmp/plain-out"
	mv "$tmp/plain-out" "$tmp/out"
	changed 'remove, on a terminal' 0 '{"changes":[{"change":"removed","backend":"ssd","pages":50000,"seconds":"number"}]}'
	run backend disable 'a b' --json
	check 'JSON, wrong usage: status' equal "$status" 2
	check 'JSON, wrong usage: stdout' empty "$tmp/out"
}

test_changes_writeback() {
	tree_both
	: >"$tmp/sysfs/writeback"
	run writeback --json
	changed writeback 0 '{"changes":[{"change":"written back","pages":0}]}'
	ln -sf /dev/full "$tmp/sysfs/writeback"
	run writeback --json
	changed 'writeback, full' 1 '{"error":"0 pages written back, then: the swap file is full","changes":[{"change":"written back","pages":0}]}'
}

# change_machine ARG...: there, with what modprobe and swapoff say thrown away
change_machine() {
	status=0
	VSWAP_ROOT=$tmp/machine VSWAP_RELEASE=9.9-test PATH=$tmp/bin:$PATH "$vswapctl" "$@" \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	sed -i '/^modprobe: \|^swapoff: /d' "$tmp/err"
}

test_changes_module() {
	system
	options 'options vswap backends=zswap'
	fake_modprobe 0
	change_machine load --json
	changed load 0 '{"changes":[{"change":"loaded"}]}'
	fake_modprobe 1
	change_machine load --json
	changed 'load, failed' 1 '{"error":"modprobe failed"}'
	loaded_system
	swapped 0 0
	fake_modprobe 0
	fake_swapoff 0
	change_machine unload --json
	changed unload 0 '{"changes":[{"change":"swapped off"},{"change":"unloaded"}]}'
	change_machine stop -j
	changed stop 0 '{"changes":[{"change":"swapped off"},{"change":"unloaded"}]}'
	fake_modprobe 1
	change_machine unload --json
	changed 'unload, failed' 1 '{"error":"modprobe failed","changes":[{"change":"swapped off"}]}'
	system
	fake_modprobe 0
	change_machine unload --json
	changed 'unload, nothing there' 0 '{"changes":[]}'
}

# By vswap.conf; what it does is tested in conf.sh
test_changes_conf() {
	local vswapctl=$tmp/fake/vswapctl
	start_machine
	printf '[pool]\nsize = 256M\n' >"$machine/etc/vswap.conf"
	export VSWAP_SYSFS=$conf_sysfs
	change_machine start --json
	changed start 0 '{"changes":[{"change":"loaded"},{"change":"swapped on"}]}'
	unset VSWAP_SYSFS
	test_changes_wrong_conf
}

# Its mistakes are one error, with a line for each
test_changes_wrong_conf() {
	local one='/etc/vswap.conf:2: there is no key \"x\" in [area] (known: checksum, discard, encrypt, priority, require-all, swapin, virtual-size)'
	local two='/etc/vswap.conf:4: high = x: must be 0% to 100%' command
	start_machine
	for command in start reload 'setup --yes'; do
		printf '[area]\nx = y\n' >"$machine/etc/vswap.conf"
		# shellcheck disable=SC2086
		change_machine $command --json
		changed "$command, a wrong conf" 1 "{\"error\":\"$one\"}"
		printf '[pool]\nhigh = x\n' >>"$machine/etc/vswap.conf"
		# shellcheck disable=SC2086
		change_machine $command --json
		changed "$command, a conf that is wrong twice" 1 "{\"error\":\"$one\\n$two\"}"
	done
}

test_changes() {
	test_changes_backend
	test_changes_writeback
	test_changes_module
	test_changes_conf
	control
	unset VSWAP_CONTROL
}
