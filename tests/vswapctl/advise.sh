# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl advise, on machines that are made up. A part of tests/vswapctl/run, whose functions
# and variables these are, after conf.sh.

# shellcheck disable=SC2154  # of tests/vswapctl/run and conf.sh

advise_part=$tmp/machine/etc/vswap.conf.d/90-advise.conf

# A machine of 1 GiB without the module
advise_machine() {
	system
	rm -rf "$tmp/sysfs"
	mkdir -p "$machine"/{etc,proc/pressure}
	echo 'MemAvailable: 524288 kB' >>"$machine/proc/meminfo"
	waited 3.00
}

# waited PERCENT: by somebody, of the last 5 minutes
waited() {
	printf '%s avg10=90.00 avg60=80.00 avg300=%s total=1\n' some "$1" full 99.00 \
		>"$machine/proc/pressure/memory"
}

# memory PID WHAT:COUNT...: a process with such pages, from page 64 on, that has files besides
memory() {
	local dir=$machine/proc/$1 at=64 entries=("16=here:1" "17=3:1" "33=here:3") pages=() page i
	mkdir -p "$dir"
	shift
	for page in "$@"; do
		pages+=("$at=$page")
		for ((i = 0; i < ${page#*:}; i++)); do
			entries+=("$((at++))=here:$((at + 100))")
		done
	done
	printf 'Name:\tx\nRssAnon:\t%d kB\nRssFile:\t4 kB\n' $((4 * (at - 64 + 1))) >"$dir/status"
	cat >"$dir/smaps" <<-END
		00010000-00020000 rw-p 00000000 00:00 0
		Anonymous:             4 kB
		00020000-00030000 rw-s 00000000 00:01 1025                  /dev/shm/x
		Anonymous:             4 kB
		00030000-00040000 r-xp 00000000 fe:01 2643                  /bin/a
		Anonymous:             0 kB
		00040000-00800000 rw-p 00000000 00:00 0
		Anonymous:             $((4 * (at - 64))) kB
	END
	"$here/who.py" pagemap "$dir/pagemap" "${entries[@]}"
	"$here/who.py" mem "$dir/mem" 16=zero:1 33=noise:1 "${pages[@]}"
}

# small_mappings PID NUMBER: a process with so many mappings, each of one page
small_mappings() {
	local dir=$machine/proc/$1 entries=() pages=() i at
	mkdir -p "$dir"
	printf 'RssAnon:\t%d kB\n' $((4 * $2)) >"$dir/status"
	for ((i = 0, at = 64; i < $2; i++, at += 2)); do
		printf '%x-%x rw-p 00000000 00:00 0\nAnonymous: 4 kB\n' $((at * 4096)) $(((at + 1) * 4096))
		entries+=("$at=here:$((at + 100))")
		pages+=("$at=half:1")
	done >"$dir/smaps"
	"$here/who.py" pagemap "$dir/pagemap" "${entries[@]}"
	"$here/who.py" mem "$dir/mem" "${pages[@]}"
}

# The module with a pool of 256 MiB and, if vswap.conf has it, a file that is there
advise_loaded() {
	advise_machine
	tree_both
	set_file backend/zswap/limit_bytes $((256 << 20))
	set_file backend/zswap/pool_bytes $((100 << 20))
	set_file backend/zswap/rejected_full 0
	set_file backend/ssd/pages_in 1000
	set_file store_failures 0
	mkdir -p "$machine/var/lib/vswap"
	: >"$machine/var/lib/vswap/ssd.swap"
	conf '[pool]' 'size = 25%' '[file ssd]'
}

# The pool is full, and a fifth of what was read back came from the file
advise_full() {
	advise_loaded
	set_file backend/zswap/pool_bytes $((250 << 20))
	set_file backend/ssd/pages_in 25000
}

# disk_reads NUMBER MS: of the disk with the swap file
disk_reads() {
	local disk
	disk=$(stat -c %Hd:%Ld "$machine/var/lib/vswap/ssd.swap")
	mkdir -p "$machine/sys/dev/block/$disk"
	echo " $1 0 80 $2 5 6 7 8 9 10 11" >"$machine/sys/dev/block/$disk/stat"
}

advise() {
	VSWAP_ROOT=$machine run advise "$@"
}

# advised NAME KEY ADVICE [WHY]: null is that it stays
advised() {
	advise --json
	check "advise, $1: status" equal "$status" 0
	check "advise, $1: stderr" empty "$tmp/err"
	check "advise, $1: $2" equal "$(jq -r ".advice[] | select(.key == \"$2\") | .advice" "$tmp/out" |
		head -1)" "$3"
	[[ -z ${4-} ]] || check "advise, $1: why" grep -qF "$4" "$tmp/out"
}

test_advise_sample() {
	advise_machine
	VSWAP_ROOT=$machine expect advise-nothing advise
	# 1 of another mapping is zero, too
	memory 100 zero:19 word:20 half:100
	memory 200 noise:60
	echo '/dev/sda2 partition 524288 0 -2
/dev/zram0 partition 1024 0 100' >>"$machine/proc/swaps"
	VSWAP_ROOT=$machine expect advise-sample advise
	VSWAP_ROOT=$machine expect advise-sample-json advise --json
	check 'advise: nothing of what is in memory' equal "$(grep -c SECRET "$tmp/out")" 0
	check 'advise: sampled' jq -e '.figures | .sampled_pages == 201 and
		(.sampled_fill_percent * 201 | round) == 4100 and .sampled_incompressible_percent == 37.5' "$tmp/out"
	# more than it takes
	memory 300 half:600
	advise --json
	check 'advise: some of many' jq -e '.figures.sampled_pages == 400' "$tmp/out"
	rm -r "$machine/proc/300"
	small_mappings 300 800
	advise --json
	check 'advise: some of many mappings' jq -e '.figures.sampled_pages == 400' "$tmp/out"
	# gone in between: all of it, its memory, a part of it
	rm "$machine/proc/200/smaps" "$machine/proc/300/mem"
	truncate -s $(((64 + 80) * 4096)) "$machine/proc/100/mem"
	advise --json
	check 'advise: who has gone: status' equal "$status" 0
	check 'advise: who has gone' jq -e '.figures.sampled_pages < 150' "$tmp/out"
	advise_machine
	memory 100 noise:390
	advised 'noise' size 10% 'by that it would be 0%, but less'
	conf '[pool]' 'size = 20%'
	advised 'noise, no file' size 50% 'by that it would be 60%, but more'
	memory 100 half:390
	advised 'half' size 30% '0% don'
	advise_machine
	memory 100 half:50
	advised 'few pages' size null 'too few pages could be sampled'
	if ((EUID == 0)); then
		advise_machine
		memory 100 half:300
		chown 1 "$machine"
		advised 'not root' size null 'only root can sample'
	fi
	rm "$machine/proc/meminfo"
	VSWAP_ROOT=$machine expect_failure 'advise: no memory known' 1 \
		"vswapctl: the machine's memory isn't known: /proc/meminfo can't be read" advise
}

test_advise_pool() {
	advise_loaded
	memory 100 half:300
	VSWAP_ROOT=$machine expect advise-loaded advise
	check 'advise: measured, not sampled' test "$(grep -c sampled "$tmp/out")" = 0
	# too little in the pool
	set_file backend/zswap/used_pages 999
	advised 'an empty pool' size 30% 'In a sample'

	advise_full
	VSWAP_ROOT=$machine expect advise-full advise
	advised 'full' size 38% 'The pool is 98% full, and 20% of what was read back came from swap files'
	waited 10.00
	advised 'full, pressed' size null 'a larger pool would leave less'
	rm "$machine/proc/pressure/memory"
	advised 'full, no pressure known' size null "isn't known, without /proc/pressure/memory"
	waited 0.00
	sed -i '/MemAvailable/s/524288/131071/' "$machine/proc/meminfo"
	advised 'full, no memory' size null "MemAvailable isn't as much"
	sed -i '/MemAvailable/s/131071/131072/' "$machine/proc/meminfo"
	advised 'full, just enough memory' size 38%
	set_file backend/ssd/pages_in 5000
	advised 'full, little from the file' size null 'only 5% of what was read back'
	set_file backend/zswap/pages_in 10
	set_file backend/ssd/pages_in 900
	advised 'full, little read' size null
	advise_full
	conf '[pool]' 'size = 50%' '[file ssd]'
	advised 'not reloaded' size null 'systemctl reload vswap.'
	set_file backend/zswap/limit_bytes $((512 << 20))
	set_file backend/zswap/pool_bytes $((500 << 20))
	advised 'half already' size null 'half of the memory already'
	advise_full
	rm -r "$tmp/sysfs/backend/ssd"
	set_file backends zswap
	conf '[pool]' 'size = 25%'
	advised 'full, no file' size null
	set_file backend/zswap/rejected_full 7
	advised 'full, no file, and found so' size 38% '7 pages have found it so'
	advised 'no file' idle null 'no swap file for pages to move to'
}

test_advise_settings() {
	advise_full
	printf 'name : zstd\ntype : scomp\n' >"$machine/proc/crypto"
	advised 'no disk known' compressor null "how fast their disk is isn't known"
	disk_reads 1000 3140
	advised 'a slow disk' compressor zstd 'a read takes 3.14 ms'
	disk_reads 1000 990
	advised 'a fast disk' compressor null 'a read takes 0.99 ms'
	disk_reads 99 3140
	advised 'a disk hardly used' compressor null "isn't known"
	disk_reads 1000 3140
	conf '[pool]' 'size = 25%' 'compressor = zstd' '[file ssd]'
	advised 'dense already' compressor null "wasn't measured"
	conf '[pool]' 'size = 25%' '[file ssd]'
	: >"$machine/proc/crypto"
	advised 'no zstd' compressor null 'this kernel has no zstd'

	advise_loaded
	set_file backend/zswap/rejected_full 1000
	advised 'found full by few' high null '1000 of 311000 pages have found the pool full'
	set_file backend/zswap/rejected_full 10000
	advised 'found full' high 90% '3% of the pages have found'
	advised 'found full' low 85%
	conf '[pool]' 'size = 25%' 'high = 0%' '[file ssd]'
	advised 'marks off' high null 'or are off'
	conf '[pool]' 'size = 25%' 'high = 88%' 'low = 80%' '[file ssd]'
	advised 'marks that are low' low null

	advise_loaded
	advised 'used' idle null '32% of the pages that came to the pool were read back'
	set_file backend/zswap/pages_in 3100
	advised 'unused' idle 1h 'The pool takes 10% of memory, and of what came there 1% was read back'
	conf '[pool]' 'size = 25%' 'idle = 5m' '[file ssd]'
	advised 'idle already' idle null
	conf '[pool]' 'size = 25%' '[file ssd]'
	set_file backend/zswap/pool_bytes $((10 << 20))
	advised 'unused and small' idle null 'there is little to give back'
	set_file backend/zswap/pages_out 999
	advised 'hardly anything' idle null 'Too few pages'

	advise_loaded
	waited 10.00
	set_file backend/zswap/pool_bytes $((110 << 20))
	advised 'pressed' shrinker yes 'Somebody waited for memory 10% of the last 5 minutes'
	conf '[pool]' 'size = 25%' 'shrinker = yes' '[file ssd]'
	advised 'shrinks already' shrinker null
	conf '[pool]' 'size = 25%' '[file ssd]'
	set_file backend/zswap/pool_bytes $((50 << 20))
	advised 'pressed by others' shrinker null
	waited 9.99
	set_file backend/zswap/pool_bytes $((110 << 20))
	advised 'hardly pressed' shrinker null
	advised 'always' swapin null "isn't counted"
}

# What is for trying is advised to nobody, and stays where somebody has set it.
test_advise_tried() {
	local parameters=$machine/sys/module/vswap/parameters
	advise_full
	advise --json
	check 'advise: nothing for trying' jq -e '[.advice[].key] | index("allocator", "limit") == null' "$tmp/out"
	conf '[pool]' 'size = 25%' 'allocator = zsmalloc' 'limit = auto' '[file ssd]'
	cp "$machine/etc/vswap.conf" "$tmp/conf"
	advised 'tried' allocator null 'That is for trying'
	advised 'tried' limit null
	check 'advise, tried: now' equal "$(jq -r '.advice[] | select(.key == ("allocator", "limit")) | .now' "$tmp/out" | xargs)" \
		'zsmalloc auto'
	mkdir -p "${advise_part%/*}"
	printf '[pool]\nallocator = zsmalloc\n' >"$advise_part"
	advise --apply
	check 'advise --apply, tried: status' equal "$status" 0
	check 'advise --apply, tried: the part' equal "$(tail -n +2 "$advise_part" | xargs)" \
		'[pool] allocator = zsmalloc size = 38%'
	check 'advise --apply, tried: vswap.conf stays' cmp "$tmp/conf" "$machine/etc/vswap.conf"
	# By modprobe.d alone; what setup would write hasn't it.
	rm -r "${machine:?}/etc"
	files "$parameters" <<-'END'
		zswap_allocator zsmalloc
		zswap_max_pool auto
	END
	advise
	check 'advise, tried by modprobe.d' equal "$(tail -n 2 "$tmp/out")" \
		'Add to its [pool], or it is lost: allocator = zsmalloc
Add to its [pool], or it is lost: limit = auto'
}

# What is so far: of vswap.conf, of the module, of setup
test_advise_now() {
	local parameters=$machine/sys/module/vswap/parameters
	advise_loaded
	rm "$machine/etc/vswap.conf"
	files "$parameters" <<-'END'
		zswap_compressor lzo-rle
		zswap_shrinker Y
		encrypt N
		zswap_idle_seconds 90
	END
	advise --json
	check 'advise, by modprobe.d' equal "$(jq -r '.advice[].now' "$tmp/out" | xargs)" \
		'256M (25%) lzo-rle 97% 95% 90s yes null cache'
	advise
	check 'advise, by modprobe.d: setup' equal "$(tail -n 1 "$tmp/out")" \
		'There is no /etc/vswap.conf yet; to have one: vswapctl setup'
	conf '[file ssd]'
	advise --json
	check 'advise, no pool' equal "$(jq -r '.advice[].key' "$tmp/out" | xargs)" 'size swapin'
	conf '[pool]' 'sise = 3'
	advise
	check 'advise, a wrong conf: status' equal "$status" 1
	check 'advise, a wrong conf' grep -q '^vswapctl: /etc/vswap.conf:2: there is no key "sise"' "$tmp/err"

	advise_loaded
	conf '[pool]' 'size = 25%' '[file ssd]' 'size = 600M'
	truncate -s 64M "$machine/var/lib/vswap/ssd.swap"
	advise --json
	check 'advise, a file of another size' jq -e '[.advice[] | select(.section == "file ssd") |
		.now == "64M" and .why == "/var/lib/vswap/ssd.swap is there, and keeps its size."] == [true]' "$tmp/out"
	set_file backend/ssd/used_pages 524000
	advised 'a full file' size null
	check 'advise, a full file: why' grep -q 'Swap files are 100% full' "$tmp/out"
	advise_machine
	memory 100 half:300
	echo '/dev/sda2 partition 524288 0 -2' >>"$machine/proc/swaps"
	conf '[file a]' 'size = 1G'
	advised 'a file that is to be made' size 261M 'as much as the 512M of other swap'
	conf '[pool]'
	advise --json
	check 'advise, a conf without a file' jq -e '.advice[6] | .section == "file ssd" and
		.advice == null' "$tmp/out"
}

test_advise_apply() {
	advise_full
	echo '/dev/vswap0 partition 1000 0 100' >>"$machine/proc/swaps"
	VSWAP_ROOT=$machine expect advise-apply advise --apply
	check 'advise --apply: the part' diff "$advise_part" - <<-'END'
		# By vswapctl advise --apply. To have it no more: delete this, vswapctl reload
		[pool]
		size = 38%
	END
	check 'advise --apply: its mode' equal "$(stat -c %a "$advise_part")" 644
	check 'advise --apply: vswap.conf stays' equal "$(<"$machine/etc/vswap.conf")" \
		$'[pool]\nsize = 25%\n[file ssd]'
	# again, before reload and after it
	VSWAP_ROOT=$machine expect advise-apply-nothing advise --apply
	set_file backend/zswap/limit_bytes $(((1 << 30) * 38 / 100))
	VSWAP_ROOT=$machine expect advise-apply-nothing advise --apply
	# what was advised before stays
	set_file backend/zswap/rejected_full 10000
	advise --apply --json
	check 'advise --apply: status' equal "$status" 0
	check 'advise --apply, JSON' jq -e '.changes == [{change: "saved", key: "[pool] high", value: "90%"},
		{change: "saved", key: "[pool] low", value: "85%"}]' "$tmp/out"
	check 'advise --apply: before, and now' diff <(tail -n +2 "$advise_part") - <<-'END'
		[pool]
		size = 38%
		high = 90%
		low = 85%
	END
	advise --apply --json
	check 'advise --apply, JSON, nothing' jq -e '. == {changes: []}' "$tmp/out"

	rm "$advise_part"
	printf '[pool]\nlow = 93%%\n' >"${advise_part%/*}/95-x.conf"
	sed -i /vswap0/d "$machine/proc/swaps"
	advise --apply
	check 'advise --apply: overridden' equal "$(<"$tmp/err")" \
		'vswapctl: /etc/vswap.conf.d/95-x.conf:2: low is given there as well, and counts'
	check 'advise --apply: swap is off' equal "$(tail -n 1 "$tmp/out")" \
		'Saved in /etc/vswap.conf.d/90-advise.conf: the next start goes by it'

	advise_full
	rm "$machine/etc/vswap.conf"
	VSWAP_ROOT=$machine expect_failure 'advise --apply: no conf' 1 \
		'vswapctl: --apply: there is no /etc/vswap.conf to add it to: vswapctl setup makes one' \
		advise --apply
	conf '[pool]' 'size = 25%' '[file ssd]'
	touch "$machine/etc/vswap.conf.d"
	VSWAP_ROOT=$machine expect_failure 'advise --apply: not written' 1 \
		"vswapctl: cannot write /etc/vswap.conf.d/90-advise.conf: Not a directory" advise --apply
}

test_advise() {
	test_advise_sample
	test_advise_pool
	test_advise_settings
	test_advise_tried
	test_advise_now
	test_advise_apply
}
