# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What a new user does, by README: doctor, setup, status, stats, and all of it taken back.

# shellcheck disable=SC2154  # of lib.sh, main

readonly sizes='--pool 16M --size 400M'

# All that setup may have a hand in.
picture() {
	find /etc -type f -exec md5sum {} +
	find /etc -printf '%p %m %l\n'
	find / -xdev -name '*vswap*' ! -path '/run/*' ! -path '/var/log/*' -printf '%p %m\n'
	grep vswap /proc/modules || true
	systemctl is-enabled vswap.service || true
	systemctl is-active vswap.service || true
	tail -n +2 /proc/swaps
}

as_before() {
	picture | sort >/run/now
	diff /run/before /run/now || die "$1: not as before"
}

# no_setup TEXT OPTION...: one line that says why, and nothing is changed.
no_setup() {
	text=$1
	shift
	# shellcheck disable=SC2086  # words
	! vswapctl setup --yes "$@" >/run/said 2>/run/why || die "set up, on a full disk"
	cat /run/said /run/why
	[ "$(wc -l </run/why)" = 1 ] || die "not one line: $(cat /run/why)"
	grep -q "$text" /run/why || die "no \"$text\" in it"
	as_before "a full disk"
}

# What is left is for root first; then there is nothing left at all.
on_a_full_disk() {
	fallocate -l $(($(stat -f -c '%a * %S' /) - 1000000)) /filler
	no_setup "there isn't so much room" --size 400M
	fallocate -l $(($(stat -f -c '%f * %S' /) - 32000000)) /filler2
	! cat /dev/zero >/filler3 2>/dev/null || die "the disk isn't full"
	# Some come free when others have been written.
	while sync && head -c 4096 /dev/zero >>/filler3 2>/dev/null; do
		:
	done
	no_setup 'No space left on device' --no-file
	rm /filler*
}

# It ends after its second step of four.
interrupted() {
	# shellcheck disable=SC2086  # words
	vswapctl setup --yes $sizes >/run/said 2>&1 &
	until grep -q '^conf' /var/lib/vswap/setup 2>/dev/null; do
		kill -0 $! || die "it ended: $(cat /run/said)"
		sleep 0.1
	done
	kill -KILL $!
	wait $! || true
	! grep Done /run/said || die "it wasn't interrupted"
}

is_set_up() {
	[ "$(state_of ActiveState)" = active ] || die "the unit isn't active"
	[ "$(state_of UnitFileState)" = enabled ] || die "the unit isn't enabled"
	vswapctl status || die "the status"
	vswapctl doctor || die "the doctor, of what is there"
}

life_setup() {
	picture | sort >/run/before
	vswapctl doctor || die "the doctor, of nothing"
	on_a_full_disk
	interrupted
	# shellcheck disable=SC2086  # words
	vswapctl setup --yes $sizes || die "setup, after it was interrupted"
	is_set_up
	hold vswap-stress --anon "$large"
	in_use
	vswapctl status || die "the status, in use"
	vswapctl stats || die "stats"
	let_go "$held"
	vswapctl setup --undo --yes || die "undo"
	as_before undo
	# shellcheck disable=SC2086  # words
	vswapctl setup --yes $sizes || die "setup, once more"
	is_set_up
	echo 'sizes = 5' >>/etc/vswap.conf
	ends_well reboot
}
