# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# What scenarios share. They run as root in a guest of tests/vm/run.

# shellcheck disable=SC1091
. /lib/vswap-test.sh

sys=/sys/kernel/vswap

# part NUMBER: of a length or a size of the test, by the lab's test_percent.
part() {
	echo $(($1 * ${test_percent:-100} / 100))
}

# value FILE: of /sys/kernel/vswap.
value() {
	cat "$sys/$1"
}

# make_disk_swap DISK: a swap partition on a whole disk.
make_disk_swap() {
	check "mkswap $1" mkswap "$1" >/dev/null
}

# make_file_swap DISK MIB [OPTION]...: a swap file on ext4, where modprobe looks by default;
# with options of mkfs.ext4.
make_file_swap() {
	_disk=$1
	_mib=$2
	shift 2
	check "mkfs.ext4" mkfs.ext4 -qF "$@" "$_disk"
	mkdir -p /var/lib/vswap
	check "mount" mount -t ext4 "$_disk" /var/lib/vswap
	check "fallocate" fallocate -l "${_mib}M" /var/lib/vswap/ssd.swap
	chmod 600 /var/lib/vswap/ssd.swap
	check "mkswap" mkswap /var/lib/vswap/ssd.swap >/dev/null
}

# table TABLE: what /dev/mapper/bad is from now on. Made beforehand, and put in place by
# one request: to start a program takes memory, and so maybe the device, which must not
# stand still then.
table() {
	dmsetup load bad --table "$1" || die "table $1"
	dmsetup resume --noflush --nolockfs bad || die "resume"
}

# make_cgroup NAME FILE VALUE: with one limit, for in_cgroup.
make_cgroup() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "/sys/fs/cgroup/$1"
	echo "$3" >"/sys/fs/cgroup/$1/$2"
	cat >/run/in-cgroup <<'END'
#!/bin/sh
echo $$ >"/sys/fs/cgroup/$1/cgroup.procs"
shift
exec "$@"
END
	chmod +x /run/in-cgroup
}

# in_cgroup NAME COMMAND [ARG]...: in place of the shell, if that is to be.
in_cgroup() {
	exec /run/in-cgroup "$@"
}

# trace_buffers: memory for tracers, while it is to be had: the kernel gives them none that is
# in use, though it could be swapped out.
trace_buffers() {
	echo 1400 >/sys/kernel/tracing/buffer_size_kb || die "no memory for trace buffers"
}

# load PARAMETER...: and the area has to be on. What the kernel's command line has for all
# scenarios comes first.
load() {
	# shellcheck disable=SC2046
	check "modprobe vswap $*" modprobe vswap $(echo "${test_parameters-}" | tr , ' ') "$@"
	case "$*" in
	*autostart=0*) return ;;
	esac
	[ "$(value state)" = on ] || die "loaded, but not on"
	grep -q '^/dev/vswap0 ' /proc/swaps || die "not in /proc/swaps"
}

# What vswap redirects on this kernel, while it is loaded: ftrace marks it with an I.
hooked_functions() {
	awk '/\) .*I/ { print $1 }' /sys/kernel/tracing/enabled_functions
}

# stored_nothing: swap is off, so whatever was stored has to be gone.
stored_nothing() {
	[ "$(value state)" = off ] || die "off, but says it is on"
	[ "$(value used_pages)" = 0 ] || die "off, but slots are used"
	for _file in "$sys"/backend/*/used_pages "$sys"/backend/*/compressed_bytes; do
		[ ! -e "$_file" ] || [ "$(cat "$_file")" = 0 ] || die "off, but $_file is $(cat "$_file")"
	done
}

# unload: swapoff and rmmod.
unload() {
	check "swapoff" swapoff /dev/vswap0
	stored_nothing
	check "rmmod" rmmod vswap
}

# No error anywhere, and slots, fill pages and backends add up.
check_counters() {
	for _file in read_errors write_errors grow_failures bio_pages; do
		[ "$(value $_file)" = 0 ] || die "$_file is $(value $_file)"
	done
	_held=$(value fill_pages)
	for _file in "$sys"/backend/*/used_pages; do
		_held=$((_held + $(cat "$_file")))
	done
	# Where the kernel keeps zero pages itself, we have only its count of events.
	_zero=$(awk '$1 == "swpout_zero" { print $2 }' /proc/vmstat)
	# These are read one after the other, and pages of processes that have just
	# ended may still be going. Slots whose page is on its way hold nothing yet, and those
	# whose page was taken from the pool nothing any more; these are in the swap cache.
	_empty=$((${_zero:-0} + $(meminfo SwapCached) / 4))
	_used=$(value used_pages)
	[ "$_held" -le $((_used + 256)) ] || die "$_held pages held in $_used slots"
	[ $((_held + _empty)) -ge $((_used * 95 / 100 - 1024)) ] || die "only $_held of $_used slots hold a page"
}

# stress ARG...: the verified workload.
stress() {
	vswap-stress "$@" || {
		_status=$?
		[ ! -e $sys ] || vswapctl stats
		die "vswap-stress $*: status $_status"
	}
}

# in_background NAME COMMAND [ARG]...: what it says is in /run/NAME.log, and nothing of what
# another one has said there. Its number is in $!.
in_background() {
	_log=/run/$1.log
	shift
	: >"$_log"
	"$@" >>"$_log" 2>&1 &
}

# workload SIGNAL: to all processes of the verified workload.
workload() {
	# shellcheck disable=SC2046
	kill "-$1" $(pidof vswap-stress)
}

# Memory that the kernel could have kept, in KiB: slabs that can't be reclaimed,
# vmalloc, per-CPU. Not the free objects that slab caches hoard.
kept_memory() {
	for _file in /sys/kernel/slab/*/shrink; do
		echo 1 >"$_file"
	done
	echo $(($(meminfo SUnreclaim) + $(meminfo VmallocUsed) + $(meminfo Percpu)))
}

# nothing_left: of ours in slabs, in modules, in sysfs, among devices.
nothing_left() {
	! grep -q vswap /proc/slabinfo || die "left in slabinfo: $(grep vswap /proc/slabinfo)"
	! grep -q vswap /proc/modules || die "still loaded"
	[ ! -e "$sys" ] || die "left in sysfs"
	[ ! -e /dev/vswap0 ] || die "left in /dev"
	! grep -q vswap /proc/swaps || die "left in /proc/swaps"
	[ ! -s /sys/kernel/tracing/enabled_functions ] ||
		die "hooks are left: $(cat /sys/kernel/tracing/enabled_functions)"
}
