# shellcheck shell=dash disable=SC2034,SC2086,SC2154
# SPDX-License-Identifier: GPL-2.0
#
# Backends that come and go at random, for scenarios that do that to a workload: disks one
# (which can be made to fail), two and three, and a swap file on the disk files. Decisions follow
# from $seed.

# pick N: sets picked to 0..N-1. Not in a subshell: the seed changes.
pick() {
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	picked=$((seed / 65536 % $1))
}

exists() {
	[ -e "$sys/backend/$1" ]
}

is_on() {
	exists "$1" && [ "$(value "backend/$1/state")" = on ]
}

path_of() {
	case $1 in
	one) echo /dev/mapper/bad ;;
	file) echo /var/lib/vswap/ssd.swap ;;
	*) echo "/dev/$1" ;;
	esac
}

# How many pages the backends that are on could still take, but for one of them.
room_without() {
	_room=0
	for _b in $(value backends); do
		[ "$_b" != "$1" ] && is_on "$_b" || continue
		_room=$((_room + $(value "backend/$_b/capacity_pages") - $(value "backend/$_b/used_pages")))
	done
	echo $_room
}

# So much that the workload can go on.
can_spare() {
	[ "$(room_without "$1")" -gt $(($(value "backend/$1/used_pages") + 40000)) ]
}

count() {
	eval "$1=\$((\${$1:-0} + 1))"
}

# request WORDS...: of vswapctl backend. One backend may be busy: after it failed its pages
# move away by themselves, and meanwhile nothing else can be done with it.
request() {
	vswapctl backend "$@" >/run/said 2>&1 && return
	if grep -q 'under way\|moving away' /run/said && [ "$(value "backend/$2/state")" != on ]; then
		count busy
		return 1
	fi
	cat /run/said
	die "$*"
}

act_add() {
	exists "$1" && return
	pick 3
	check "add $1" vswapctl backend add "$1" --path "$(path_of "$1")" --tier $((picked + 1))
	count added
}

act_remove() {
	exists "$1" && can_spare "$1" || return 0
	pick 3
	if [ $picked = 0 ]; then
		vswapctl backend remove "$1" --timeout 0.3 >/run/said 2>&1 || count cancelled
	else
		request remove "$1" && count removed
	fi
}

act_disable() {
	is_on "$1" && can_spare "$1" || return 0
	request disable "$1" && count disabled
}

act_enable() {
	exists "$1" || return 0
	request enable "$1"
}

# Its writes fail for a while; what it has can be read.
act_fail() {
	is_on one && can_spare one || return 0
	table "0 $sectors flakey /dev/one 0 0 60 1 error_writes"
	sleep 2
	[ "$(value backend/one/state)" = on ] || count failed
	table "0 $sectors linear /dev/one 0"
	act_enable one
}

act_resize_pool() {
	exists zswap || return 0
	pick 4
	check "resize zswap" vswapctl backend resize zswap $((24 + picked * 12))M
	count resized
}

act_resize_file() {
	[ $size -lt 400 ] && exists file || return 0
	size=$((size + 20))
	request resize file ${size}M && count resized
}

act_pool() {
	if exists zswap; then
		can_spare zswap || return 0
		check "remove zswap" vswapctl backend remove zswap >/run/said
		count removed
	else
		pick 2
		_c=lz4
		[ $picked = 0 ] || _c=zstd
		check "add zswap" vswapctl backend add zswap --type zswap --compressor $_c \
			--limit 60M --tier 0
		count added
	fi
}

# step NAME [ARG]...: is done next; who wants to tell it has another.
step() {
	:
}

# act_backend: something to one of them.
act_backend() {
	pick 4
	case $picked in
	0) _who=one ;;
	1) _who=two ;;
	2) _who=three ;;
	3) _who="file" ;;
	esac
	pick 12
	case $picked in
	0 | 1 | 2) _act=act_add ;;
	3 | 4) _act=act_remove ;;
	5) _act=act_disable ;;
	6 | 7) _act=act_enable ;;
	8) _act=act_fail ;;
	9) _act=act_resize_pool ;;
	10) _act=act_resize_file ;;
	11) _act=act_pool ;;
	esac
	step "${_act#act_}" "$_who"
	$_act "$_who"
}

# make_backends: disks and the file, before anything is loaded.
make_backends() {
	modprobe dm-flakey
	sectors=$(blockdev --getsz /dev/one)
	check "dmsetup" dmsetup create bad --table "0 $sectors linear /dev/one 0"
	chmod 600 /dev/mapper/bad
	for _disk in mapper/bad two three; do
		make_disk_swap /dev/$_disk
	done
	make_file_swap /dev/files 100
	size=100
}

# begin [PARAMETER]...: the area, with a pool and some of them.
begin() {
	load backends=zswap,ssd ssd=/dev/two zswap_max_pool_mb=48 zswap_high_percent=80 zswap_low_percent=60 "$@"
	check "add one" vswapctl backend add one --path /dev/mapper/bad
	check "add three" vswapctl backend add three --path /dev/three
	check "remove ssd" vswapctl backend remove ssd
}

# no_more_than_slots: backends hold no page that no slot knows of.
no_more_than_slots() {
	_used=$(value used_pages)
	_sum=$(value fill_pages)
	for _file in "$sys"/backend/*/used_pages; do
		_sum=$((_sum + $(cat "$_file")))
	done
	[ "$_sum" -le $((_used + 256)) ] || die "$_sum pages held in $_used slots"
}
