# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds a guest's root folder and packs it. Sourced.

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
	{ ldd "$path" 2>/dev/null || true; } | grep -o '/[^ ]*' |
		while read -r library; do
			if [[ -f $library && ! -e $root/$library ]]; then
				mkdir -p "$root/${library%/*}"
				cp -L "$library" "$root/$library"
			fi
		done || true
}

# pack_root ROOT ARCHIVE: not compressed, since unpacking costs an emulated CPU
# more than reading.
pack_root() {
	local root=$1 archive=$2
	(cd "$root" && find . -mindepth 1 -print0 | sort -z |
		cpio -0 -o -H newc -R 0:0 --quiet) >"$archive"
}
