# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The packages go, with swap in use: not without room for it, and without a trace otherwise.

# shellcheck disable=SC2154  # of lib.sh, main

# refused TEXT COMMAND...: says that, and changes nothing.
refused() {
	text=$1
	shift
	! "$@" >/run/refused 2>&1 || die "$*: done, with no room"
	cat /run/refused
	[ "$(grep -c "$text" /run/refused)" = 1 ] || die "$*: no line with \"$text\""
	dpkg -s vswap-dkms | grep -q '^Status: .* ok installed' || die "$*: not installed any more"
	dkms status -m vswap | grep -q ': installed' || die "$*: no module any more"
	is_well "$version"
}

# More than memory could hold, and then more than a cgroup may have there.
try_without_room() {
	hold vswap-stress --anon "$large"
	refused 'free memory or add swap' "$@"
	let_go "$held"
	hold systemd-run --scope --quiet -p MemoryMax=20M vswap-stress --anon "$small"
	refused 'raise memory.max' "$@"
	let_go "$held"
}

is_gone() {
	! swap_is_on || die "swap is on"
	! [ -e /sys/module/vswap ] || die "the module is loaded"
	! systemctl is-active vswap.service || die "the unit is active"
	! find /lib/modules -name 'vswap.ko*' | grep . || die "a module is left"
}

# But for what is the user's, and what was there before the packages.
no_trace() {
	[ -s /root/before ] || die "nothing to compare with"
	! find / -xdev -name '*vswap*' ! -path '/run/*' ! -path '/var/log/*' ! -path /var/lib/vswap |
		grep -vxFf /root/before || die "something is left"
	[ -e "$swap_file" ] || die "the swap file is gone"
}

# away COMMAND: with pages in swap that find room.
away() {
	version=$(modinfo -F version vswap)
	keep_a_file
	hold vswap-stress --anon "$small"
	kept_going=$held
	try_without_room "$@"
	is_well "$version"
	"$@" || die "$*"
	is_gone
	let_go "$kept_going"
	kept_is_good
}

# With swap in use it goes on; what was set up, and is enabled, is so afterwards.
life_reinstall() {
	came_up_by_itself
	version=$(modinfo -F version vswap)
	keep_a_file
	hold vswap-stress --anon "$large"
	dpkg -i /root/next.deb || die "it isn't installed over itself"
	is_well "$version"
	kept_is_good
	let_go "$held"
	before=$(cat "$conf")
	apt-get -qq remove -y vswap-dkms || die "remove"
	is_gone
	dpkg -i /root/next.deb || die "it isn't installed again"
	[ "$(cat "$conf")" = "$before" ] || die "the options are gone"
	[ "$(state_of UnitFileState)" = enabled ] || die "the unit isn't enabled any more"
	systemctl start vswap.service || die "no start"
	hold vswap-stress --anon "$large"
	is_well "$version"
	let_go "$held"
	kept_is_good
	ends_well poweroff
}

life_remove() {
	came_up_by_itself
	away apt-get -qq remove -y vswap-dkms
	[ -e "$conf" ] || die "removed, and the configuration is gone"
	apt-get -qq purge -y vswap-dkms vswapctl || die "purge"
	no_trace
	ends_well poweroff
}

life_purge() {
	came_up_by_itself
	away apt-get -qq purge -y vswap-dkms vswapctl
	no_trace
	ends_well poweroff
}
