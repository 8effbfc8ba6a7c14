# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl top, on a terminal of tmux(1). A part of tests/vswapctl/run, whose functions and
# variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# A server of its own for each screen: one that is just ending takes no more
screens=0

mux() {
	tmux -S "$tmp/tmux$screens" "$@"
}

# start COLUMNS LINES ARG...: vswapctl top on a terminal of that size
start() {
	local columns=$1 lines=$2
	shift 2
	screens=$((screens + 1))
	rm -f "$tmp/code"
	printf 'set -g %s\n' 'status off' 'default-terminal screen-256color' 'remain-on-exit on' \
		'escape-time 0' >"$tmp/tmux.conf"
	# no terminal of the user's, no variable but these
	env -i PATH="$PATH" LC_ALL="${locale:-C.UTF-8}" HOME="$tmp" \
		VSWAP_SYSFS="$tmp/sysfs" VSWAP_ROOT="$tmp/machine" VSWAP_CONTROL="$tmp/places" \
		${colours:+NO_COLOR=1} tmux -S "$tmp/tmux$screens" -f "$tmp/tmux.conf" \
		new-session -d -x "$columns" -y "$lines" "$vswapctl top $* 2>$tmp/err; echo \$? >$tmp/code"
}

# screen COLUMNS LINES ARG...: the same, until it is shown
screen() {
	start "$@"
	check "top $*: shown" until_true shows 'q Quit'
}

pane() {
	mux capture-pane -p
}

shows() {
	pane | grep -qF -- "$1"
}

shows_not() {
	! shows "$1"
}

# has_ended STATUS
has_ended() {
	[[ -s $tmp/code && $(<"$tmp/code") == "$1" ]]
}

# keys KEY...: are pressed
keys() {
	mux send-keys "$@"
}

# quit NAME: q ends it, without a word
quit() {
	keys q
	check "$1: ends well" until_true has_ended 0
	check "$1: stderr" empty "$tmp/err"
	mux kill-server
}

same_screen() {
	pane >"$tmp/pane"
	same_as_expected "$1" "$tmp/pane"
}

top_machine() {
	holders
	set_file backend/ssd/write_errors 0
	mkdir -p "$tmp/machine/proc/pressure"
	printf 'some avg10=12.34 avg60=1.00 avg300=0.10 total=5\nfull avg10=0.50 avg60=0 avg300=0 total=1\n' \
		>"$tmp/machine/proc/pressure/memory"
	printf 'nr_free_pages 5\nworkingset_refault_anon 700\n' >"$tmp/machine/proc/vmstat"
}

# What doesn't move: it looks once an hour
test_top_screens() {
	top_machine
	screen 80 24 --interval 1h
	check 'top: 80x24' same_screen top-80x24
	keys h
	check 'top: help comes' until_true shows 'what all this is'
	check 'top: help' same_screen top-help
	keys x
	check 'top: help goes' until_true shows 'WHAT HAPPENS'
	keys c
	check 'top: by cgroup' until_true shows '/system/b.service'
	check 'top: cgroups' same_screen top-cgroups
	keys c s
	check 'top: sorted by another' until_true shows 'sorted by POOL'
	keys r
	check 'top: the other way' until_true shows 'upwards by POOL'
	check 'top: least first' equal "$(pane | awk '/PID NAME/ { getline; print $NF }')" server
	keys r / e d i
	check 'top: filter' until_true shows 'Only names with: edi_'
	check 'top: filtered' until_true shows_not server
	keys BSpace BSpace BSpace BSpace s e r v Enter
	check 'top: another filter' until_true shows 'only those with "serv"'
	check 'top: filtered by it' until_true shows_not editor
	keys / Escape
	check 'top: no filter' until_true shows editor
	keys b
	check 'top: bytes' until_true shows 1073741824
	mux resize-window -x 40 -y 12
	check 'top: small' until_true shows 'vswap on'
	mux resize-window -x 2 -y 2
	mux resize-window -x 80 -y 24
	check 'top: large again' until_true shows 'WHO, by process'
	quit top

	screen 120 40 --interval 1h --bytes
	check 'top: 120x40' same_screen top-120x40
	quit 'top, large'

	locale=C screen 80 24 --interval 1h
	check 'top: no UTF-8' equal "$(pane | grep -c '[▁▂▃▄▅▆▇█]')" 0
	quit 'top, ASCII'
}

# Whatever the colours, the text is the same, and what matters is in it
test_top_colours() {
	local colours
	top_machine
	set_file backend/ssd/state failed
	screen 80 24 --interval 1h
	check 'top: failed' shows '! The backend ssd has failed'
	check 'top: failed, too' shows 'ssd       failed'
	pane >"$tmp/coloured"
	check 'top: colours' grep -q $'\033\\[[0-9;]*3[34]' <(mux capture-pane -p -e)
	quit 'top, failed'
	colours=no screen 80 24 --interval 1h
	check 'top: NO_COLOR' only_lines_like $'\033\\[[0-9;]*3[0-9]' <(mux capture-pane -p -e |
		grep -oE $'\033\\[[0-9;]*m' | grep -E '3[0-9]' || echo)
	check 'top: NO_COLOR, the same text' diff "$tmp/coloured" <(pane)
	quit 'top, no colours'
}

# change FILE VALUE: in one go, since somebody reads it all the time
change() {
	echo "$2" >"$tmp/changed"
	mv "$tmp/changed" "$tmp/sysfs/$1"
}

# counts FILE TEXT: it goes up, and the screen shows TEXT
counts() {
	change "$1" $(($(<"$tmp/sysfs/$1") + 100000))
	shows "$2"
}

grows() {
	change backend/ssd/pages_in $(($(<"$tmp/sysfs/backend/ssd/pages_in") + 100000))
	pane | grep -qE '^ssd .* [0-9.]+[MG]/s +[▁▂▃▄▅▆▇█]*[▂▃▄▅▆▇█]$'
}

test_top_moves() {
	top_machine
	screen 80 24 --interval 100ms
	check 'top: nothing happens' until_true shows 'Swapped out                   0B/s'
	check 'top: pages out' until_true counts pages_out █
	check 'top: a backend is read, the newest at the right' until_true grows
	keys Space
	check 'top: stands still' until_true shows PAUSED
	pane >"$tmp/paused"
	change used_pages 5
	sleep 0.5
	check 'top: no look at anything' diff "$tmp/paused" <(pane)
	keys Space
	check 'top: goes on' until_true shows '20K of 3G'
	mkdir -p "$tmp/sysfs/backend/new"
	change backends 'zswap ssd new'
	check 'top: a backend comes' until_true shows 'new       -'
	change backends zswap
	check 'top: backends go' until_true shows_not 'new       -'
	rm -r "$tmp/sysfs"
	check 'top: module goes' until_true has_ended 1
	check 'top: module goes, why' equal "$(<"$tmp/err")" \
		"vswapctl: the vswap module is not loaded (no $tmp/sysfs)"
	mux kill-server
}

test_top_unknown() {
	top_machine
	rm "$tmp/places" "$tmp/machine/proc/pressure/memory"
	screen 80 24 --interval 1h
	check 'top: who is not known' shows 'Not known: there is no'
	check 'top: no pressure known' shows '-, all -'
	keys s s r / a Enter Up Down NPage PPage
	quit 'top, unknown'
	start 80 24 --interval 50ms --count 3
	check 'top: ends by itself' until_true has_ended 0
	check 'top: ends by itself, stderr' empty "$tmp/err"
	mux kill-server
}

# Without a terminal it is vswapctl stats --interval
test_top_lines() {
	top_machine
	run stats --interval 10ms --count 2
	cp "$tmp/out" "$tmp/series"
	run top --interval 10ms --count 2
	check 'top, no terminal: status' equal "$status" 0
	check 'top, no terminal: stderr' empty "$tmp/err"
	check 'top, no terminal: lines' diff "$tmp/series" "$tmp/out"
	check 'top, a dumb terminal' grep -q 'OUT/s' <(VSWAP_SYSFS=$tmp/sysfs TERM=dumb-as-can-be \
		script -qec "$vswapctl top -i 10ms -n 1" /dev/null </dev/null)
	expect_usage 'top: interval' "not a time: 'x'" top -i x
	expect_usage 'top: count' "not a number of lines: '0'" top -n 0
}

test_top() {
	test_top_screens
	test_top_colours
	test_top_moves
	test_top_unknown
	test_top_lines
}
