# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tests of the packages share.

# shellcheck disable=SC2034  # some of it is for the one test, some for the other

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly top vm=$top/tests/vm
out=$top/build/deb
version=$(cat "$top/VERSION")
# Where a root's changes go, to be forgotten afterwards.
scratch=$out/scratch

passed=0
failed=0
step() {
	local what=$1
	shift
	if "$@" >"$out/step.log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $what"
		tail -n 20 "$out/step.log"
	fi
}

# in_root SCRIPT [ARG]...
in_root() {
	"$vm/debian" -s "$scratch" bookworm env DEBIAN_FRONTEND=noninteractive sh -ec "$@"
}

install_packages() {
	in_root 'apt-get -qq install --no-install-recommends -y "$@"' sh "$@"
}
