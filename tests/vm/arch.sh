# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the lab has to know of an architecture: all of it is here. Sourced, after common.sh.
#
# shellcheck disable=SC2154  # of common.sh

# arch_of VERSION: of a kernel, as Debian calls it; it is the end of the kernel's name. One that was
# built here has none: it is this machine's.
arch_of() {
	case $1 in
	*-debug) echo amd64 ;;
	*) echo "${1##*-}" ;;
	esac
}

# use_arch ARCH: sets
#	triplet		as compilers have it; empty where it is this machine's
#	sysroot		what guests of it run, and programs for them are built with; empty likewise
#	qemu		the emulator
#	qemu_machine	its machine and processor
#	console		the line of the kernel's log
#	kernel_words	more for the kernel's command line
#	compiler	for programs of it
#	programs	the folder of vswapctl, and of the workloads below it
# shellcheck disable=SC2034,SC2100  # for the programs that source this
use_arch() {
	triplet=
	sysroot=
	compiler=gcc
	programs=$tree_dir/build
	case $1 in
	amd64)
		qemu=qemu-system-x86_64
		# Where a processor has it, the kernel clears and copies memory by the byte: an
		# emulator then does so, one after the other.
		qemu_machine=(-M q35 -cpu "max,erms=off")
		console=ttyS0
		kernel_words=
		;;
	arm64)
		triplet=aarch64-linux-gnu
		qemu=qemu-system-aarch64
		# Signed return addresses cost an emulator more than all the rest of a call.
		qemu_machine=(-M "virt,mte=on" -cpu "max,pauth-impdef=on")
		console=ttyAMA0
		# 64 MiB that the kernel can't use itself are much in a small machine.
		kernel_words=cma=0
		;;
	*) die "nothing is known of the architecture $1" ;;
	esac
	if [[ $triplet ]]; then
		"$tree_dir/tests/lib/packages" "$1" >&2
		sysroot=$("$lab_dir/foreign" "$1" bookworm root)
		compiler="$triplet-gcc-12 --sysroot=$sysroot"
		programs+=/$1
	fi
}

# serial_line CHARDEV: QEMU's words for one more serial line, the kernel's log first. The
# others are ttyS1 and ttyS2 everywhere: where the first isn't called ttyS0, another one is.
serial_line() {
	case $console-$1 in
	ttyS0-*) echo "-serial chardev:$1" ;;
	*-console.log) echo "-serial chardev:$1 -chardev null,id=none -device pci-serial,chardev=none" ;;
	*) echo "-device pci-serial,chardev=$1" ;;
	esac
}

# run_foreign ARCH: has this machine run programs of it, in any root; it is told until it is
# switched off. One that the machine has been told by its own Debian is as good.
run_foreign() {
	local list=/proc/sys/fs/binfmt_misc emulator
	use_arch "$1"
	"$tree_dir/tests/lib/packages" "$1-root" >&2
	emulator=${qemu/-system-/-}
	[[ -e $list/status ]] || as_root mount -t binfmt_misc binfmt_misc "$list" ||
		die "this machine runs no programs of $1"
	# F: the emulator is opened now, and needn't be in the root.
	grep -qsx 'flags: .*F.*' "$list/$emulator" ||
		as_root tee "$list/register" <"/usr/lib/binfmt.d/$emulator.conf" >/dev/null
}
