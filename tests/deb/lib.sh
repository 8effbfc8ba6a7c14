# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tests of the packages share.

# shellcheck disable=SC2034  # some of it is for the one test, some for the other

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly top vm=$top/tests/vm
readonly debs=$top/build/deb
out=$debs
version=$(cat "$top/VERSION")
# A root, and where its changes go, to be forgotten afterwards.
suite=bookworm
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

# in_root SCRIPT [ARG]...: in a root of $suite. A kernel that comes has no initramfs made.
in_root() {
	"$vm/debian" -s "$scratch" "$suite" \
		env DEBIAN_FRONTEND=noninteractive INITRD=No sh -ec "$@"
}

install_packages() {
	in_root 'apt-get -qq install --no-install-recommends -y "$@"' sh "$@"
}

# make_next_version FILE: vswap-dkms as its next version would be, unit and all.
readonly next_version=$version.1
make_next_version() {
	local tree=$1.tree
	rm -rf "$tree"
	dpkg-deb -R "$debs/vswap-dkms_${version}_all.deb" "$tree"
	mv "$tree/usr/src/vswap-$version" "$tree/usr/src/vswap-$next_version"
	grep -rlF "$version" "$tree/DEBIAN" "$tree/usr/src/vswap-$next_version"/{VERSION,dkms.conf} |
		xargs sed -i "s/${version//./\\.}/$next_version/g"
	echo "# $next_version" >>"$tree/lib/systemd/system/vswap.service"
	dpkg-deb -b --root-owner-group "$tree" "$1"
	rm -rf "$tree"
}
