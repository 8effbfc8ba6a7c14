# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What people type: sizes and times as they write them, names that are almost right, help. A
# part of tests/vswapctl/run, whose functions and variables these are.

# shellcheck disable=SC2154,SC2034  # of tests/vswapctl/run

# A machine of 1 GiB
test_word_sizes() {
	local vswapctl=$tmp/fake/vswapctl text bytes
	system
	tree_both
	while read -r text bytes; do
		control
		VSWAP_ROOT=$tmp/machine run backend add pool --type zswap --limit "$text"
		check "size $text" equal "$(<"$tmp/log")" \
			"add name=pool type=zswap compressor= limit=$bytes tier=-1 fd=-1"
	done <<-'END'
		1.5G 1610612736
		1.5GiB 1610612736
		0.5k 512
		0.25M 262144
		20% 214748364
		0.5% 5368709
		100% 1073741824
		18446744073709551615 18446744073709551615
	END
	control
	VSWAP_ROOT=$tmp/machine run backend resize zswap +25%
	check 'resize by a share of memory' equal "$(<"$tmp/log")" \
		'resize name=zswap bytes=1342177280 flags=0 fd=-1'
	control
	VSWAP_ROOT=$tmp/none expect_usage 'a share of unknown memory' "not a size: '20%'" \
		backend add pool --type zswap --limit 20%
	: >"$tmp/sysfs/writeback"
	for text in '--size 1.5M 384' '-s 1 1' '--size 4097 2' '-p 7 7'; do
		# shellcheck disable=SC2086
		run writeback ${text% *}
		check "writeback ${text% *}" equal "$(<"$tmp/sysfs/writeback")" "${text##* }"
	done
	expect_usage 'writeback of no size' "not a size: 'x'" writeback --size x
}

test_word_times() {
	local vswapctl=$tmp/fake/vswapctl text
	tree_both
	for text in 90 90s 1.5m 1.5min 0.025h 86400000ms 1d; do
		control
		run backend remove ssd --dry-run --timeout "$text"
		check "time $text" equal "$status" 0
	done
	for text in 1.5s 1500ms 0.025min; do
		tree_both
		control
		FAKE_MOVE='500 10 1000' expect_failure "timeout after $text" 1 "vswapctl: ssd: not \
removed within 1.5 s: 1000 pages (3.9M) had moved, it stays in use" backend remove ssd --timeout $text
	done
}

# guessed MESSAGE GUESS ARG...: a usage error with an option that was meant
guessed() {
	local message=$1 guess=$2
	shift 2
	expect_failure "guess: $*" 2 "vswapctl: $message
vswapctl: did you mean '$guess'?
Try 'vswapctl --help' for more information." "$@"
}

test_word_guesses() {
	tree_both
	expect_usage 'guess: a letter missing' "unknown command 'stat' (did you mean 'stats'?)" stat
	expect_usage 'guess: another letter' \
		"unknown command 'backands' (did you mean 'backends'?)" backands
	expect_usage 'guess: letters swapped' "unknown command 'docotr' (did you mean 'doctor'?)" docotr
	expect_usage 'guess: in capitals' "unknown command 'LOAD' (did you mean 'load'?)" LOAD
	expect_usage 'guess: the beginning' "unknown command 'write' (did you mean 'writeback'?)" write
	expect_usage 'no guess' "unknown command 'zfs'" zfs
	expect_usage 'no guess: empty' "unknown command ''" ''
	expect_usage 'no guess: long' "unknown command '$(printf 'stats%.0s' {1..20})'" \
		"$(printf 'stats%.0s' {1..20})"
	expect_usage 'guess: column' "unknown column 'RATOI' (did you mean 'RATIO'?)" backends -o RATOI
	guessed "unrecognized option '--jsno'" --json stats --jsno
	guessed "unrecognized option '--timeuot'" --timeout backend remove --timeuot 5 x
	guessed "unrecognized option '--hepl'" --help doctor --hepl
	expect_usage 'no guess: misused' "option '--json' doesn't allow an argument" stats --json=x
	system
	options 'options vswap backends=zswap zswap_compresor=zstd'
	load 'guess: parameter' 1 "vswapctl: modprobe.d: zswap_compresor=zstd: there is no such \
parameter (did you mean zswap_compressor?), and the kernel would ignore it"
	options 'options vswap backends=zswap frobnicate=1'
	load 'no guess: parameter' 1 "vswapctl: modprobe.d: frobnicate=1: there is no such \
parameter (modinfo -p vswap lists them), and the kernel would ignore it"
}

# The same as --help behind the command
test_word_help() {
	local command
	expect help help
	expect help-backend help backend
	expect help-stats help stats
	expect help-backend-add help backend add
	expect_usage 'help: unknown command' "unknown command 'stat' (did you mean 'stats'?)" help stat
	expect_usage 'help: unknown option' "unrecognized option '--frob'" help --frob
}

test_words() {
	test_word_sizes
	test_word_times
	test_word_guesses
	test_word_help
	control
	unset VSWAP_CONTROL
}
