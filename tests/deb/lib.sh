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

built_for() {
	in_root 'dkms status -m vswap -k "$1" | grep ": installed" >/dev/null' sh "$1"
}

signed() {
	in_root 'ko=$(find "/lib/modules/$1" -name "vswap.ko*")
		[ -n "$ko" ] && modinfo -F signer "$ko" | grep DKMS >/dev/null' sh "$1"
}

# What README says under "Use it", by somebody who is root already.
readme_commands() {
	sed -nE 's/^    (sudo )?(make deb|apt install \.\/build\/deb[^#]*)( *#.*)?$/\2/p' "$top/README.md"
}

# On a copy: the packages of this machine's own stay where they are.
readme() {
	local commands
	commands=$(readme_commands)
	[[ $commands == "make deb"*"apt install"*vswap-dkms*vswapctl* ]] || return
	in_root 'mkdir /root/vswap
		tar -C "$1" --exclude=./build --exclude=./.git -cf - . | tar -C /root/vswap -xf -
		echo "APT::Get::Assume-Yes yes;" >/etc/apt/apt.conf.d/yes
		command -v make >/dev/null || apt-get -qq install make
		cd /root/vswap
		eval "$2"' sh "$top" "$commands"
}

# headers_come RELEASE: or the newest, where that is an architecture.
headers_come() {
	local release=$1
	install_packages "linux-headers-$1" || return
	if [[ $1 != [0-9]* ]]; then
		release=$(in_root 'basename "$(ls -d /usr/src/linux-headers-6.*-"$1")"' sh "$1") || return
		release=${release#linux-headers-}
	fi
	built_for "$release"
}
