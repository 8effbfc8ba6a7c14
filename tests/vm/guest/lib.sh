# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# For scripts that run in a guest:
#
#	. /lib/vswap-test.sh

log() {
	printf '%s\n' "$*"
}

die() {
	printf 'FAILED: %s\n' "$*"
	exit 1
}

# check TEXT COMMAND [ARG]...: COMMAND has to succeed.
check() {
	_text=$1
	shift
	"$@" || die "$_text ($*: status $?)"
}

# expect_fail COMMAND [ARG]...: COMMAND has to run and fail; neither a signal nor
# a missing program is the failure that was meant. 255 is swapon's own.
expect_fail() {
	_status=0
	"$@" || _status=$?
	case $_status in
	0) die "succeeded, but should have failed: $*" ;;
	126 | 127) die "can't be run: $*" ;;
	12[89] | 1[3-5]?) die "ended by signal $((_status - 128)): $*" ;;
	esac
}

# expect_status STATUS COMMAND [ARG]...
expect_status() {
	_wanted=$1
	_status=0
	shift
	"$@" || _status=$?
	[ "$_status" -eq "$_wanted" ] || die "status $_status instead of $_wanted: $*"
}

# expect_kernel KIND: the kernel log may have complaints of that kind, as
# 'tests/vm/splats --list' names them: oom, alloc-failure, io-error.
expect_kernel() {
	echo "$1" >/run/vswap-expect
}

# meminfo FIELD...: values of /proc/meminfo in KiB, all of one moment.
meminfo() {
	awk -v fields="$*" '{ of[$1] = $2 }
		END { nr = split(fields, field, " ")
			for (i = 1; i <= nr; i++) {
				if (!(field[i] ":" in of))
					exit 1
				printf "%s%s", of[field[i] ":"], i < nr ? " " : "\n"
			}
		}' /proc/meminfo || die "no $* in /proc/meminfo"
}

# vmstat FIELD: a counter of /proc/vmstat.
vmstat() {
	awk -v field="$1" '$1 == field { print $2; found = 1 }
		END { exit !found }' /proc/vmstat || die "no $1 in /proc/vmstat"
}

# wait_for SECONDS COMMAND [ARG]...: until COMMAND succeeds; on a kernel that is slow by itself,
# lab_slow times as long.
wait_for() {
	_left=$(($1 * 10 * ${lab_slow:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$_left" -gt 0 ] || die "in vain waited for: $*"
		_left=$((_left - 1))
		sleep 0.1
	done
}

# klog_mark and klog_since: what the kernel has logged since the last mark.
klog_mark() {
	_mark="vswap-test: mark $$-$(cut -d ' ' -f 1 /proc/uptime)"
	echo "$_mark" >/dev/kmsg
}

klog_since() {
	dmesg | sed "1,/$_mark/d"
}

# disk_number DISK: as /sys/power/resume wants it.
disk_number() {
	cat "/sys/class/block/$(basename "$(readlink -f "/dev/$1")")/dev"
}

# hibernate [DISK]: image to the swap area on DISK, power off; the lab boots once more, and the
# script goes on from the image. Fails, with the guest as it was, when that couldn't be done.
# Without DISK it is bound to fail, or goes where /sys/power says.
hibernate() {
	# On kernel 7 the lab's port for files is mute afterwards, unless it is new then.
	_serial=$(basename /sys/bus/virtio/drivers/virtio_console/virtio*)
	echo "$_serial" >/sys/bus/virtio/drivers/virtio_console/unbind
	if [ $# != 0 ]; then
		disk_number "$1" >/sys/power/resume
		echo shutdown >/sys/power/disk
		# The kernel that loads the image can be short of memory meanwhile.
		expect_kernel alloc-failure
		echo "resume $1" >/run/vswap-expect
	fi
	_status=1
	{ echo disk >/sys/power/state; } 2>/dev/null && _status=0
	echo "$_serial" >/sys/bus/virtio/drivers/virtio_console/bind
	return $_status
}
