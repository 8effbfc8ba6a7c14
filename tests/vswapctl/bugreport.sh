# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl bugreport: what is in it, and above all what isn't. A part of tests/vswapctl/run,
# whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# bugreport ARG...: on the made-up machine, in a folder of its own
bugreport() {
	status=0
	(cd "$tmp/here" && VSWAP_ROOT=$tmp/machine VSWAP_RELEASE=9.9-test VSWAP_SYSFS=$tmp/sysfs \
		TMPDIR=$tmp/temporary PATH=$tmp/bin:$PATH "$vswapctl" bugreport "$@") \
		>"$tmp/out" 2>"$tmp/err" || status=$?
}

# A machine with SECRETs wherever somebody may have one
machine_with_secrets() {
	local root=$tmp/machine
	system
	tree_both
	parameters
	rm -rf "${tmp:?}"/{bin,here,temporary}
	mkdir -p "$tmp"/{bin,here,temporary} "$root"/{dev,etc/modprobe.d,etc/vswap.conf.d,proc/pressure}
	fake_modprobe 0
	rm "$tmp/bin/modprobe"
	echo 'BOOT_IMAGE=/vmlinuz root=SECRET vswap.unchecked=1 passphrase=SECRET zswap.enabled=0' \
		>"$root/proc/cmdline"
	echo 'options wifi key=SECRET' >"$root/etc/modprobe.d/wifi.conf"
	echo 'options vswap backends=zswap' >"$root/etc/modprobe.d/vswap.conf"
	printf '[pool]\nsize = 25%%\n' >"$root/etc/vswap.conf"
	echo 'CONFIG_DEFAULT_HOSTNAME="SECRET"' >>"$root/boot/config-9.9-test"
	echo '# CONFIG_ZSWAP is not set' >>"$root/boot/config-9.9-test"
	cat >"$root/dev/kmsg" <<-'END'
		6,1,1000000,-;vswap: version 0.1.0
		6,2,1500000,-;usb 1-1: SerialNumber: SECRET
		 SUBSYSTEM=vswap SECRET
		1,3,2000000,-;BUG: unable to handle page fault for address: 00000000
		0,4,2000001,-;RIP: 0010:vswap_io_store+0x1/0x100 [vswap]
		0,5,2000002,-;Code: SECRET
		0,6,2000003,-;RAX: SECRET RBX: SECRET
		4,7,2000004,-; vswap_store_folio+0x7/0x70 [vswap]
	END
}

# In the archive; its folder is named as the time
part() {
	cat "$tmp/unpacked"/*/"$1"
}

test_bugreport() {
	local file
	machine_with_secrets
	bugreport --file "$tmp/here/report.tar.gz"
	check 'bugreport: status' equal "$status" 0
	check 'bugreport: stderr' empty "$tmp/err"
	check 'bugreport: stdout' equal "$(<"$tmp/out")" "$tmp/here/report.tar.gz: nothing of what \
was swapped out is in it, but look at it before you send it"
	check 'bugreport: for its owner alone' equal "$(stat -c %a "$tmp/here/report.tar.gz")" 600
	check 'bugreport: leaves nothing behind' equal "$(find "$tmp/temporary" -mindepth 1)" ''
	rm -rf "$tmp/unpacked"
	mkdir "$tmp/unpacked"
	check 'bugreport: an archive' tar -C "$tmp/unpacked" -xzf "$tmp/here/report.tar.gz"
	check 'bugreport: one folder' equal "$(find "$tmp/unpacked" -mindepth 1 -maxdepth 1 | wc -l)" 1
	check 'bugreport: README names all' equal "$(find "$tmp/unpacked" -type f -printf '%f\n' | sort | xargs)" \
		"$(part README.txt | sed '1,/^$/d' | sed '1,/^$/d' | sort | xargs)"
	check 'bugreport: no secrets' equal "$(grep -r SECRET "$tmp/unpacked")" ''
	check 'bugreport: log' equal "$(part kernel-log.txt)" \
		'[    1.000000] vswap: version 0.1.0
[    2.000000] BUG: unable to handle page fault for address: 00000000
[    2.000001] RIP: 0010:vswap_io_store+0x1/0x100 [vswap]
[    2.000004]  vswap_store_folio+0x7/0x70 [vswap]'
	check 'bugreport: command line' equal "$(part boot-parameters.txt)" \
		$'==> /proc/cmdline\nvswap.unchecked=1\nzswap.enabled=0'
	check 'bugreport: modprobe.d' equal "$(part modprobe.txt | grep -v '^==>' | xargs)" \
		'options vswap backends=zswap'
	check 'bugreport: vswap.conf' equal "$(part configuration.txt | grep -c '^size = 25%$')" 1
	check 'bugreport: parameters' grep -qA1 '^==> /sys/module/vswap/parameters/zswap_idle_seconds$' \
		<(part parameters.txt)
	check 'bugreport: config' equal "$(part kernel-config.txt | xargs -d '\n')" \
		'==> /boot/config-9.9-test CONFIG_SWAP=y CONFIG_ZSMALLOC=m # CONFIG_ZSWAP is not set '
	check 'bugreport: memory' grep -q '^MemTotal: 1048576 kB' <(part memory.txt)
	check 'bugreport: status' grep -q '^ state: on' <(part status.txt)
	check 'bugreport: stats' jq -e '.pages_out == 400000' "$tmp"/unpacked/*/stats.json
	check 'bugreport: doctor' grep -q '^ok ' <(part doctor.txt)

	bugreport
	check 'bugreport, without a name: status' equal "$status" 0
	check 'bugreport, without a name' grep -qE '^vswap-bugreport-[0-9]{8}-[0-9]{6}\.tar\.gz: ' "$tmp/out"
	bugreport -f "$tmp/here/report.tar.gz"
	check 'bugreport, one is there: status' equal "$status" 1
	check 'bugreport, one is there' equal "$(<"$tmp/err")" \
		"vswapctl: cannot make $tmp/here/report.tar.gz: File exists"

	# A machine that has next to nothing still gets a report
	rm -rf "${tmp:?}"/{machine,sysfs,here}
	mkdir "$tmp/machine" "$tmp/here"
	printf '#!/bin/sh\nexit 1\n' >"$tmp/bin/tar"
	chmod +x "$tmp/bin/tar"
	bugreport -f x
	check 'bugreport, no tar: status' equal "$status" 1
	check 'bugreport, no tar' equal "$(<"$tmp/err")" 'vswapctl: cannot pack x: tar failed'
	check 'bugreport, no tar: leaves nothing behind' equal "$(find "$tmp/here" "$tmp/temporary" -mindepth 1)" ''
	rm "$tmp/bin/tar"
	bugreport -f x
	check 'bugreport, nothing there: status' equal "$status" 0
	rm -rf "$tmp/unpacked"
	mkdir "$tmp/unpacked"
	tar -C "$tmp/unpacked" -xzf "$tmp/here/x"
	check 'bugreport, nothing there: log' equal "$(part kernel-log.txt)" \
		'(cannot be read: No such file or directory)'
	check 'bugreport, nothing there: status of swap' grep -q '^ state: off' <(part status.txt)
	for file in "$tmp"/unpacked/*/*; do
		check "bugreport, nothing there: ${file##*/} has no faults" \
			equal "$(grep -cE 'Sanitizer|runtime error' "$file")" 0
	done
}
