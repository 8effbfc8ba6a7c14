# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What the lives share.

# shellcheck disable=SC2034,SC2154  # some of it is for the one life, some for the other

say() {
	echo "vswap-boot-test: $*"
}

die() {
	say "FAILED: $*"
	journalctl -b -u vswap.service --no-pager || true
	cat /proc/swaps /proc/meminfo
	exit 1
}

# More than memory can hold, and what finds room there afterwards.
large=$(awk '/^MemAvailable/ { print int($2 / 1024) + 24 }' /proc/meminfo)M
readonly large small=40M
readonly swap_file=/var/lib/vswap/ssd.swap kept=/dev/shm/kept
readonly numbers=/sys/kernel/vswap

swap_is_on() {
	grep -q '^/dev/vswap0 ' /proc/swaps
}

state_of() {
	systemctl show --property="$1" --value "${2-vswap.service}"
}

# ------------------------------------------------------------ what is in swap

# hold COMMAND...: a vswap-stress that has filled its memory; it stands still until
# let_go, so that others have the processor. Leaves its process in $held.
hold() {
	said=$(mktemp /run/held.XXXXXX)
	setsid "$@" --hold --quiet >"$said" &
	held=$!
	until grep -q READY "$said"; do
		kill -0 $held || die "the workload ended: $(cat "$said")"
		sleep 1
	done
	kill -STOP -$held
}

# let_go PROCESS: all that it holds is verified once more.
let_go() {
	kill -CONT "-$1"
	kill -TERM "$1"
	wait "$1" || die "the workload: $(cat /run/held.*)"
}

keep_a_file() {
	head -c 24M /dev/urandom >$kept
	md5sum $kept >/root/kept.md5
}

kept_is_good() {
	md5sum --status -c /root/kept.md5 || die "a file in tmpfs changed"
}

in_use() {
	swap_is_on || die "swap is off"
	[ "$(cat "$numbers/used_pages")" -gt 5000 ] || die "hardly anything is swapped"
	[ "$(cat "$numbers/backend/ssd/pages_out")" -gt 1000 ] || die "the file isn't used"
}

# is_well VERSION: of the module that is loaded.
is_well() {
	in_use
	[ "$(cat "$numbers/version")" = "$1" ] || die "another module is loaded"
	[ "$(state_of ActiveState)/$(state_of SubState)" = active/exited ] || die "not active (exited)"
	[ "$(state_of NeedDaemonReload)" = no ] || die "systemd has an old unit"
}

# ------------------------------------------------------------------ beginning, end

# came_up_by_itself: after a reboot, before which it was stopped as any unit.
came_up_by_itself() {
	# From the start on.
	journalctl -b -1 -u vswap.service -o cat | tac | sed '/^Finished/q' | tac >/run/stop
	cat /run/stop
	grep -q 'Deactivated successfully' /run/stop || die "it didn't stop well"
	systemctl is-active vswap.service || die "not up by itself"
	swap_is_on || die "no swap"
}

# goes_down COMMAND: with the kernel's time before what is said.
goes_down() {
	echo "vswap-boot-test: $1 with $(cat "$numbers/used_pages" 2>/dev/null || echo 0) pages in swap" >/dev/kmsg
	systemctl "$1"
}

# ends_well COMMAND: and the life with it.
ends_well() {
	! systemctl list-units --failed --plain --no-legend | grep . || die "a unit has failed"
	say "$life is good"
	goes_down "$1"
}
