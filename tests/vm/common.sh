# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the programs of the lab share. Sourced.

shopt -s inherit_errexit
# One locale for sorting, for messages, and for reading bytes as bytes.
export LC_ALL=C

lab_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034  # for the programs that source this
tree_dir=$(cd "$lab_dir/../.." && pwd)
cache_dir=${VSWAP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vswap-lab}

# Debian keeps mkfs, modprobe and their like out of a user's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Exit statuses of the harness itself; tests/vm/run explains them.
# shellcheck disable=SC2034
readonly exit_usage=2 exit_splat=100 exit_cut=123 exit_timeout=124 exit_harness=125

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit "$exit_harness"
}

usage_error() {
	say "$*"
	exit "$exit_usage"
}

# as_root COMMAND [ARG]...
as_root() {
	if ((EUID == 0)); then
		"$@"
	else
		sudo "$@"
	fi
}

# with_lock NAME COMMAND [ARG]...: COMMAND runs while no other process has the
# lock of that name. Two runs may want the same kernel at once; the second one
# then finds the work of the first.
with_lock() {
	local lock=$1
	shift
	mkdir -p "$cache_dir/locks"
	(
		flock 9
		"$@"
	) 9>"$cache_dir/locks/$lock"
}

# What a debug kernel of NAME has on top of tinyconfig; later lines win.
debug_config() {
	cat "$lab_dir/debug.config"
	[[ $1 != *-rt ]] || cat "$lab_dir/real-time.config"
}
