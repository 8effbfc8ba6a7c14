# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl status. A part of tests/vswapctl/run, whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# status NAME CODE STATE STATUS ACTION: its first three lines
status() {
	local name=$1 code=$2
	shift 2
	VSWAP_ROOT=$tmp/machine run status
	check "status, $name: exit status" equal "$status" "$code"
	check "status, $name: stderr" empty "$tmp/err"
	check "status, $name" equal "$(head -3 "$tmp/out")" " state: $1
status: $2
action: $3"
}

# A good tree, with what NAME VALUE... sets
ill() {
	tree_both
	while (($#)); do
		set_file "$1" "$2"
		shift 2
	done
}

# What every counter of the good tree is but for this test
tree_healthy() {
	ill backend/ssd/write_errors 0 write_errors 0 store_failures 0 checksum_errors 0
}

test_status_states() {
	local disk="See the kernel's log for what its disk has; \"vswapctl backend remove ssd\" moves away what can be read."
	system
	tree_healthy
	status 'all is well' 0 on 'Swap is on, and all of it works.' None.
	tree_healthy
	set_file backend/ssd/state failed
	status failed 1 degraded 'The backend ssd has failed after errors of its disk: it takes no more pages, and those it has are only read.' \
		'"vswapctl backend remove ssd" moves them away, for the disk to be replaced; "vswapctl backend enable ssd" if the cause is gone.'
	set_file backend/ssd/state evacuating
	status evacuating 1 degraded 'The backend ssd has failed after errors of its disk, and its pages are moving to the others.' \
		'Wait, then "vswapctl backend remove ssd" and replace the disk.'
	set_file backend/ssd/state disabled
	status disabled 0 on 'The backend ssd is disabled, and takes no more pages.' \
		'"vswapctl backend enable ssd" when it shall.'
	set_file backend/ssd/state removing
	status removing 0 on 'The pages of the backend ssd are moving to the others.' \
		'None: it goes when they have moved.'
	set_file backend/zswap/state disabled
	status 'none takes pages' 1 degraded 'No backend takes pages: nothing more can be swapped out.' \
		'"vswapctl backend add", or "vswapctl backend enable" one that is there.'
	tree_healthy
	set_file state off
	status off 1 off 'The module is loaded, but swap is off.' '"vswapctl start".'
	tree_healthy
	set_file backend/ssd/read_errors 1
	set_file read_errors 1
	status 'pages lost' 1 degraded '1 page could not be read from the backend ssd.' "$disk"
	set_file backend/ssd/read_errors 2
	set_file backend/ssd/state failed
	VSWAP_ROOT=$tmp/machine run status
	check 'status: the worst, and how many there are' grep -q '^  more: 1, by --json$' "$tmp/out"
	VSWAP_ROOT=$tmp/machine run status --json
	check 'status: all of them' jq -e '.state == "degraded" and
		[.findings[].severity] == ["degraded", "note"]' "$tmp/out"
	tree_healthy
	set_file read_errors 7
	status 'pages were lost' 0 on '7 pages could not be read back since the module was loaded.' \
		"Start anew what was ended by SIGBUS; the kernel's log has the cause."
	set_file checksum_errors 7
	status 'pages had changed' 0 on '7 pages of what was swapped out had changed when read back.' \
		'Check memory and disks; whoever needed them was ended by SIGBUS.'
	tree_healthy
	set_file backend/ssd/write_errors 3
	status 'pages not written' 0 on '3 pages could not be written to the backend ssd, and went elsewhere.' \
		"Keep an eye on its disk; the places that failed aren't used again."
	tree_healthy
	set_file used_pages 740000
	status 'room' 0 on 'Swap is on, and all of it works.' None.
	set_file used_pages 750000
	status 'nearly full' 0 on 'Swap is nearly full.' \
		'"vswapctl backend add" a swap file, or "vswapctl backend resize" one.'
	rm -r "$tmp/sysfs"
	status 'not loaded' 1 off 'The vswap module is not loaded.' \
		'"vswapctl doctor" tells whether it would work, "vswapctl setup" sets it up, and "vswapctl start" starts what is set up.'
}

test_status_conf() {
	local action='"vswapctl reload" adds it, or says what keeps it from that; if it was removed for good, take it out of there.'
	system
	mkdir -p "$tmp/machine/etc"
	tree_healthy
	printf '[pool]\n[file ssd]\npath=/swap\n' >"$tmp/machine/etc/vswap.conf"
	status 'as vswap.conf says' 0 on 'Swap is on, and all of it works.' None.
	printf '[file more]\npath=/more\n' >>"$tmp/machine/etc/vswap.conf"
	status 'less than vswap.conf says' 1 degraded "The backend more, which is named in /etc/vswap.conf:4, isn't there." "$action"
	sed -i '/more/d' "$tmp/machine/etc/vswap.conf"
	mkdir "$tmp/machine/etc/vswap.conf.d"
	printf '\n[file more]\npath=/more\n' >"$tmp/machine/etc/vswap.conf.d/50-more.conf"
	status 'less than a part says' 1 degraded "The backend more, which is named in /etc/vswap.conf.d/50-more.conf:2, isn't there." "$action"
	printf '[file more]\ntier=7\n' >"$tmp/machine/etc/vswap.conf.d/60-tier.conf"
	status 'less than two parts say' 1 degraded "The backend more, which is named in /etc/vswap.conf.d/50-more.conf:2 and /etc/vswap.conf.d/60-tier.conf:1, isn't there." "$action"
	rm -r "$tmp/machine/etc/vswap.conf.d"
	echo 'nonsense' >>"$tmp/machine/etc/vswap.conf"
	VSWAP_ROOT=$tmp/machine run status
	check 'status, wrong vswap.conf: exit status' equal "$status" 0
	check 'status, wrong vswap.conf' grep -q '^status: /etc/vswap.conf.*, and the next start would fail\.$' "$tmp/out"
	printf '[pool]\na|b = c\n' >"$tmp/machine/etc/vswap.conf"
	VSWAP_ROOT=$tmp/machine run status
	check 'status, a key with a bar' grep -q '^status: .*"a|b".*, and the next start would fail\.$' "$tmp/out"
	check 'status, a key with a bar: action' grep -q '^action: Put it right; ' "$tmp/out"
}

# What vswap.conf says is right, but can't be had here; or nothing is said any more
test_status_next_start() {
	local action='Put it right; "vswapctl doctor --options" tells whether it is.' at=$tmp/machine/etc/vswap.conf
	system
	mkdir -p "${at%/*}"
	tree_healthy
	printf '[pool]\ncompressor = lzx\n' >"$at"
	status 'no such compressor' 0 on '[pool] compressor = lzx: this kernel has no such compressor, and the next start would fail.' "$action"
	printf '[pool]\ncompressor = crc32c\n' >"$at"
	status 'a compressor that is none' 0 on '[pool] compressor = crc32c: this kernel has no such compressor, and the next start would fail.' "$action"
	sed -i '/crc32c/,$d' "$tmp/machine/proc/crypto"
	printf '[pool]\n[area]\nchecksum = crc32c\n' >"$at"
	status 'no such checksum' 0 on '[area] checksum = crc32c: this kernel has no such checksum, and the next start would fail.' "$action"
	printf '[pool]\n[area]\nencrypt = yes\n' >"$at"
	status 'no encryption' 0 on '[area] encrypt = yes: this kernel gives no xts(aes), and the next start would fail.' "$action"
	rm "$at"
	status 'never a vswap.conf' 0 on 'Swap is on, and all of it works.' None.
	files "$tmp/machine/sys/module/vswap/parameters" <<<'autostart N'
	status 'no vswap.conf any more' 0 on 'Swap seems to have been started by /etc/vswap.conf, which is gone: the next start has only the options of modprobe.d.' \
		'Write it again, or have "vswapctl setup" do so.'
	printf '[pool]\n' >"$at"
	status 'vswap.conf again' 0 on 'Swap is on, and all of it works.' None.
}

# Swap is off since the unit has failed, which a machine without it or without systemd doesn't ask for
test_status_unit() {
	local off='The vswap module is not loaded.' path=$PATH
	local action='"journalctl -b -u vswap" tells why; when that is put right, "systemctl restart vswap".'
	local set_up='"vswapctl doctor" tells whether it would work, "vswapctl setup" sets it up, and "vswapctl start" starts what is set up.'
	system
	rm -rf "$tmp/sysfs" "${tmp:?}/bin"
	: >"$tmp/ran"
	program systemctl 0 'echo noise' 'echo noise >&2'
	PATH=$tmp/bin:$PATH
	mkdir -p "$tmp/machine/run/systemd/system"
	status 'no unit' 1 off "$off" "$set_up"
	check 'status, no unit: systemd is not asked' empty "$tmp/ran"
	mkdir -p "$tmp/machine/lib/systemd/system"
	touch "$tmp/machine/lib/systemd/system/vswap.service"
	status 'the unit has failed' 1 off "The unit vswap.service has failed: swap isn't on." "$action"
	check 'status, the unit has failed: asked' equal "$(<"$tmp/ran")" 'systemctl is-failed --quiet vswap.service'
	tree_healthy
	set_file state off
	status 'loaded, the unit has failed' 1 off "The unit vswap.service has failed: swap isn't on." "$action"
	set_file state on
	: >"$tmp/ran"
	status 'on, the unit has failed' 0 on 'Swap is on, and all of it works.' None.
	check 'status, on: systemd is not asked' empty "$tmp/ran"
	rm -r "$tmp/sysfs"
	program systemctl 1
	status 'the unit has not failed' 1 off "$off" "$set_up"
	PATH=$path
	rm -r "${tmp:?}/bin" "$tmp/machine/run/systemd"
	status 'no systemd' 1 off "$off" "$set_up"
}

test_status_output() {
	local json='.state == "on" and .findings == [] and .used_pages == 262144 and
		[.backends[].state] == ["on", "on"]'
	system
	export VSWAP_ROOT=$tmp/machine
	tree_healthy
	expect status-good status
	expect_json 'status, all is well' "$json" status -j
	run status --quiet
	check 'status --quiet, all is well: exit status' equal "$status" 0
	check 'status --quiet, all is well' empty "$tmp/out"
	tree_both
	set_file backend/ssd/state failed
	run status --bytes
	check 'status-failed: exit status' equal "$status" 1
	check 'status-failed' same_as_expected status-failed "$tmp/out"
	cp "$tmp/out" "$tmp/first"
	run status --quiet --bytes
	check 'status --quiet: the same, if there is something' diff "$tmp/first" "$tmp/out"
	rm -r "$tmp/sysfs"
	run status --json
	check 'status, not loaded, JSON: exit status' equal "$status" 1
	check 'status, not loaded, JSON' jq -e '.state == "off" and (.findings | length == 1)' "$tmp/out"
	unset VSWAP_ROOT
}

test_status() {
	test_status_states
	test_status_conf
	test_status_next_start
	test_status_unit
	test_status_output
}
