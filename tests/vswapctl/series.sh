# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl stats: its parameters, and its lines one after the other. A part of tests/vswapctl/run,
# whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# parameters: of a module that is loaded on the made-up machine
parameters() {
	local dir=$tmp/machine/sys/module/vswap/parameters
	files "$dir" <<-END
		backends zswap,ssd
		zswap_compressor lz4
		zswap_idle_seconds 600
		zswap_shrinker N
		zswap_max_pool_percent 20
		checksum none
	END
	chmod 444 "$dir"/*
	chmod 644 "$dir"/zswap_{idle_seconds,shrinker}
}

test_parameters() {
	system
	parameters
	tree_both
	export VSWAP_ROOT=$tmp/machine
	expect stats-parameters stats
	expect_json 'parameters' '.parameters == {"backends": "zswap,ssd", "checksum": "none",
		"zswap_compressor": "lz4", "zswap_idle_seconds": "600",
		"zswap_max_pool_percent": "20", "zswap_shrinker": "N"}' stats --json
	unset VSWAP_ROOT
	VSWAP_ROOT=$tmp/none expect_json 'no parameters' '.parameters == null' stats -j
}

# steps STEP...: between the readings of vswapctl that is in the background, so that each sees
# one: it reads bio_pages when it has read what is changed here
steps() {
	local step
	for step in "$@"; do
		exec 3>"$tmp/sysfs/bio_pages"
		"$step"
		# the next one's: this reader shall see the end of its own
		rm "$tmp/sysfs/bio_pages"
		mkfifo "$tmp/sysfs/bio_pages"
		echo 0 >&3
		exec 3>&-
	done
}

traffic() {
	set_file pages_out $(($(<"$tmp/sysfs/pages_out") + 256))
	set_file pages_in $(($(<"$tmp/sysfs/pages_in") + 512))
	set_file writeback_pages $(($(<"$tmp/sysfs/writeback_pages") + 128))
	set_file store_failures $(($(<"$tmp/sysfs/store_failures") + 3))
	set_file read_errors $(($(<"$tmp/sysfs/read_errors") + 5))
	set_file used_pages 393216
	set_file backend/ssd/pages_in $(($(<"$tmp/sysfs/backend/ssd/pages_in") + 1000))
	mkdir -p "$tmp/sysfs/backend/late"
	echo 7 >"$tmp/sysfs/backend/late/pages_in"
}

# As after it was loaded anew
restart() {
	set_file pages_out 10
	set_file store_failures 0
}

# series STEPS ARG...: what vswapctl stats prints while that happens, into $tmp/out
series() {
	local steps=$1
	shift
	tree_both
	rm "$tmp/sysfs/bio_pages"
	mkfifo "$tmp/sysfs/bio_pages"
	# shellcheck disable=SC2086
	steps $steps &
	run stats --interval 10ms "$@"
	kill $! 2>/dev/null
	wait $!
	check "series $*: status" equal "$status" 0
	check "series $*: stderr" empty "$tmp/err"
}

test_series_table() {
	local all
	series 'traffic :' --count 1 -o USED,use%,FREE,REFUSED,ERRORS,MOVED/s,FILL/s,DISK/s
	check 'series: columns' equal "$(tr -s ' ' <"$tmp/out" | sed 's/^ //')" \
		'USED USE% FREE REFUSED ERRORS MOVED/s FILL/s DISK/s
1.5G 50% 1.5G 3 5 0B 0B 0B'
	series 'traffic traffic restart :' -c 3 -n -b -o REFUSED,ERRORS
	check 'series: what has begun anew isn'"'"'t known' equal \
		"$(tr -s ' ' <"$tmp/out" | sed 's/^ //')" $'3 5\n3 5\n- 0'
	series ': :' -c 1
	check 'series: default columns' equal "$(head -1 "$tmp/out" | xargs)" \
		'USED USE% MEMORY RATIO OUT/s IN/s BACK/s DISK/s REFUSED ERRORS'
	series ': :' -c 1 -o +GAINED,used
	check 'series: more columns' equal "$(head -1 "$tmp/out" | xargs)" \
		'USED USE% MEMORY RATIO OUT/s IN/s BACK/s DISK/s REFUSED ERRORS GAINED'
	check 'series: lines up' equal "$(awk '{ print length }' "$tmp/out" | sort -u | wc -l)" 1
	run stats --help
	all=$(sed -n '/^Columns/,/^$/s/^ *\([A-Z%][A-Zs%\/]*\)  .*/\1/p' "$tmp/out" | paste -sd,)
	series ': :' -c 1 -o "$all"
	check 'series: all columns of --help' equal "$(head -1 "$tmp/out" | xargs | tr ' ' ,)" "$all"
	sed -n '/^Columns/,/^$/s/^ *\([A-Z%][A-Zs%\/]*\)  \(.*\)/\1 \2/p' <("$vswapctl" stats --help) \
		>"$tmp/columns"
	check 'series: columns in --help and manual' diff "$tmp/columns" <(manual |
		sed -n '/^ *Column  *Meaning/,/^ *vswapctl backends/s/^ *\([A-Z%][A-Zs%\/]*\)  *\(.*[^ ]\) *$/\1 \2/p')
}

test_series_json() {
	series 'traffic traffic restart :' --json --count 3
	check 'series: JSON on three lines' lines "$tmp/out" 3
	jq -s . "$tmp/out" >"$tmp/series"
	check 'series: the time of each line' jq -e '[.[].time |
		test("^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z$")] |
		all' "$tmp/series"
	check 'series: of now' test "$(($(date +%s) - $(date -d "$(jq -r '.[0].time' "$tmp/series")" +%s)))" -lt 600
	check 'series: counters' jq -e 'map(.pages_out) == [400256, 400512, 10]' "$tmp/series"
	# the rate and the time are of three decimals
	check 'series: rates' jq -e '.[0] as $l | [[256, $l.rates.pages_out], [512, $l.rates.pages_in],
		[1000, $l.rates.backends.ssd.pages_in]] |
		map(.[0] as $grown | (.[1] * $l.seconds - $grown | fabs) <
			$grown * 0.001 / $l.seconds + 1) | all' "$tmp/series"
	check 'series: a counter that has begun anew' \
		jq -e '.[2].rates | .pages_out == null and .pages_in == 0' "$tmp/series"
	check 'series: has what one reading has' equal "$(jq -c '.[0] | keys - ["time", "seconds", "rates"]' "$tmp/series")" \
		"$(tree_both; VSWAP_SYSFS=$tmp/sysfs "$vswapctl" stats -j | jq -c keys)"
}

# There is no end without --count, but the reader's or the module's
test_series_end() {
	local code=0
	tree_both
	check 'series: the reader goes' equal "$(VSWAP_SYSFS=$tmp/sysfs "$vswapctl" stats -i 10ms -n -o USED | head -3 | xargs)" \
		'1G 1G 1G'
	VSWAP_SYSFS=$tmp/sysfs "$vswapctl" stats -i 10ms -o USED >"$tmp/out" 2>"$tmp/err" &
	check 'series: goes on' until_true test_lines 3
	rm -r "$tmp/sysfs"
	wait $! || code=$?
	check 'series: unloaded: status' equal "$code" 1
	check 'series: unloaded' grep -q 'the vswap module is not loaded' "$tmp/err"
	tree_both
	check 'series: disk full' equal "$(VSWAP_SYSFS=$tmp/sysfs "$vswapctl" stats -i 10ms 2>&1 >/dev/full; echo $?)" \
		$'vswapctl: write error: No space left on device\n1'
}

test_lines() {
	(($(wc -l <"$tmp/out") >= $1))
}

test_series_usage() {
	local text
	tree_both
	for text in '--count 3' '--output USED' -n; do
		# shellcheck disable=SC2086
		expect_usage "series: $text alone" '--count, --noheadings and --output need --interval' \
			stats $text
	done
	expect_usage 'series: JSON has no columns' '--json excludes --noheadings and --output' \
		stats -i 1 -j -o USED
	for text in '' 0 x -1 1x; do
		expect_usage "series: interval '$text'" "not a time: '$text'" stats --interval "$text"
	done
	for text in '' 0 x -1 1.5; do
		expect_usage "series: count '$text'" "not a number of lines: '$text'" stats -i 1 -c "$text"
	done
	expect_usage 'series: unknown column' "unknown column 'OUT' (did you mean 'OUT/s'?)" \
		stats -i 1 -o OUT
}

test_series() {
	test_parameters
	test_series_table
	test_series_json
	test_series_end
	test_series_usage
}
