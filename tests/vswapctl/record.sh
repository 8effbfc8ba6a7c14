# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl record: its figures, of a made-up module that a program changes while it is recorded; the
# page, also in a browser; how it ends. A part of tests/vswapctl/run after latency.sh, whose
# functions and variables these are. The scenario of that name has real swap.

# shellcheck disable=SC2154,SC2034  # of tests/vswapctl/run and its parts

page=$here/page.py

# machine_file PATH LINE...: there at once, on the made-up machine
machine_file() {
	local path=$tmp/machine/$1
	shift
	mkdir -p "${path%/*}"
	printf '%s\n' "$@" >"$path.new" && mv "$path.new" "$path"
}

# record_machine: with a disk that the swap file of tree_ssd is on
record_machine() {
	system
	parameters
	tree_both
	mkdir -p "$tmp/machine/var/lib/vswap"
	: >"$tmp/machine/var/lib/vswap/ssd.swap"
	disk=sys/dev/block/$(stat -c %Hd:%Ld "$tmp/machine/var/lib/vswap/ssd.swap")/stat
	machine_file "$disk" '100 0 1000 200 100 0 2000 300 0 0 0'
	machine_file proc/meminfo 'MemTotal: 2097152 kB' 'MemAvailable: 1048576 kB'
	machine_file proc/vmstat 'pswpin 10' 'pswpout 20' 'pgmajfault 30' 'workingset_refault_anon 40'
	machine_file proc/pressure/memory 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000' \
		'full avg10=0.00 avg60=0.00 avg300=0.00 total=500000'
	rm -f "$tmp"/page.*
}

# The program that is recorded. The file that is read last of the module's is a pipe, so that it
# knows when there is somebody who has read the others.
record_program() {
	local last=$tmp/sysfs/backend/ssd/write_errors

	# shellcheck disable=SC2317
	seen() {
		exec 3>"$last"
		"$@"
		rm "$last"
		mkfifo "$last"
		echo 1 >&3
		exec 3>&-
	}
	# shellcheck disable=SC2317
	peak() {
		set_file used_pages 393216
		set_file pages_out 401000
		set_file pages_in 138356
		set_file backend/zswap/used_pages 300000
		set_file backend/zswap/pool_bytes $((300000 * 1024))
		set_file backend/ssd/pages_in 30200
	}
	# shellcheck disable=SC2317
	after() {
		set_file used_pages 100000
		set_file pages_out 401024
		set_file writeback_pages 30128
		set_file read_errors 3
		machine_file "$disk" '100 0 3048 200 100 0 2008 300 0 0 0'
		machine_file proc/meminfo 'MemTotal: 2097152 kB' 'MemAvailable: 524288 kB'
		machine_file proc/vmstat 'pswpin 11' 'pswpout 22' 'pgmajfault 33' 'workingset_refault_anon 44'
		machine_file proc/pressure/memory \
			'some avg10=0.00 avg60=0.00 avg300=0.00 total=3500000' \
			'full avg10=0.00 avg60=0.00 avg300=0.00 total=600000'
	}
	rm "$last"
	mkfifo "$last"
	seen peak
	seen after
	exec 3>"$last"
	rm "$last"
	echo 1 >"$last"
	echo 1 >&3
	exec 3>&-
	echo 'what it prints'
	return 3
}

# recorded ARG...: the program above, in another shell
recorded() {
	export tmp disk
	export -f record_program set_file machine_file
	VSWAP_ROOT=$tmp/machine VSWAP_RELEASE=9.9-test run record --interval 10ms --output "$tmp/page.html" "$@" -- \
		bash -c record_program 'a<b>&"c"' "it's" </dev/null
}

# data NAME FILTER: the jq filter is true of the page's data
data() {
	check "record: $1" jq -e "$2" "$tmp/page.json"
}

test_record_figures() {
	local vswapctl=$tmp/fake-latency
	record_machine
	recorded --json "$tmp/page.data"
	check 'record: status' equal "$status" 3
	check "record: the program's output" equal "$(<"$tmp/out")" 'what it prints'
	check 'record: says where' equal "$(tail -1 "$tmp/err")" "vswapctl: $tmp/page.html has it"
	check 'record: page' python3 "$page" page "$tmp/page.html"
	python3 "$page" page "$tmp/page.html" >"$tmp/page.json"
	check 'record: --json' diff <(jq -S . "$tmp/page.json") <(jq -S . "$tmp/page.data")
	data 'command' '.command == ["bash", "-c", "record_program", "a<b>&\"c\"", "it'\''s"]'
	data 'status' '.runs[0].status == 3 and .runs[0].name == "vswap"'
	data 'totals' '.runs[0].totals == {pages_out: 1024, pages_in: 500, writeback_pages: 128,
		read_errors: 3, write_errors: 0, store_failures: 0, pswpout: 2, pswpin: 1,
		workingset_refault_anon: 4, pgmajfault: 3, disk_read_bytes: 1048576,
		disk_written_bytes: 4096, stall_some_us: 2500000, stall_full_us: 100000}'
	data 'most' '.runs[0].most | .swapped_bytes == 393216 * 4096 and
		.least_available_bytes == 524288 * 1024 and .ratio_when_most_was_swapped == 4 and
		.fill_pages == 12144'
	data 'backends' '.runs[0].backends == {
		zswap: {most_used_pages: 300000, pages_out: 0, pages_in: 0},
		ssd: {most_used_pages: 50000, pages_out: 0, pages_in: 200}}'
	data 'as many of each' '.runs[0] | .samples as $n | $n >= 4 and
		([.series | .. | arrays | length] | unique == [$n])'
	data 'rates make up the totals' '.runs[0] | .totals.pages_out as $all | .series |
		[.seconds, .pages_out_per_second] | transpose | . as $at |
		[range(1; length) | ($at[.][0] - $at[. - 1][0]) * $at[.][1]] | add |
		. > $all * 0.8 and . < $all * 1.2'
	data 'time goes on' '.runs[0] | (.series.seconds == (.series.seconds | sort)) and
		(.seconds - .series.seconds[-1] | fabs < 0.001)'
	data 'loads' '.runs[0] | .no_latency == null and .latency.loads.pool.folios == 4001 * .samples and
		([.series.loads.pool.folios[]] | add) == 4001 * (.samples - 1)'
	data 'machine' '.machine == {kernel: "9.9-test", memory_bytes: 2147483648, processors: .machine.processors} and
		.vswap.parameters.zswap_compressor == "lz4"'
}

# says TEXT: a line of the page, as people read it
says() {
	check "record: $1" grep -qxF -- "$1" "$tmp/page.text"
}

test_record_words() {
	python3 "$page" text "$tmp/page.html" >"$tmp/page.text"
	says "bash -c record_program 'a<b>&\"c\"' 'it'\\''s'"
	check 'record: ended' grep -qE '^It ran for [0-9.]+ s and ended with status 3\.$' "$tmp/page.text"
	says 'At most 1.5G was swapped out, and that took at most 268M of memory; pages were 4.0 times smaller in the pool.'
	says "4M went out and 2M came back in; 1M was read from the swap file's disk and 4K written to it."
	check 'record: p99' grep -qE '^99 of 100 loads took at most [0-9.]+us from the pool, [0-9.]+ms from a file, [0-9]+ns of pages of one value\.$' "$tmp/page.text"
	says 'Somebody waited for memory for 2.5 s, all at once for 0.1 s.'
	says '3 pages could not be read back.'
	says 'Went out in all 4M'
	says 'Memory available at least 512M'
	says 'ssd 195.3M 0B 800K'
	says 'zswap tier 0, zswap, lz4, zsmalloc, 1G'
	says 'checksum none'
	check 'record: no name of the machine' not grep -qF "$(uname -n)" "$tmp/page.text"
	check 'record: all charts' equal "$(grep -cxE "Memory|Where pages lay|Swapped|The swap file's disk|What loads took|Waited for memory" \
		<(python3 "$page" text "$tmp/page.html" | sed '/^The program$/,$d'))" 6
}

not() {
	! "$@"
}

# browse SIZE OPTION... FILE: what Chromium makes of it
browse() {
	local size=$1
	shift
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
		--user-data-dir="$tmp/chromium" --window-size="$size" "$@" 2>"$tmp/chromium.log"
}

# A pointer in the middle of the first chart, which nobody has to move
point_at_middle() {
	sed 's|</body>|<script>{ const svg = document.querySelector(".chart svg"), box = svg.getBoundingClientRect();\
		svg.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width / 2 })); }</script>&|' \
		"$tmp/page.html" >"$tmp/page.pointed.html"
}

# Of make check-browser. In a browser: the script runs, nothing is wider than the window, and it is no blank page.
test_record_browser() {
	local dom disk
	command -v chromium >/dev/null || "$top/tests/lib/packages" browser
	test_record_figures
	point_at_middle
	dom=$(browse 400,900 --dump-dom "file://$tmp/page.pointed.html")
	check 'record: Chromium has the figures' grep -qF 'At most 1.5G was swapped out' <<<"$dom"
	check 'record: Chromium reads the data' grep -qF 'data-most="most 1.5G"' <<<"$dom"
	check 'record: Chromium shows those of a time' grep -qE '<span class="at"> at [0-9.]+ s</span>' <<<"$dom"
	check 'record: of all lines' not grep -qE 'NaN|undefined</output>' <<<"$dom"
	check 'record: picture' browse 1200,1800 --screenshot="$tmp/light.png" "file://$tmp/page.html"
	check 'record: picture, dark' browse 400,1800 --blink-settings=preferredColorScheme=0 \
		--screenshot="$tmp/dark.png" "file://$tmp/page.html"
	check 'record: light' equal "$(python3 "$page" picture "$tmp/light.png")" '#ffffff'
	check 'record: dark' equal "$(python3 "$page" picture "$tmp/dark.png")" '#14171a'
}

# What isn't there is said, or left out.
test_record_unknown() {
	local vswapctl=$tmp/fake-latency
	record_machine
	rm -r "$tmp/machine/proc/pressure" "$tmp/machine/proc/vmstat" "$tmp/machine/$disk"
	tree_area
	VSWAP_ROOT=$tmp/machine run record -o "$tmp/page.html" --no-latency --hostname -- true
	check 'record, little known: status' equal "$status" 0
	python3 "$page" page "$tmp/page.html" >"$tmp/page.json"
	python3 "$page" text "$tmp/page.html" >"$tmp/page.text"
	data 'nothing known' '.runs[0] | .latency == null and .totals.stall_some_us == null and
		.totals.disk_read_bytes == null and .series.loads == null'
	says "What loads took wasn't measured: --no-latency was given."
	says "Who waited for memory isn't known: the kernel has no /proc/pressure/memory."
	check 'record: no chart of what is not known' not grep -qxE "What loads took|The swap file's disk" \
		<(sed '/^The program$/,$d' "$tmp/page.text")
	data 'hostname' ".machine.hostname == \"$(uname -n)\""
}

# More than MAX_POINTS samples, where the machine is fast enough: the last is there, and so is all
# that was counted. points_test has those that are left out.
test_record_long() {
	record_machine
	VSWAP_ROOT=$tmp/machine run record -i 1ms -o "$tmp/page.html" --no-latency -- \
		sh -c "until [ \$((i += 1)) -gt 20 ]; do echo \$((400000 + i)) >$tmp/x; mv $tmp/x $tmp/sysfs/pages_out; sleep 0.2; done"
	python3 "$page" page "$tmp/page.html" >"$tmp/page.json"
	data 'thinned' '.runs[0] | (.series.seconds | length <= 600) and
		(.series.seconds | length) >= ([.samples, 300] | min) and
		.totals.pages_out == 20 and (.seconds - .series.seconds[-1] | fabs < 0.001)'
}

# record_to ARG...: of something short
record_to() {
	VSWAP_ROOT=$tmp/machine run record --no-latency "$@"
}

test_record_files() {
	record_machine
	echo old >"$tmp/page.html"
	record_to -o "$tmp/page.html" -- touch "$tmp/page.ran"
	check 'record: no file is overwritten' equal "$status $(<"$tmp/page.html")" '1 old'
	check 'record: and nothing run' test ! -e "$tmp/page.ran"
	check 'record: why' equal "$(<"$tmp/err")" "vswapctl: $tmp/page.html is there already; --force writes over it"
	record_to -f -o "$tmp/page.html" -- true
	check 'record: --force' python3 "$page" page "$tmp/page.html"
	check 'record: mode' equal "$(stat -c %a "$tmp/page.html")" "$(printf '%o' $((0666 & ~$(umask))))"
	rm "$tmp/page.html"
	record_to -o "$tmp/page.html" -- sh -c "echo theirs >$tmp/page.html"
	check 'record: nor one that came meanwhile' equal "$status $(<"$tmp/page.html")" '1 theirs'
	check 'record: why' equal "$(<"$tmp/err")" "vswapctl: cannot write $tmp/page.html: File exists"
	record_to -o "$tmp/none/page.html" -- true
	check 'record: no folder' equal "$status $(<"$tmp/err")" \
		"1 vswapctl: cannot write $tmp/none/page.html: No such file or directory"
	record_to -f -o /dev/full -- true
	check 'record: no file' equal "$status $(<"$tmp/err")" '1 vswapctl: cannot write /dev/full: it is no file'
	(trap '' XFSZ; ulimit -f 8; record_to -f -o "$tmp/page.html" -- true
		echo "$status $(<"$tmp/err")" >"$tmp/said")
	check 'record: no room' equal "$(<"$tmp/said")" "1 vswapctl: cannot write $tmp/page.html: File too large"
	check 'record: no room: the old one stays' equal "$(<"$tmp/page.html")" theirs
	(trap '' XFSZ; ulimit -f 8; record_to -f -o "$tmp/page.html" -- sh -c 'exit 4'
		echo "$status" >"$tmp/said")
	check "record: no room: the program's status" equal "$(<"$tmp/said")" 4
	check 'record: nothing is left' equal "$(find "$tmp" -maxdepth 1 -name 'page.html*' | wc -l)" 1
	(cd "$tmp/machine" && record_to -- true)
	check 'record: by default' test -s "$tmp/machine/vswap-record.html"
}

test_record_end() {
	record_machine
	record_to -o "$tmp/page.html" -- "$tmp/none"
	check 'record: no such program' equal "$status $(<"$tmp/err")" \
		"127 vswapctl: cannot run $tmp/none: No such file or directory"
	record_to -o "$tmp/page.html" -- "$tmp"
	check 'record: no program' equal "$status $(<"$tmp/err")" "126 vswapctl: cannot run $tmp: Permission denied"
	check 'record: no page of nothing' test ! -e "$tmp/page.html"
	record_to -o "$tmp/page.html" -- sh -c 'kill -SEGV $$'
	check 'record: killed' equal "$status" 139
	check 'record: killed: said' grep -q 'was ended by signal 11 (Segmentation fault)' "$tmp/page.html"
	run record --no-latency -o "$tmp/other.html"
	check 'record: no program given' equal "$status $(head -1 "$tmp/err")" '2 vswapctl: no program given'
	record_to -f -o "$tmp/page.html" cat <<<'its input'
	check "record: the program's input" equal "$status $(<"$tmp/out")" '0 its input'
	record_to -f -o "$tmp/page.html" sh -c 'echo "$@" >&2' sh --force -o x
	check "record: the program's options" equal "$(head -1 "$tmp/err")" '--force -o x'
	rm -r "$tmp/sysfs"
	record_to -f -o "$tmp/page.html" true
	check 'record: not loaded' equal "$status $(<"$tmp/err")" \
		"1 vswapctl: the vswap module is not loaded (no $tmp/sysfs)"
}

# What is sent to it is the program's, once.
test_record_signals() {
	local signal code
	record_machine
	for signal in TERM HUP INT USR1; do
		rm -f "$tmp/ready" "$tmp/page.html"
		VSWAP_SYSFS=$tmp/sysfs VSWAP_ROOT=$tmp/machine env --default-signal=$signal "$vswapctl" record \
			--no-latency -o "$tmp/page.html" -- sh -c "trap 'exit 5' $signal; : >$tmp/ready
			while :; do sleep 0.05; done" 2>"$tmp/err" &
		check "record: runs ($signal)" until_true test -e "$tmp/ready"
		kill -$signal $!
		code=0
		wait $! || code=$?
		check "record: $signal: status" equal "$code" 5
		check "record: $signal: page" python3 "$page" page "$tmp/page.html"
	done
	rm -f "$tmp/ready" "$tmp/page.html"
	printf '%s\n' '#!/bin/sh' ": >$tmp/ready" 'exec sleep 100' >"$tmp/waits"
	chmod +x "$tmp/waits"
	VSWAP_ROOT=$tmp/machine terminal 80 record --no-latency -o "$tmp/page.html" -- "$tmp/waits" < <(until_true test -e "$tmp/ready"; printf '\003'; sleep 1)
	check 'record: Ctrl-C: status' equal "$status" 130
	check 'record: Ctrl-C: page' grep -q 'was ended by signal 2' "$tmp/page.html"
}

# compare_machine: swap is on there, and zram can be had
compare_machine() {
	record_machine
	rm -rf "${tmp:?}/bin" "$tmp/ran" "$tmp/were-on"
	printf '%s\n' 'Filename Type Size Used Priority' '/dev/vswap0 partition 1000000 40000 101' \
		>"$tmp/machine/proc/swaps"
	mkdir -p "$tmp/machine/proc/sys/vm" "$tmp/machine/sys/block/zram1" "$tmp/machine/dev" "$tmp/machine/srv"
	echo '409600 1 102400 0 0 0 0' >"$tmp/machine/sys/block/zram1/mm_stat"
	: >"$tmp/machine/srv/plain.swap"
	program modprobe 0 "mkdir -p '$tmp/machine/sys/class/zram-control'" \
		"echo 1 >'$tmp/machine/sys/class/zram-control/hot_add'"
	program mkswap 0
	program swapon 0 "echo \"\$3 partition 1000000 400 \$2\" >>'$tmp/machine/proc/swaps'"
	program swapoff 0 "sed -i \"\\,^\$1 ,d\" '$tmp/machine/proc/swaps'"
	printf '%s\n' '#!/bin/sh' "sed -n 's/^\\(.dev[^ ]*\\|.srv[^ ]*\\) .*/\\1/p' '$tmp/machine/proc/swaps' >>'$tmp/were-on'" \
		"[ ! -e '$tmp/bin/more' ] || . '$tmp/bin/more'" >"$tmp/bin/program"
	chmod +x "$tmp/bin/program"
}

compare() {
	VSWAP_ROOT=$tmp/machine PATH=$tmp/bin:$PATH run record --no-latency -o "$tmp/page.html" --compare "$@"
	[[ ! -e $tmp/page.html ]] || python3 "$page" page "$tmp/page.html" >"$tmp/page.json"
}

# vswap_back NAME: it is on, as it was, and nothing else
vswap_back() {
	check "record: $1: vswap is on again" equal "$(tail -n +2 "$tmp/machine/proc/swaps" | cut -d' ' -f1,5 | xargs)" \
		'/dev/vswap0 101'
}

readonly zram_steps='modprobe zram num_devices=0
mkswap /dev/zram1
swapoff /dev/vswap0
swapon -p 101 /dev/zram1
swapon -p 101 /dev/vswap0
swapoff /dev/zram1
modprobe -r zram'

test_record_compare() {
	compare_machine
	compare zram -- program
	check 'record: compare: status' equal "$status" 0
	check 'record: compare: steps' equal "$(<"$tmp/ran")" "$zram_steps"
	check 'record: compare: told' equal "$(grep -c "^vswapctl: [a-z]* " "$tmp/err")" 7
	check 'record: compare: what was on' equal "$(xargs <"$tmp/were-on")" '/dev/vswap0 /dev/zram1'
	check 'record: compare: zram like the pool' equal "$(cd "$tmp/machine/sys/block/zram1" &&
		cat comp_algorithm disksize mem_limit reset | xargs)" \
		"$(printf '%s' lz4 $((262144 * 4096)) 1073741824 1)"
	check 'record: compare: files are forgotten' equal "$(<"$tmp/machine/proc/sys/vm/drop_caches")" 3
	data 'two runs' '[.runs[].name] == ["vswap", "zram"] and .runs[1].most.swapped_bytes == 409600 and
		.runs[1].most.memory_taken_bytes == 102400 and .runs[1].ratio_when_most_was_swapped == null and
		.runs[1].totals.pages_out == 0 and .runs[1].backends == {}'
	python3 "$page" text "$tmp/page.html" >"$tmp/page.text"
	says 'With zram in its place:'
	says 'At most 400K was swapped out, and that took at most 100K of memory; pages were 4.0 times smaller in zram.'
	check 'record: compare: a table of both' grep -qE '^Swapped out at most at once, before compression 1G 400K$' "$tmp/page.text"
	check 'record: compare: a chart of both' grep -q '^swapped out, zram most 400K$' "$tmp/page.text"
	vswap_back compare

	compare_machine
	compare /srv/plain.swap -- program
	check 'record: compare, a file: status' equal "$status" 0
	check 'record: compare, a file: steps' equal "$(<"$tmp/ran")" 'swapoff /dev/vswap0
swapon -p 101 /srv/plain.swap
swapon -p 101 /dev/vswap0
swapoff /srv/plain.swap'
	check 'record: compare, a file: what was on' equal "$(xargs <"$tmp/were-on")" '/dev/vswap0 /srv/plain.swap'
	data 'a file' '[.runs[].name] == ["vswap", "plain.swap"] and .runs[1].most.memory_taken_bytes == null'
	vswap_back 'compare, a file'
}

# Whatever happens, vswap is on again.
test_record_compare_fails() {
	compare_machine
	echo "grep -q vswap0 '$tmp/machine/proc/swaps' || exit 6" >"$tmp/bin/more"
	compare zram -- program
	check 'record: compare, second fails: status' equal "$status" 6
	vswap_back 'compare, second fails'

	compare_machine
	program swapoff 1
	compare zram -- program
	check 'record: compare, no swapoff: status' equal "$status" 0
	check 'record: compare, no swapoff: said' grep -qx 'vswapctl: not compared' "$tmp/err"
	check 'record: compare, no swapoff: steps' equal "$(xargs <"$tmp/ran")" \
		'modprobe zram num_devices=0 mkswap /dev/zram1 swapoff /dev/vswap0 modprobe -r zram'
	data 'one run' '[.runs[].name] == ["vswap"]'
	vswap_back 'compare, no swapoff'

	compare_machine
	program swapon 0 "case \$3 in *zram1) exit 1 ;; esac" \
		"echo \"\$3 partition 1000000 400 \$2\" >>'$tmp/machine/proc/swaps'"
	compare zram -- program
	check 'record: compare, no swapon: not compared' grep -qx 'vswapctl: not compared' "$tmp/err"
	vswap_back 'compare, no swapon'

	compare_machine
	program swapon 0 "case \$3 in *vswap0) exit 1 ;; esac" \
		"echo \"\$3 partition 1000000 400 \$2\" >>'$tmp/machine/proc/swaps'"
	compare zram -- program
	check 'record: compare, not back: what is to be done' grep -qx \
		'vswapctl: vswap is off; what is to be done: swapon -p 101 /dev/vswap0' "$tmp/err"
}

# record_interrupted RUN: a signal comes in the first run or the second one
record_interrupted() {
	local area=vswap0 code=0
	(($1 == 1)) || area=zram1
	compare_machine
	rm -f "$tmp/ready"
	echo "if grep -q $area '$tmp/machine/proc/swaps'; then : >'$tmp/ready'; exec sleep 100; fi" >"$tmp/bin/more"
	VSWAP_SYSFS=$tmp/sysfs VSWAP_ROOT=$tmp/machine PATH=$tmp/bin:$PATH env --default-signal=INT \
		"$vswapctl" record --no-latency -o "$tmp/page.html" -c zram -- program 2>"$tmp/err" &
	check "record: compare, run $1" until_true test -e "$tmp/ready"
	kill -INT $!
	wait $! || code=$?
	check "record: compare, run $1 interrupted: status" equal "$code" 130
	check "record: compare, run $1 interrupted: runs" equal \
		"$(python3 "$page" page "$tmp/page.html" | jq '.runs | length')" "$1"
	vswap_back "compare, run $1 interrupted"
}

test_record_compare_refused() {
	compare_machine
	sed -i 's/40000/4000000/' "$tmp/machine/proc/swaps"
	compare zram -- program
	check 'record: compare, no room: status' equal "$status" 1
	check 'record: compare, no room: why' grep -q '^vswapctl: cannot compare: /dev/vswap0 stays on: what is swapped' "$tmp/err"
	check 'record: compare, no room: nothing done' test ! -e "$tmp/ran" -a ! -e "$tmp/were-on" -a ! -e "$tmp/page.html"
	compare_machine
	compare /srv/none -- program
	check 'record: compare, no file' equal "$status $(<"$tmp/err")" '1 vswapctl: cannot compare: there is no /srv/none'
	compare none -- program
	check 'record: compare, no path' equal "$status $(head -1 "$tmp/err")" \
		"2 vswapctl: --compare takes zram, or the whole path of a swap file: 'none'"
	sed -i 2d "$tmp/machine/proc/swaps"
	compare zram -- program
	check 'record: compare, off' equal "$status $(<"$tmp/err")" '1 vswapctl: cannot compare: swap is off: vswapctl start'
}

test_record() {
	local disk
	test_record_figures
	test_record_words
	test_record_unknown
	test_record_long
	test_record_files
	test_record_end
	test_record_signals
	test_record_compare
	test_record_compare_fails
	record_interrupted 1
	record_interrupted 2
	test_record_compare_refused
	rm -rf "${tmp:?}/bin"
}
