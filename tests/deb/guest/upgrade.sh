# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Set up by hand, for the options of modprobe.d, and upgraded under load.

# shellcheck disable=SC2154  # of lib.sh, main

readonly conf=/etc/modprobe.d/vswap.conf

set_options() {
	echo "options vswap $*" >"$conf"
}

# unit_fails TEXT OPTION...: the unit isn't started, and its status says why.
unit_fails() {
	text=$1
	shift
	set_options "$@"
	systemctl start vswap.service && die "started with $*"
	systemctl status vswap.service | grep -F "$text" || die "no \"$text\" in the status"
	grep -q '^vswap ' /proc/modules && die "loaded with $*"
	systemctl reset-failed vswap.service
}

# Before there is a swap file.
without_swap_file() {
	unit_fails 'zswap_compresor=zstd: there is no such parameter' backends=zswap zswap_compresor=zstd
	unit_fails 'vswap: zswap_max_pool_percent=200: must be 1 to 100' backends=zswap zswap_max_pool_percent=200
	unit_fails 'vswap: ssd: /var/lib/vswap/ssd.swap: no such file' backends=ssd
	set_options backends=zswap,ssd zswap_max_pool_mb=16
	systemctl start vswap.service || die "no start without the swap file"
	systemctl status vswap.service | grep -F 'vswap: swap starts without ssd' || die "not said"
	[ "$(cat "$numbers/backends")" = zswap ] || die "backends"
	systemctl stop vswap.service || die "no stop"
	! [ -e /sys/module/vswap ] || die "stopped, but loaded"
}

set_up() {
	mkdir -p /var/lib/vswap
	fallocate -l 400M "$swap_file"
	chmod 600 "$swap_file"
	mkswap "$swap_file" >/dev/null
	vswapctl doctor || die "the doctor"
	systemctl enable --now vswap.service || die "systemctl enable --now vswap"
	swap_is_on || die "no swap"
}

life_upgrade() {
	without_swap_file
	set_up
	keep_a_file
	hold vswap-stress --anon "$large"
	old=$(cat "$numbers/version")
	is_well "$old"
	dpkg -i /root/next.deb || die "the upgrade"
	is_well "$old"
	[ "$(modinfo -F version vswap)" = "$old.1" ] || die "the new module isn't there"
	kept_is_good
	let_go "$held"
	# There is room for it only once it has ended.
	hold vswap-stress --anon "$large"
	is_well "$old"
	ends_well reboot
}
