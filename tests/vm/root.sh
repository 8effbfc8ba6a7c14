# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds a guest's root folder and packs it. Sourced, after arch.sh; use_arch comes first.
#
# shellcheck disable=SC2154  # of use_arch

# make_root ROOT: an empty root with merged /usr, as Debian has it. The parts of
# an initramfs must agree on which names are links.
make_root() {
	local root=$1 name
	mkdir -p "$root"/usr/{bin,sbin,lib,lib64,local/bin}
	mkdir -p "$root"/{dev,etc,mnt,out,proc,root,run,sys,tmp,var/lib/vswap}
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$root/$name"
	done
}

# add_program ROOT PATH GUESTPATH: copies a program with its shared libraries.
add_program() {
	local root=$1 path=$2 guest_path=$3
	mkdir -p "$root/${guest_path%/*}"
	cp -L "$path" "$root/$guest_path"
	add_libraries "$root" "$path"
}

# add_libraries ROOT PATH: the shared libraries of a program, at their own
# places. Scripts and static programs have none.
add_libraries() {
	local root=$1 path=$2 library
	libraries "$path" | while read -r library; do
		if [[ -f $sysroot$library && ! -e $root/$library ]]; then
			mkdir -p "$root/${library%/*}"
			cp -L "$sysroot$library" "$root/$library"
			[[ -z $sysroot ]] || add_libraries "$root" "$sysroot$library"
		fi
	done || true
}

# libraries PATH: their names, as the machine has them that it is for; of one that can't be
# run here only those that it names itself.
libraries() {
	if [[ -z $sysroot ]]; then
		{ ldd "$1" 2>/dev/null || true; } | grep -o '/[^ ]*'
		return
	fi
	{ readelf -dl "$1" 2>/dev/null || true; } | sed -nE \
		"s,.*\(NEEDED\).*\[(.*)\],/usr/lib/$triplet/\1,p; s,.*program interpreter: (.*)\],\1,p"
}

# pack_root ROOT ARCHIVE: not compressed, since unpacking costs an emulated CPU
# more than reading.
pack_root() {
	local root=$1 archive=$2
	(cd "$root" && find . -mindepth 1 -print0 | sort -z |
		cpio -0 -o -H newc -R 0:0 --quiet) >"$archive"
}
