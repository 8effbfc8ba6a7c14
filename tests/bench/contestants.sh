# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# For scripts in a guest: the ways to swap that are compared. The disk is /dev/swap.

# shellcheck disable=SC1091
. /lib/vswap.sh

# Pools may take this share of the memory that a guest has in all, ballast included.
pool_percent=25
# For vswap.
more_parameters=
zswap=/sys/module/zswap/parameters

setup_contestants() {
	make_disk_swap /dev/swap
	modprobe -a zram zsmalloc lz4 || die "no zram, zsmalloc, lz4"
	# Else a kernel thread comes by now and then.
	echo 0 >/sys/kernel/mm/ksm/run 2>/dev/null
}

# Where the kernel has them; the workloads ask for them or forbid them.
allow_large_folios() {
	_enabled=/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled
	_min_free=$(cat /proc/sys/vm/min_free_kbytes)
	[ ! -e $_enabled ] || echo madvise >$_enabled
	# Not those of 2 MiB.
	echo never >/sys/kernel/mm/transparent_hugepage/enabled
	# Linux 7 keeps 18 MiB free as soon as there are any: a sixth of what the ballast leaves.
	echo "$_min_free" >/proc/sys/vm/min_free_kbytes
}

# watch_faults: from now on bench-load says how long faults took; what that costs is the
# same for all.
watch_faults() {
	[ ! -e /sys/fs/bpf/latency ] || return 0
	mount -t bpf bpf /sys/fs/bpf
	check bench-latency bench-latency
}

# load_in_cgroup ARG...: bench-load, as everything runs in a cgroup on a machine that
# systemd has booted.
load_in_cgroup() {
	mkdir -p /sys/fs/cgroup/bench
	(
		# shellcheck disable=SC3028
		sh -c 'echo $PPID' >/sys/fs/cgroup/bench/cgroup.procs
		exec bench-load "$@"
	) || die "bench-load $*: status $?"
}

# load_may_fail ARG...: the same where the OOM killer is a finding: about anything but vswap.
load_may_fail() {
	case $1 in
	vswap-*) load_in_cgroup "$@" ;;
	*)
		(load_in_cgroup "$@") && return
		echo "gave-up $1 $2"
		expect_kernel oom
		;;
	esac
}

# ballast MIB: takes memory away, as huge pages that nobody uses.
ballast() {
	echo 3 >/proc/sys/vm/drop_caches
	echo 1 >/proc/sys/vm/compact_memory
	echo $(($1 / 2)) >/proc/sys/vm/nr_hugepages
	[ "$(cat /proc/sys/vm/nr_hugepages)" = $(($1 / 2)) ] || die "no memory for the ballast"
}

# Free memory in KiB, with what the allocator holds for each CPU.
free_memory() {
	awk '$1 == "count:" { sum += $2 } END { print sum * 4 + free }' \
		free="$(meminfo MemFree)" /proc/zoneinfo
}

# ballast_leaving MIB: how much ballast leaves that much free: kernels differ in what they
# take themselves.
ballast_leaving() {
	echo 3 >/proc/sys/vm/drop_caches
	echo $((($(free_memory) / 1024 - $1) / 2 * 2))
}

start_zram() {
	echo 1 >/sys/block/zram0/reset
	echo lz4 >/sys/block/zram0/comp_algorithm
	echo 1G >/sys/block/zram0/disksize
	check mkswap mkswap /dev/zram0 >/dev/null
	check swapon swapon /dev/zram0
}

start_zswap() {
	echo lz4 >$zswap/compressor
	echo zsmalloc >$zswap/zpool 2>/dev/null
	echo "$pool_percent" >$zswap/max_pool_percent
	echo 1 >$zswap/enabled
	[ "$(cat $zswap/enabled)" = Y ] || die "no zswap"
	check swapon swapon /dev/swap
}

stop_zswap() {
	check swapoff swapoff /dev/swap
	echo 0 >$zswap/enabled
}

# load_vswap BACKENDS [PARAMETER]...
load_vswap() {
	_backends=$1
	shift
	# shellcheck disable=SC2086  # words
	load backends="$_backends" zswap_max_pool_percent="$pool_percent" "$@" $more_parameters
}

# start CONTESTANT
start() {
	case $1 in
	none) ;;
	plain) check swapon swapon /dev/swap ;;
	zram) start_zram ;;
	zswap) start_zswap ;;
	vswap-zswap) load_vswap zswap ;;
	vswap-zsmalloc) load_vswap zswap zswap_allocator=zsmalloc ;;
	vswap-charged) load_vswap zswap zswap_charge=1 ;;
	vswap-direct) load_vswap zswap swapin=direct ;;
	vswap-ssd) load_vswap ssd ssd=/dev/swap ;;
	vswap-zswap-ssd) load_vswap zswap,ssd ssd=/dev/swap ;;
	vswap-auto) load_vswap zswap,ssd ssd=/dev/swap zswap_max_pool=auto ;;
	vswap-unpacked) load_vswap zswap,ssd ssd=/dev/swap zswap_packed_writeback=0 ;;
	*) die "no such contestant: $1" ;;
	esac
}

# stop CONTESTANT
stop() {
	case $1 in
	none) ;;
	plain) check swapoff swapoff /dev/swap ;;
	zram)
		check swapoff swapoff /dev/zram0
		echo 1 >/sys/block/zram0/reset
		;;
	zswap) stop_zswap ;;
	*)
		check_counters
		unload
		;;
	esac
}

# module_symbols: where functions of modules are now.
module_symbols() {
	awk '$2 ~ /[tT]/ && $4 { print $1, $3, $4 }' /proc/kallsyms
}

modules=0

# Where modules are is written down again when one has come or moved: that takes seconds.
note_modules() {
	awk '{ print $1, $6 }' /proc/modules >/run/places.new
	[ ! -e /run/places ] || grep -qvxFf /run/places /run/places.new || return 0
	mv /run/places.new /run/places
	modules=$((modules + 1))
	module_symbols >"/out/modules.$modules"
	echo "modules $modules"
}
