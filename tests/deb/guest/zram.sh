# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# From zram, as systemd-zram-generator sets it up, to vswap, by the guide; and back.

# shellcheck disable=SC2154  # of lib.sh, main

zram_is_on() {
	grep -q '^/dev/zram0 ' /proc/swaps
}

zram_is_off() {
	! zram_is_on || die "zram is on"
	# What made the device goes when swap has gone.
	while state_of ActiveState systemd-zram-setup@zram0.service | grep -qx 'active\|deactivating'; do
		sleep 1
	done
	! [ -e /sys/block/zram0 ] || [ "$(cat /sys/block/zram0/disksize)" = 0 ] || die "zram has its memory still"
}

life_zram() {
	zram_is_on || die "zram isn't on"
	hold vswap-stress --anon "$large"
	[ "$(awk '/zram0/ { print $4 }' /proc/swaps)" -gt 4000 ] || die "hardly anything is in zram: $(cat /proc/swaps)"
	vswapctl setup --dry-run || die "the plan"
	vswapctl setup --yes || die "setup"
	zram_is_off
	swap_is_on || die "swap is off"
	[ "$(cat "$numbers/used_pages")" -gt 1000 ] || die "hardly anything came"
	let_go "$held"
	vswapctl setup --yes | grep 'nothing is to be done' || die "more is to be done"
	ends_well reboot
}

life_moved() {
	came_up_by_itself
	zram_is_off
	hold vswap-stress --anon "$large"
	[ "$(cat "$numbers/used_pages")" -gt 1000 ] || die "hardly anything is swapped"
	let_go "$held"
	vswapctl setup --undo --yes || die "undo"
	zram_is_on || die "zram isn't back"
	! swap_is_on || die "swap is on"
	ends_well poweroff
}
