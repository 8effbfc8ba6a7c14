# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Who has limits of their own: a container of podman, and a slice of systemd. Each pays for what it
# has in the pool, swaps no more than it may, and leaves nothing behind.

# shellcheck disable=SC2154  # of lib.sh, main

readonly cgroups=/sys/fs/cgroup box=/var/lib/box
# What the pool may have above a limit: see docs/abi.md.
readonly credit=$((65536 + 4096))

# hold_in COMMAND...: what it starts fills its memory, somewhere else: it has to be frozen there.
hold_in() {
	said=$(mktemp /run/held.XXXXXX)
	"$@" --mix text=80,near=20 --children 0 --hold --quiet >"$said" 2>&1 &
	held=$!
	until grep -q READY "$said"; do
		kill -0 $held || die "the workload ended: $(cat "$said")"
		sleep 1
	done
}

# scope: of the workload; it may be in one below.
scope() {
	sed 's/^0:://; s/\(\.scope\)\/.*/\1/' "/proc/$(pgrep -n vswap-stress)/cgroup"
}

# of CGROUP FILE: what is in it.
of() {
	cat "$cgroups$1/$2"
}

# stat_of CGROUP NAME: a line of memory.stat.
stat_of() {
	awk -v name="$2" '$1 == name { print $2 }' "$cgroups$1/memory.stat"
}

# least CGROUP FILE: of it and those below that the workload is in. Whether podman's limit is the scope's
# or that of the cgroup in it depends on its version; of swap the scope may have memory in it, too.
least() {
	find "$cgroups$1" -name "$2" -exec cat {} + | sort -n | sed '/max/d' | head -n 1
}

limit_is() {
	[ "$(least "$1" "$2")" = "$3" ] || die "$1: $2 is $(least "$1" "$2"), not $3"
}

# who_has CGROUP COLUMN: bytes, as vswapctl has it; 0 if there is no such line.
who_has() {
	vswapctl who --cgroup --raw --noheadings --bytes --output "$2",CGROUP |
		awk -v cgroup="$1" '$2 == cgroup { sum += $1 } END { print sum + 0 }'
}

# stands CGROUP: nothing there runs until it is thawed, and the kernel has summed up.
stands() {
	echo 1 >"$cgroups$1/cgroup.freeze"
	until grep -q 'frozen 1' "$cgroups$1/cgroup.events" &&
		[ "$(stat_of "$1" zswap)" = "$(of "$1" memory.zswap.current)" ]; do
		sleep 1
	done
}

thaw() {
	echo 0 >"$cgroups$1/cgroup.freeze"
}

# named CGROUP WHAT BYTES COLUMN: that is charged, and vswapctl names as much in that column. It
# doesn't count copies of pages that are in memory, which are charged, too.
named() {
	bytes=$(who_has "$1" "$4")
	say "$1: $2 of $3 bytes, $bytes named"
	if [ "$bytes" -lt $(($3 * 3 / 4)) ] || [ "$bytes" -gt "$3" ]; then
		die "vswapctl who has $bytes of $3 bytes: $(vswapctl who --cgroup)"
	fi
}

# swaps CGROUP MIB: so much, and no more than it may.
swaps() {
	charged=$(of "$1" memory.swap.current)
	named "$1" memory.swap.current "$charged" SWAPPED
	[ "$charged" -ge $(($2 << 20)) ] || die "only $charged bytes of it are swapped"
	[ "$charged" -le "$(least "$1" memory.swap.max)" ] || die "more than it may"
}

# pays CGROUP MIB: for so much in the pool, by all that tell.
pays() {
	charged=$(of "$1" memory.zswap.current)
	pages=$(stat_of "$1" zswapped)
	say "$1: pays for $charged bytes of $pages, $(stat_of "$1" zswpout) pages in, $(stat_of "$1" zswpin) out"
	[ "$charged" -ge $(($2 << 20)) ] || die "it pays for $charged bytes only"
	[ "$pages" -gt $((charged * 2)) ] || die "$pages bytes take $charged"
	[ "$(of "$1" memory.current)" -gt "$charged" ] || die "memory.current is without them"
	[ $((pages / 4096)) -le "$(stat_of "$1" zswpout)" ] || die "more are in than went in"
}

# all_paid: nothing is in the pool but what cgroups pay for. What was there before there were any,
# nobody does.
all_paid() {
	paid=$(cat $cgroups/*/memory.zswap.current | awk '{ sum += $1 } END { print sum }')
	stored=$(cat "$numbers/backend/zswap/compressed_bytes")
	say "cgroups pay for $paid of $stored bytes"
	if [ "$paid" -gt "$stored" ] || [ "$paid" -lt $((stored * 95 / 100)) ]; then
		die "that doesn't add up"
	fi
}

# ends COMMAND...: and the workload has found each page as it was.
ends() {
	"$@" || die "$*"
	wait "$held" || die "the workload: $(cat "$said")"
}

# dying: cgroups that are gone, but not for the kernel.
dying() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "nr_dying_descendants" { print $2 }' $cgroups/cgroup.stat
}

# remember: what there is before something comes that will go.
remember() {
	pages_before=$(held_pages)
	dying_before=$(dying)
}

# held_pages: in use for what isn't in memory. Pages that are just being written when their process ends
# stay there until something wants the memory, with any swap; where io.max has swap wait, there are many.
held_pages() {
	cached=$(awk '$1 == "SwapCached:" { print int($2 / 4) }' /proc/meminfo)
	echo $(($(cat "$numbers/used_pages") - cached))
}

# all_gone: of who was there. Others may have been swapped out meanwhile.
all_gone() {
	[ "$(dying)" -le "$dying_before" ] && [ "$(held_pages)" -le $((pages_before + 4000)) ]
}

# settled: no cgroup that is gone is kept, and no more is in use.
settled() {
	tries=0
	until all_gone; do
		tries=$((tries + 1))
		[ $tries -lt 60 ] ||
			die "$(dying) cgroups are dying, $dying_before before; $(held_pages) pages are held, $pages_before before: $(vswapctl who --cgroup)"
		sleep 1
	done
	say "after $tries s all is gone"
	all_paid
}

# gone CGROUP: nothing is left of it.
gone() {
	[ ! -e "$cgroups$1" ] || die "$1 is left"
	[ "$(who_has "$1" SWAPPED)" = 0 ] || die "$1 has pages"
	settled
}

# ------------------------------------------------------------------ podman

# A root with what it needs: no image, no registry.
make_box() {
	mkdir -p $box/bin $box/etc $box/proc $box/sys $box/dev $box/run $box/tmp
	cp /usr/local/bin/vswap-stress $box/bin/
}

# pod COMMAND...: it needs nothing of the kernel that this one lacks.
pod() {
	podman --storage-driver vfs --cgroup-manager systemd --events-backend none "$@"
}

# pod_run NAME ARG...
pod_run() {
	box_name=$1
	shift
	pod run --rm --name "$box_name" --network none --log-driver none "$@"
}

in_podman() {
	make_box
	remember
	hold_in pod_run box --memory 40m --memory-swap 104m --rootfs $box /bin/vswap-stress --anon 64M
	container=$(scope)
	case $container in
	/machine.slice/libpod-*.scope) ;;
	*) die "the container is in $container" ;;
	esac
	limit_is "$container" memory.max $((40 << 20))
	limit_is "$container" memory.swap.max $((64 << 20))
	stands "$container"
	swaps "$container" 30
	pays "$container" 8
	named "$container" memory.zswap.current "$(of "$container" memory.zswap.current)" COMPRESSED
	all_paid
	thaw "$container"
	ends pod stop --time 600 box
	gone "$container"
}

# More than it may have altogether: it dies, alone, and swap doesn't go past the limit.
one_too_large() {
	remember
	pod_run greedy --memory 24m --memory-swap 40m --rootfs $box \
		/bin/vswap-stress --anon 120M --children 0 --hold --quiet >/run/greedy &
	greedy=$!
	most=0
	while kill -0 $greedy 2>/dev/null; do
		for file in "$cgroups"/machine.slice/libpod-*.scope/memory.swap.current; do
			now=$(cat "$file" 2>/dev/null || echo 0)
			[ "$now" -le "$most" ] || most=$now
		done
		sleep 0.2
	done
	status=0
	wait $greedy || status=$?
	[ $status = 137 ] || [ $status = 2 ] || die "it wasn't killed: $status, $(cat /run/greedy)"
	say "its swap was $most bytes at most"
	# It may have had more between two looks.
	[ "$most" -gt $((2 << 20)) ] || die "only $most bytes of 16 MiB"
	[ "$most" -le $((16 << 20)) ] || die "$most bytes of 16 MiB"
	[ -z "$(pod ps --all --quiet)" ] || die "containers are left"
	! find $cgroups -name 'libpod-*' | grep . || die "cgroups of it are left"
	settled
	systemctl reset-failed
}

# ------------------------------------------------------------------ systemd

# written CGROUP: bytes, to the disk with the swap file.
written() {
	awk -v disk="$(mountpoint -d /)" '$1 == disk { sub(/.*wbytes=/, ""); n = $1 } END { print n + 0 }' \
		"$cgroups$1/io.stat"
}

# zswap_max UNIT BYTES: systemd has a word for it since 253.
zswap_max() {
	systemctl set-property --runtime "$1" MemoryZSwapMax="$2" ||
		echo "$2" >"$cgroups/$1/memory.zswap.max"
}

# What it has no room for in the pool goes to the disk, on its account.
in_a_slice() {
	slice=/vswaptest.slice
	remember
	systemctl start vswaptest.slice
	systemctl set-property --runtime vswaptest.slice MemoryHigh=32M MemoryMax=48M MemorySwapMax=80M \
		IOWriteBandwidthMax="/dev/vda 1M" || die "no such properties"
	zswap_max vswaptest.slice $((4 << 20))
	hold_in systemd-run --quiet --scope --slice=vswaptest.slice --unit=vswaptest vswap-stress --anon 64M
	bytes=$(written $slice)
	limit_is $slice memory.high $((32 << 20))
	limit_is $slice memory.max $((48 << 20))
	limit_is $slice memory.swap.max $((80 << 20))
	limit_is $slice memory.zswap.max $((4 << 20))
	grep -q 'wbps=1000000' $cgroups$slice/io.max || die "io.max: $(of $slice io.max)"
	# How fast isn't looked at: the kernel may let swap pass above io.max.
	say "$bytes bytes written on its account"
	[ "$bytes" -ge $((12 << 20)) ] || die "hardly anything was written"
	[ "$(scope)" = $slice/vswaptest.scope ] || die "it is in $(scope)"
	stands $slice
	swaps $slice 20
	pays $slice 3
	[ "$charged" -le $(($(of $slice memory.zswap.max) + credit)) ] || die "more than it may"
	all_paid
	thaw $slice
	ends systemctl kill vswaptest.scope
	systemctl stop vswaptest.slice
	gone $slice
}

life_containers() {
	set_options backends=zswap,ssd zswap_max_pool_mb=32 zswap_charge=1
	set_up
	say "podman"
	in_podman
	say "a container that wants too much"
	one_too_large
	say "a slice"
	in_a_slice
	[ "$(cat "$numbers/read_errors")" = 0 ] || die "pages were lost"
	ends_well poweroff
}
