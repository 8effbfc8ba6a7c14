# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl who. A part of tests/vswapctl/run, whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# holder PID NAME CGROUP ENTRY...: a process with one mapping of 16 pages, and a shared one
holder() {
	local dir=$tmp/machine/proc/$1
	mkdir -p "$dir"
	printf 'Name:\t%s\nVmRSS:\t    4 kB\nVmSwap:\t      %s kB\n' "$2" $((4 * ($# - 3))) >"$dir/status"
	printf '%s\n' "$2" >"$dir/comm"
	printf '1:name=systemd:/elsewhere\n0::%s\n' "$3" >"$dir/cgroup"
	cat >"$dir/smaps" <<-'END'
		00010000-00020000 rw-p 00000000 00:00 0                                  [heap]
		Size:                 64 kB
		Anonymous:             0 kB
		FilePmdMapped:         0 kB
		Swap:                 16 kB
		SwapPss:              16 kB
		VmFlags: rd wr mr mw me ac
		00040000-00050000 r-xp 00000000 fe:01 2643                               /bin/a Swap: 9
		Swap:                  0 kB
		00080000-00090000 rw-s 00000000 00:01 1025                               /dev/shm/x
		Swap:                 16 kB
	END
	shift 3
	"$here/who.py" pagemap "$dir/pagemap" "$@"
}

# Slots 1 to 9 of an area of type 3; two processes share slot 1
holders() {
	system
	tree_both
	holder 100 editor /user/a 15=3:7 16=3:1 17=3:2 18=here:55 19=3:3 20=0:4 64=3:8 128=3:8
	holder 200 'two words' /user/a 16=3:1 17=3:4
	holder 300 server /system/b.service 31=3:5 32=3:8
	holder 40 idle / 16=here:3
	rm "$tmp/machine/proc/40/pagemap"
	mkdir -p "$tmp/machine/proc/50"
	"$here/who.py" places "$tmp/places" 1=3:0:1000 2=3:0:500 3=4:1:4096 4=5:1:700 5=2:0:0 \
		6=1:0:0 7=3:0:100 8=4:1:4096 9=0:0:0
}

who() {
	VSWAP_CONTROL=$tmp/places VSWAP_ROOT=$tmp/machine "$1" "${@:2}"
}

test_who_table() {
	holders
	who expect who-pid who
	who expect who-pid who --pid
	who expect who-cgroup who --cgroup
	who expect who-json who --json
	who expect who-raw who --raw --noheadings --bytes --output +cgroup,disk
	who run who -j -c
	check 'who, JSON by cgroup' jq -e '[.holders[] | .cgroup] == ["/", "/user", "/user/a",
		"/system", "/system/b.service"] and (.holders[0].swapped_pages == 5)' "$tmp/out"
	# who shares a page has it, but it is one
	check 'who: adds up' jq -e '(.holders[2] | .processes == 2 and .swapped_pages == 4 and
		.pool_pages == 2 and .pool_bytes == 1500 and .files.ssd == 2) and
		(.others.swapped_pages == 3) and (.all.swapped_pages == 8)' "$tmp/out"
	set_file backend/ssd/number 9
	who expect_json 'a backend that came meanwhile' '.holders[0].files.ssd == 0 and
		.all.swapped_pages == 8 and .all.file_bytes == 8892' who -j -o +disk
}

# mounted DEVICE TYPE POINT
mounted() {
	printf '40 1 %s / %s rw,nosuid shared:5 - %s none rw,size=4k\n' "$1" "$3" "$2" \
		>>"$tmp/machine/proc/self/mountinfo"
}

# Three files on one device, one of them by a link of a process alone, and one that has no pages;
# what is of another device; a memfd. Slots 1 to 9 are those of holders.
files_of_tmpfs() {
	local root=$tmp/machine device
	holders
	device=$(stat -c %Hd:%Ld "$tmp")
	mkdir -p "$root/proc/self" "$root/run/a b/below" "$root/proc/100/fd" "$root/proc/200/map_files"
	: >"$root/proc/self/mountinfo"
	mounted 7:3 proc /proc
	mounted "$device" ext4 /etc
	mounted "$device" tmpfs '/run/a\040b'
	mounted "$device" tmpfs /run/again
	echo 1 2 3 4 6 >"$root/run/a b/one"
	echo 6 7 >"$root/run/a b/below/two"
	echo nothing >"$root/run/a b/below/no-pages"
	echo 8 >"$root/deleted"
	mkfifo "$root/run/a b/pipe"
	ln -s below "$root/run/a b/link"
	ln -s "$root/deleted" "$root/proc/100/fd/3"
	ln -s "$root/deleted" "$root/proc/100/fd/4"
	ln -s /dev/zero "$root/proc/100/fd/5"
	# of a process that is there, until the test ends
	exec {memfd}< <(exec python3 -c '
import os, signal
fd = os.memfd_create("shared")
os.write(fd, b"5 9\n")
print(os.getpid(), fd, flush=True)
signal.pause()')
	read -r memfd_pid memfd_fd <&"$memfd"
	ln -s "/proc/$memfd_pid/fd/$memfd_fd" "$root/proc/200/map_files/1000-2000"
}

test_who_tmpfs() {
	local memfd memfd_pid memfd_fd
	# shellcheck disable=SC2034  # of tests/vswapctl/run
	local vswapctl=$tmp/fake/vswapctl
	local before='vswapctl: cannot tell who has swapped pages:'
	files_of_tmpfs
	who expect who-tmpfs who --tmpfs
	who expect_json 'who, JSON by tmpfs' '([.holders[] | .name] == ["/run/a b", "(shared memory)"]) and
		(.holders[0] | .swapped_pages == 7 and .pool_pages == 3 and .pool_bytes == 1600 and
		.files.ssd == 3 and .fill_pages == 0 and .none_pages == 1 and .processes == null) and
		.others.swapped_pages == 0 and .all.swapped_pages == 9' who -t -j -o +processes
	kill "$memfd_pid"
	rm -r "$tmp/machine/proc/200"
	who expect_json 'who, by tmpfs, no memfd' '(.holders | length == 1) and
		.others.swapped_pages == 1' who -t -j
	: >"$tmp/machine/proc/self/mountinfo"
	who expect_json 'who, no tmpfs' '.holders == [] and .others.swapped_pages == 8' who -t -j
	files_of_tmpfs
	kill "$memfd_pid"
	FAKE_SLOTS=ENOTTY who expect_failure 'who, by tmpfs: older module' 1 \
		"$before the vswap module can't say it: is it of another version?" who -t
	FAKE_SLOTS=EPERM who expect_failure 'who, by tmpfs: not root' 1 "$before only root may know" who -t
	FAKE_OPEN=EACCES who expect_failure 'who, by tmpfs: no device' 1 "$before only root may know" who -t
}

test_who_nobody() {
	holders
	rm -r "$tmp/machine/proc"/[0-9]*
	: >"$tmp/places"
	who expect who-nobody who
	rm -r "$tmp/machine/proc"
	who expect who-nobody who
}

test_who_errors() {
	local before='vswapctl: cannot tell who has swapped pages:' error
	holders
	set_file swap_type -1
	who expect_failure 'who: off' 1 "$before swap is off" who
	rm "$tmp/sysfs/swap_type"
	who expect_failure 'who: older module' 1 \
		"$before the vswap module can't say it: is it of another version?" who
	holders
	rm "$tmp/places"
	who expect_failure 'who: no device' 1 \
		"$before there is no $tmp/places: the vswap module that is loaded can't say it" who
	mkdir "$tmp/places"
	who expect_failure 'who: a directory' 1 \
		"$before cannot read $tmp/places: Is a directory" who
	rmdir "$tmp/places"
	holders
	# Another user can't open it; root can't read it either, where root may not do all.
	for error in EACCES EPERM; do
		FAKE_OPEN=$error vswapctl=$tmp/fake/vswapctl who expect_failure "who: open, $error" 1 \
			"$before only root may know" who
		FAKE_READ=$error vswapctl=$tmp/fake/vswapctl who expect_failure "who: read, $error" 1 \
			"$before only root may know" who
	done
	who expect_usage 'who: -j and -r' '--json and --raw exclude each other' who -j -r
	who expect_usage 'who: unknown column' "unknown column 'SWAP' (did you mean 'SWAPPED'?)" \
		who -o SWAP
	rm -r "$tmp/sysfs"
	who expect_failure 'who: not loaded' 1 \
		"vswapctl: the vswap module is not loaded (no $tmp/sysfs)" who
}

test_who_words() {
	local all
	run who --help
	all=$(sed -n '/^Columns/,/^$/s/^ *\([A-Z%-][A-Z%-]*\)  .*/\1/p' "$tmp/out" | paste -sd,)
	sed -n '/^Columns/,/^$/s/^ *\([A-Z%-][A-Z%-]*\)  \(.*\)/\1 \2/p' "$tmp/out" >"$tmp/columns"
	check 'who: columns in --help and manual' diff "$tmp/columns" <(manual |
		sed -n '/^ *Heading  *Meaning/,/^ *vswapctl backend add/s/^ *\([A-Z%-][A-Z%-]*\)  *\([a-z].*[^ ]\) *$/\1 \2/p')
	holders
	who run who --raw -o "$all"
	check 'who: all columns of --help' equal "$(head -1 "$tmp/out")" \
		"$(tr , ' ' <<<"$all" | sed 's/FILES/ssd/')"
	check 'completes columns of who' equal "$(complete_words who -o +P)" '+POOL +PROCESSES +PID'
}

test_who() {
	test_who_table
	test_who_tmpfs
	test_who_nobody
	test_who_errors
	test_who_words
}
