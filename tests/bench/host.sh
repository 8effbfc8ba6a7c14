# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the programs of this folder share: building, and a virtual machine that is
# counted. Sourced.

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/vm/common.sh
. "$bench/../vm/common.sh"
# shellcheck source=tests/vm/arch.sh
. "$lab_dir/arch.sh"
top=$tree_dir
# shellcheck disable=SC2034  # for the programs that source this
out=$top/build/bench

# use_arch_of KERNEL
use_arch_of() {
	local version
	version=$("$lab_dir/kernels" version "$1")
	use_arch "$(arch_of "$version")"
}

# build_bench KERNEL...: all that is needed to count what guests of these do.
build_bench() {
	local kernel
	mkdir -p "$out" "$top/build/tests"
	gcc -O2 -Wall -Wextra -shared -fPIC -o "$out/icount.so" "$bench/icount.c"
	gcc -O2 -Wall -Wextra -shared -fPIC -o "$out/offtime.so" "$bench/offtime.c"
	for kernel in "$@"; do
		use_arch_of "$kernel"
		mkdir -p "$programs/bench"
		$compiler -O2 -Wall -Wextra -static -o "$programs/bench/bench-load" "$bench"/load/*.c -lm
	done
	[[ -s $out/heap ]] || "$bench/make-heap" "$out/heap"
	g++ -std=c++17 -E "$bench/build.cc" -o "$out/build.ii"
}

# build_probe: bench-latency, which needs what the group "bench" of tests/lib/packages has.
build_probe() {
	local folder=$out/probe
	mkdir -p "$folder"
	clang -O2 -g -Wall -target bpf "-I/usr/include/$(gcc -print-multiarch)" \
		-c "$bench/probe/latency.bpf.c" -o "$folder/latency.bpf.o"
	PATH=$PATH:/usr/sbin bpftool gen skeleton "$folder/latency.bpf.o" name latency_bpf \
		>"$folder/latency.skel.h"
	gcc -O2 -Wall -Wextra -static "-I$folder" -o "$out/bench-latency" \
		"$bench/probe/latency.c" -lbpf -lelf -lz
}

# counted KERNEL FOLDER LIMIT [OPTION]... SCRIPT [ARG]...: a virtual machine with one
# CPU and a plugin (icount); FOLDER gets marks, blocks, and what the guest wrote. Functions
# have to be where they were when symbols_of() looked. $guest_words are more for the kernel's command
# line, by another name than those that use_arch() sets.
counted() {
	local kernel=$1 folder=$2 limit=$3
	shift 3
	use_arch_of "$kernel"
	mkdir -p "$folder"
	VSWAP_BOOT_SECONDS=${VSWAP_BOOT_SECONDS:-240} \
		VSWAP_QEMU="-plugin $out/${plugin:-icount}.so,out=$folder/marks${blocks:+,$blocks} ${qemu_words-}" \
		"$top/tests/vm/run" -k "$kernel" -s 1 -t "$limit" -c "nokaslr ${guest_words-}" -o "$folder" \
		-a "$top/tests/scenarios/vswap.sh:/lib/vswap.sh" \
		-a "$bench/contestants.sh:/lib/contestants.sh" \
		-a "$programs/bench/bench-load:/usr/local/bin/bench-load" -a "$out/heap:/root/heap" \
		"$@" &&
		grep -aF "Command line: " "$folder/console.log" | grep -F -- "${guest_words-}" >/dev/null
}

# machine KERNEL FOLDER [OPTION]... SCRIPT [ARG]...: one for workloads under pressure, that
# keeps as much memory free as larger ones do. Linux 7 stands still in what we take without
# that, whatever swaps.
machine() {
	local kernel=$1 folder=$2 guest_words=lab_reserves=large
	shift 2
	counted "$kernel" "$folder" 10000 -m "${memory:-448}" -d swap:700M "$@"
}

# disk_words fast|slow|slowest: words for QEMU. A slow disk does a tenth of a SATA SSD, as the
# processor is slow too; the slowest as many requests as one likes, but no more than 20 MB.
disk_words() {
	case $1 in
	fast) ;;
	slow)
		echo "-set drive.swap.throttling.bps-total=50000000"
		echo "-set drive.swap.throttling.iops-total=9000"
		;;
	slowest) echo "-set drive.swap.throttling.bps-total=20000000" ;;
	*) die "no such disk: $1" ;;
	esac
}

# symbols_of KERNEL: prints the folder with "symbols", "helpers" and "count" of a kernel, which
# is asked for them once; no module is wanted for that.
symbols_of() {
	local kernel=$1 version folder
	version=$("$top/tests/vm/kernels" version "$kernel")
	folder=$out/symbols/$version
	if [[ ! -s $folder/symbols || ! -e $folder/count ]]; then
		VSWAP_KO='' plugin=icount blocks='' counted "$kernel" "$folder" 200 -m 256 "$bench/guest/symbols" >&2
	fi
	"$bench/attribute.py" helpers "$folder/symbols" >"$folder/helpers"
	echo "$folder"
}
