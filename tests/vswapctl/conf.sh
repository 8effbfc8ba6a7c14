# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswap.conf, and what goes by it: start, stop, reload, the generator. A part of tests/vswapctl/run,
# whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

machine=$tmp/machine
conf_sysfs=$machine/sys/kernel/vswap

# program NAME STATUS [LINE]...: found in place of the system's; tells that it was run in
# $tmp/ran, then does LINEs
program() {
	local name=$1 code=$2
	shift 2
	mkdir -p "$tmp/bin"
	{
		printf '#!/bin/sh\necho "%s $*" >>"%s"\n' "$name" "$tmp/ran"
		(($# == 0)) || printf '%s\n' "$@"
		echo "exit $code"
	} >"$tmp/bin/$name"
	chmod +x "$tmp/bin/$name"
}

# What the fake modprobe makes: loaded, with a pool, and off.
loaded() {
	mkdir -p "$machine/sys/module/vswap/parameters"
	files "$conf_sysfs" <<-END
		state off
		backends zswap
		priority -1
	END
	files "$conf_sysfs/backend/zswap" <<-END
		type zswap
		tier 0
		state on
		used_pages 0
		moved_pages 0
		limit_bytes $((256 << 20))
	END
}

# A machine of 1 GiB where vswap can be started. It can't be unloaded while the device is open.
start_machine() {
	system
	control
	mkdir -p "$machine/etc" "$machine/var/lib/vswap"
	rm -rf "${tmp:?}"/{ran,bin,loaded}
	: >"$tmp/ran"
	loaded
	mv "$machine/sys/kernel/vswap" "$tmp/loaded"
	rm -r "$machine/sys/module/vswap"
	program modprobe 0 "case \$1 in
-r)	if readlink /proc/\$PPID/fd/* | grep -qxF '$tmp/control'; then
		echo 'modprobe: FATAL: Module vswap is in use.' >&2
		exit 1
	fi
	rm -r '$machine/sys/module/vswap' '$conf_sysfs' ;;
*) mkdir -p '$machine/sys/module/vswap'
	cp -r '$tmp/loaded' '$conf_sysfs'
	mb=\$(echo \"\$*\" | sed -n 's/.* zswap_max_pool_mb=\([0-9]*\).*/\1/p')
	echo \$((mb << 20)) >'$conf_sysfs/backend/zswap/limit_bytes' ;;
esac"
	program swapon 0 "echo on >'$conf_sysfs/state'"
	program swapoff 0
}

# conf LINE...: /etc/vswap.conf
conf() {
	mkdir -p "$machine/etc"
	printf '%s\n' "$@" >"$machine/etc/vswap.conf"
}

# on_machine ARG...: leaves $status and the files out and err
on_machine() {
	status=0
	VSWAP_ROOT=$machine VSWAP_RELEASE=9.9-test VSWAP_SYSFS=$conf_sysfs PATH=$tmp/bin:$PATH \
		"$vswapctl" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	# Others write to this disk, too.
	sed -i -E 's/[0-9.]+[KMGTPE] free/N free/' "$tmp/out"
}

# machine_does NAME STATUS STDOUT STDERR ARG...
machine_does() {
	local name=$1 code=$2 out=$3 err=$4
	shift 4
	on_machine "$@"
	check "$name: status" equal "$status" "$code"
	check "$name: stdout" equal "$(<"$tmp/out")" "$out"
	check "$name: stderr" equal "$(<"$tmp/err")" "$err"
}

# ran NAME LINE...: these programs, and no others
ran() {
	local name=$1
	shift
	check "$name: programs" equal "$(<"$tmp/ran")" "$(printf '%s\n' "$@")"
	: >"$tmp/ran"
}

# requested NAME LINE...: of the module
requested() {
	local name=$1
	shift
	check "$name: requests" equal "$(<"$tmp/log")" "$(printf '%s\n' "$@")"
	: >"$tmp/log"
}

# refused_conf LINE... : the error is in $wanted
refused_conf() {
	conf "$@"
	machine_does "conf, ${*: -1}" 1 '' "$wanted" start
	ran "conf, ${*: -1}" ''
}

test_conf_errors() {
	local e='vswapctl: /etc/vswap.conf' pool='(known: allocator, charge, cold-compressor, compressor, high, idle, limit, low, max-page, packed-writeback, shrinker, size, tier)'
	local a_size='a size such as 8G, 25% or min(ram/4, 8G)' line
	start_machine
	while IFS='|' read -r wanted line; do
		wanted="$e:2: $wanted"
		refused_conf '[pool]' "$line"
	done <<-END
		there is no key "sise" in [pool] $pool|sise = 8G
		there is no key "Size" in [pool] $pool|Size = 8G
		there is no key "" in [pool] $pool|= 8G
		neither a [section] nor a key = value|size
		a section ends with ]|[area
		there is no section [] (known: [area], [pool], [file NAME])|[]
		there is no section [swap] (known: [area], [pool], [file NAME])|[swap]
		there is no section [files] (known: [area], [pool], [file NAME])|[files]
		[file NAME] with a name of 1 to 31 letters, digits, '-', '_', other than zswap|[file]
		[file NAME] with a name of 1 to 31 letters, digits, '-', '_', other than zswap|[file a.b]
		[file NAME] with a name of 1 to 31 letters, digits, '-', '_', other than zswap|[file zswap]
		size = : must be $a_size|size =
		size = 0: must be $a_size|size = 0
		size = 8X: must be $a_size|size = 8X
		size = -8G: must be $a_size|size = -8G
		size = 8G 8G: must be $a_size|size = 8G 8G
		size = min(8G: must be $a_size|size = min(8G
		size = min 8G: must be $a_size|size = min 8G
		size = ram/0: must be $a_size|size = ram/0
		size = 1G-2G: must be $a_size|size = 1G-2G
		size = rams: must be $a_size|size = rams
		size = 1.5.5%: must be $a_size|size = 1.5.5%
		size = ((((((((((((((((((1G)))))))))))))))))): must be $a_size|size = ((((((((((((((((((1G))))))))))))))))))
		size = 1K: must be 1M at least|size = 1K
		size = 101%: must be no more than the machine's memory|size = 101%
		size = 2G: must be no more than the machine's memory|size = 2G
		compressor = lz4 zstd: must be one word|compressor = lz4 zstd
		compressor = lz4 # fast: must be one word|compressor = lz4 # fast
		high = 101%: must be 0% to 100%|high = 101%
		max-page = 0: must be 1% to 100%|max-page = 0
		idle = 10x: must be a time of whole seconds, such as 90s, 10m, 2h|idle = 10x
		idle = m: must be a time of whole seconds, such as 90s, 10m, 2h|idle = m
		idle = 500ms: must be a time of whole seconds, such as 90s, 10m, 2h|idle = 500ms
		idle = 1.01m: must be a time of whole seconds, such as 90s, 10m, 2h|idle = 1.01m
		idle = -1: must be a time of whole seconds, such as 90s, 10m, 2h|idle = -1
		idle = 100000d: must be a time of whole seconds, such as 90s, 10m, 2h|idle = 100000d
		shrinker = maybe: must be yes or no|shrinker = maybe
		tier = -1: must be a number, 0 at least|tier = -1
	END
	wanted="$e:3: priority = 32768: must be highest, or a number from 0 to 32767"
	refused_conf '[pool]' '[area]' 'priority = 32768'
	wanted="$e:3: swapin = fast: must be one of: cache direct"
	refused_conf '[pool]' '[area]' 'swapin = fast'
	wanted="$e:3: path = srv/x: must be a path that begins with /"
	refused_conf '[pool]' '[file a]' 'path = srv/x'
	wanted="$e:1: a key before the first [section]"
	refused_conf 'size = 1G' '[pool]'
	wanted="$e:4: size is given twice, first on line 2"
	refused_conf '[pool]' 'size = 1G' '[pool]' 'size = 1G'
	wanted="$e: there is neither [pool] nor [file NAME]: nothing to swap to"
	refused_conf '[area]'
	wanted="$e: low = 95%: must be at most high (90%)"
	refused_conf '[pool]' 'high = 90%'
	wanted="$e: [file a] and [file b] have the same path /var/lib/vswap/a.swap"
	refused_conf '[file a]' '[file b]' 'path = /var/lib/vswap/a.swap'
	# all that is wrong, not only the first
	wanted="$e:2: size = x: must be $a_size
$e:3: high = x: must be 0% to 100%"
	refused_conf '[pool]' 'size = x' 'high = x'
	rm "$machine/etc/vswap.conf"
	mkdir -p "$machine/etc/vswap.conf"
	machine_does 'conf is a folder' 1 '' "$e: Is a directory" start
}

# makes LINE PARAMETER VALUE: by a line of [pool]
makes() {
	start_machine
	conf '[pool]' "$1"
	on_machine start
	check "$1: status" equal "$status" 0
	check "$1" equal "$(sed -n "s/.* $2=\([0-9]*\) .*/\1/p" "$tmp/ran")" "$3"
}

# pool_of SIZE MIB: what it comes to
pool_of() {
	makes "size = $1" zswap_max_pool_mb "$2"
}

test_conf_sizes() {
	pool_of 1G 1024
	pool_of 512M 512
	pool_of 524288KiB 512
	pool_of 25% 256
	pool_of 12.5% 128
	pool_of ram/4 256
	pool_of 'min(ram/4, 8G)' 256
	pool_of 'min(ram/2,100M)' 100
	pool_of 'max( ram / 4 , 300M , 10% )' 300
	pool_of '(ram - 24M) / 2' 500
	pool_of 'ram*0.75 + 1M' 769
	pool_of 'MIN(RAM/4, 8G)' 256
}

# idle_of TIME SECONDS
idle_of() {
	makes "idle = $1" zswap_idle_seconds "$2"
}

test_conf_times() {
	idle_of 0 0
	idle_of 90 90
	idle_of 90s 90
	idle_of 2000ms 2
	idle_of 1.5m 90
	idle_of 10m 600
	idle_of 10min 600
	idle_of 0.7h 2520
	idle_of 1.1h 3960
	idle_of 2h 7200
	idle_of 1d 86400
}

# Drop-ins, in the order of their names, of three folders
test_conf_parts() {
	local words
	start_machine
	conf '; as it is made' '[pool]' 'size = 100M' '  compressor=zstd  ' '' '[area]' 'swapin = direct'
	mkdir -p "$machine"/{etc,run,usr/lib}/vswap.conf.d
	printf '[pool]\nsize = 200M\nlow = 10\n' >"$machine/usr/lib/vswap.conf.d/10-a.conf"
	printf '[pool]\nsize = 300M\n' >"$machine/etc/vswap.conf.d/20-b.conf"
	printf '[pool]\nsize = 400M\n' >"$machine/run/vswap.conf.d/20-b.conf"
	printf '[pool]\nhigh = 40\n' >"$machine/etc/vswap.conf.d/30-c.conf"
	printf '[pool]\nhigh = 50\n' >"$machine/usr/lib/vswap.conf.d/30-c.conf"
	ln -s /dev/null "$machine/etc/vswap.conf.d/40-d.conf"
	printf '[pool]\nhigh = 60\n' >"$machine/usr/lib/vswap.conf.d/40-d.conf"
	printf 'rubbish\n' >"$machine/etc/vswap.conf.d/50-e.conf.bak"
	machine_does 'parts' 0 '' '' start
	words=$(<"$tmp/ran")
	check 'parts: a later one' equal "$(grep -o 'zswap_max_pool_mb=[^ ]*' <<<"$words")" zswap_max_pool_mb=300
	check 'parts: an earlier one' equal "$(grep -o 'zswap_compressor=[^ ]*' <<<"$words")" zswap_compressor=zstd
	check 'parts: of /etc' equal "$(grep -o 'zswap_high_percent=[^ ]*' <<<"$words")" zswap_high_percent=40
	start_machine
	mkdir -p "$machine/etc/vswap.conf.d"
	printf '[pool]\n' >"$machine/etc/vswap.conf.d/10-a.conf"
	on_machine start
	check 'a part alone' grep -q '^modprobe vswap backends=zswap autostart=0 ' "$tmp/ran"
	printf '[pool]\nx = y\n' >"$machine/etc/vswap.conf.d/10-a.conf"
	on_machine start
	check 'a part: file and line' grep -q '^vswapctl: /etc/vswap.conf.d/10-a.conf:2: there is no key "x"' "$tmp/err"
}

test_start() {
	local a=$machine/var/lib/vswap/a.swap b=$machine/srv/b
	local defaults='checksum=none discard=none encrypt=N require_all=N swapin=cache virtual_gb=0 zswap_allocator=auto zswap_charge=N zswap_cold_compressor=none zswap_compressor=lz4 zswap_high_percent=97 zswap_idle_seconds=0 zswap_max_pool=fixed zswap_low_percent=95 zswap_max_page_percent=75 zswap_packed_writeback=Y zswap_shrinker=N'
	local load="modprobe vswap backends=zswap autostart=0"
	local missing='swap goes without it; when it is there: vswapctl reload'
	start_machine
	machine_does 'start, no conf' 0 '' '' start
	ran 'start, no conf' 'modprobe vswap'

	start_machine
	conf '# nothing but' '; comments'
	machine_does 'start, an empty conf' 0 '' '' start
	ran 'start, an empty conf' 'modprobe vswap'

	start_machine
	conf '[pool]'
	machine_does 'start, a pool' 0 '' '' start
	ran 'start, a pool' "$load zswap_max_pool_mb=204 $defaults" 'swapon -p 100 /dev/vswap0'
	requested 'start, a pool' ''
	machine_does 'started twice' 0 '' '' start

	start_machine
	conf '[area]' 'checksum = crc32c' 'discard = both' 'encrypt = yes' 'priority = 7' 'require-all = on' \
		'swapin = direct' 'virtual-size = 100.5*1G' '[pool]' 'allocator = zsmalloc' 'charge = yes' 'cold-compressor = lzo-rle' 'compressor = zstd' 'high = 80%' \
		'idle = 10m' 'limit = auto' 'low = 70%' 'max-page = 60%' 'packed-writeback = no' 'shrinker = true' 'size = 128M'
	machine_does 'start, all keys' 0 '' '' start
	ran 'start, all keys' "$load zswap_max_pool_mb=128 checksum=crc32c discard=both encrypt=Y require_all=Y swapin=direct virtual_gb=101 zswap_allocator=zsmalloc zswap_charge=Y zswap_cold_compressor=lzo-rle zswap_compressor=zstd zswap_high_percent=80 zswap_idle_seconds=600 zswap_max_pool=auto zswap_low_percent=70 zswap_max_page_percent=60 zswap_packed_writeback=N zswap_shrinker=Y" \
		'swapon -p 7 /dev/vswap0'

	start_machine
	echo '/dev/sda2 partition 1000 0 150' >>"$machine/proc/swaps"
	echo '/dev/sda3 partition 1000 0 -2' >>"$machine/proc/swaps"
	mkdir -p "$machine/srv"
	touch "$a" "$b"
	conf '[file a]' '[pool]' '[file b]' 'path = /srv/b'
	machine_does 'start, files' 0 '' '' start
	ran 'start, files' "$load zswap_max_pool_mb=204 $defaults" 'swapon -p 151 /dev/vswap0'
	requested 'start, files' "add name=a type=swapfile compressor= limit=0 tier=1 fd=$a,r,cloexec" \
		"add name=b type=swapfile compressor= limit=0 tier=2 fd=$b,r,cloexec"

	start_machine
	: >"$a"
	mkdir -p "$machine/srv"
	: >"$b"
	conf '[pool]' 'tier = 5' 'size = 64M' '[file a]' 'tier = 5' '[file b]' 'path = /srv/b' 'tier=0'
	machine_does 'start, tiers' 0 '' '' start
	requested 'start, tiers' "add name=a type=swapfile compressor= limit=0 tier=5 fd=$a,r,cloexec" \
		"add name=b type=swapfile compressor= limit=0 tier=0 fd=$b,r,cloexec" \
		'remove name=zswap bytes=0 flags=0 fd=-1' \
		'add name=zswap type=zswap compressor=lz4 limit=67108864 tier=5 fd=-1'

	start_machine
	: >"$a"
	conf '[file a]'
	machine_does 'start, no pool' 0 '' '' start
	requested 'start, no pool' "add name=a type=swapfile compressor= limit=0 tier=0 fd=$a,r,cloexec" \
		'remove name=zswap bytes=0 flags=0 fd=-1'

	start_machine
	conf '[pool]' '[file a]'
	machine_does 'start, no file' 0 '' \
		"vswapctl: a: /var/lib/vswap/a.swap: No such file or directory: $missing" start
	ran 'start, no file' "$load zswap_max_pool_mb=204 $defaults" 'swapon -p 100 /dev/vswap0'

	start_machine
	conf '[area]' 'require-all = yes' '[pool]' '[file a]'
	machine_does 'start, a required file' 1 '' \
		"vswapctl: a: /var/lib/vswap/a.swap: No such file or directory" start
	check 'start, a required file: taken back' equal "$(tail -n 1 "$tmp/ran")" 'modprobe -r vswap'

	start_machine
	conf '[file a]'
	machine_does 'start, nothing there' 1 '' \
		"vswapctl: a: /var/lib/vswap/a.swap: No such file or directory: $missing
vswapctl: none of the backends in vswap.conf is there" start
	check 'start, nothing there: taken back' equal "$(tail -n 1 "$tmp/ran")" 'modprobe -r vswap'

	start_machine
	: >"$a"
	conf '[pool]' '[file a]'
	mkdir -p "$machine/dev"
	: >"$machine/dev/kmsg"
	FAKE_RESULT=EINVAL machine_does 'start, no swap file' 1 '' \
		"vswapctl: a: no backend can be made of this: the kernel's log says why" start
	check 'start, no swap file: taken back' equal "$(tail -n 1 "$tmp/ran")" 'modprobe -r vswap'

	start_machine
	conf '[pool]'
	program swapon 1
	machine_does 'start, swapon fails' 1 '' 'vswapctl: swapon /dev/vswap0 failed' start
	check 'start, swapon fails: taken back' equal "$(tail -n 1 "$tmp/ran")" 'modprobe -r vswap'
	program swapon 0
	machine_does 'start, swapon does nothing' 1 '' 'vswapctl: swapon /dev/vswap0 failed' start

	start_machine
	conf '[pool]'
	program modprobe 1
	machine_does 'start, modprobe fails' 1 '' '' start
	ran 'start, modprobe fails' "$load zswap_max_pool_mb=204 $defaults"

	start_machine
	conf '[pool]'
	options 'options vswap zswap_compresor=zstd'
	machine_does 'start, misspelt in modprobe.d' 1 '' "vswapctl: modprobe.d: zswap_compresor=zstd: there is no such parameter (did you mean zswap_compressor?), and the kernel would ignore it" start

	# interrupted before: loaded, one of the files is there
	start_machine
	loaded
	: >"$a"
	mkdir -p "$machine/srv"
	: >"$b"
	files "$conf_sysfs/backend/a" <<-'END'
		type swapfile
		tier 1
		path /var/lib/vswap/a.swap
	END
	echo 'zswap a' >"$conf_sysfs/backends"
	conf '[pool]' 'size = 256M' '[file a]' '[file b]' 'path = /srv/b'
	machine_does 'start, begun before' 0 '' '' start
	ran 'start, begun before' 'swapon -p 100 /dev/vswap0'
	requested 'start, begun before' "add name=b type=swapfile compressor= limit=0 tier=2 fd=$b,r,cloexec"

	start_machine
	echo '/dev/vswap0 partition 1000 0 100' >>"$machine/proc/swaps"
	conf '[pool]'
	machine_does 'start, on already' 0 'swap is on already; vswapctl reload has it follow vswap.conf' '' start
	ran 'start, on already' ''
	mkdir -p "$machine/sys/module/vswap"
	echo 'MemAvailable: 1000000 kB' >>"$machine/proc/meminfo"
	program modprobe 0
	machine_does 'stop' 0 '' '' stop
	ran 'stop' 'swapoff /dev/vswap0' 'modprobe -r vswap'
}

# on_with_a: swap is on, with the pool and a file a, in which nothing lies
on_with_a() {
	loaded
	echo on >"$conf_sysfs/state"
	echo '/dev/vswap0 partition 1000 0 100' >>"$machine/proc/swaps"
	files "$conf_sysfs/backend/a" <<-'END'
		type swapfile
		tier 1
		path /var/lib/vswap/a.swap
		state on
		used_pages 0
		moved_pages 0
	END
	echo 'zswap a' >"$conf_sysfs/backends"
	mkdir -p "$machine/srv"
}

test_reload() {
	local a=$machine/var/lib/vswap/a.swap b=$machine/srv/b parameters=$machine/sys/module/vswap/parameters
	start_machine
	machine_does 'reload, no conf' 1 '' 'vswapctl: there is no /etc/vswap.conf: options of modprobe.d count when the module is loaded' reload
	conf '[pool]'
	machine_does 'reload, off' 1 '' 'vswapctl: swap is off: vswapctl start' reload

	on_with_a
	echo 100 >"$conf_sysfs/priority"
	: >"$a"
	: >"$b"
	conf '[pool]' 'size = 256M' '[file a]'
	machine_does 'reload, nothing changed' 0 '' '' reload
	requested 'reload, nothing changed' ''

	files "$parameters" <<-'END'
		zswap_idle_seconds 0
		zswap_compressor lz4
		zswap_shrinker N
	END
	conf '[pool]' 'size = 512M' 'idle = 90' 'compressor = zstd' '[file a]' 'tier = 3' \
		'[file b]' 'path = /srv/b' '[area]' 'priority = 5'
	machine_does 'reload' 0 'a: tier = 3: from the next start on
b: added
zswap: resized
[pool] compressor: from the next start on
[pool] idle: changed
[area] priority: from the next start on' '' reload
	requested 'reload' "add name=b type=swapfile compressor= limit=0 tier=4 fd=$b,r,cloexec" \
		'resize name=zswap bytes=536870912 flags=0 fd=-1'
	check 'reload: a parameter' equal "$(<"$parameters/zswap_idle_seconds")" 90
	check 'reload: not that one' equal "$(<"$parameters/zswap_compressor")" lz4
	ran 'reload' ''

	conf '[pool]' 'compressor = lzx' 'size = 512M' 'idle = 90' '[file a]' '[file b]' 'path = /srv/b'
	machine_does 'reload, no such compressor' 0 'b: added
zswap: resized
[pool] compressor: from the next start on' 'vswapctl: [pool] compressor = lzx: this kernel has no such compressor, and the next start would fail' reload
	requested 'reload, no such compressor' "add name=b type=swapfile compressor= limit=0 tier=2 fd=$b,r,cloexec" \
		'resize name=zswap bytes=536870912 flags=0 fd=-1'

	conf '[pool]' 'size = 256M'
	on_machine reload
	check 'reload, a file less: status' equal "$status" 0
	check 'reload, a file less' equal "$(head -n 1 <(removed "$tmp/out"))" 'a: removed, 0 pages (0B) moved in T'
	requested 'reload, a file less' 'remove name=a bytes=0 flags=0 fd=-1'
	conf '[pool]' 'sizes = 256M'
	on_machine reload
	check 'reload, wrong: status' equal "$status" 1
	requested 'reload, wrong' ''
}

test_save() {
	local a=$machine/a part=$machine/etc/vswap.conf.d/50-a.conf comment
	comment='# By vswapctl backend add --save. To have it no more: delete this, vswapctl reload'
	start_machine
	loaded
	touch "$a"
	machine_does 'save, no conf' 1 '' 'vswapctl: --save: there is no /etc/vswap.conf to add it to: vswapctl setup makes one' \
		backend add a --path "$a" --save
	conf '[pool]' 'x = y'
	on_machine backend add a --path "$a" --save
	check 'save, a wrong conf: status' equal "$status" 1
	conf '[pool]'
	machine_does 'save, a pool of another name' 1 '' 'vswapctl: --save: in vswap.conf a pool is called zswap, and nothing else is' \
		backend add pool --type zswap --save
	machine_does 'save, a file called zswap' 1 '' 'vswapctl: --save: in vswap.conf a pool is called zswap, and nothing else is' \
		backend add zswap --path "$a" --save
	requested 'save, refused' ''
	FAKE_RESULT=EBUSY on_machine backend add a --path "$a" --save
	check 'save, the module refuses: nothing' test ! -e "$part"
	machine_does 'save' 0 'a: added
a: saved in /etc/vswap.conf.d/50-a.conf' '' backend add a --path "$a" --tier 3 --save
	check 'save: the file' diff "$part" <(printf '%s\n' "$comment" '[file a]' "path = $a" 'tier = 3')
	check 'save: nothing else' equal "$(ls "${part%/*}")" 50-a.conf
	files "$conf_sysfs/backend/a" <<<'tier 7'
	cd "$machine" && on_machine backend add a --path a --save
	cd "$OLDPWD" || exit
	check 'save, tier and folder' diff "$part" <(printf '%s\n' "$comment" '[file a]' "path = $a" 'tier = 7')
	on_machine backend add zswap --type zswap --limit 128M --compressor zstd --save
	check 'save, the pool' diff "$machine/etc/vswap.conf.d/50-zswap.conf" \
		<(printf '%s\n' "$comment" '[pool]' 'size = 134217728' 'compressor = zstd' 'tier = 0')
	rm -r "$machine/etc/vswap.conf.d"
	touch "$machine/etc/vswap.conf.d"
	machine_does 'save, not written' 1 'a: added' "vswapctl: a: added, but /etc/vswap.conf.d/50-a.conf can't be written: Not a directory" \
		backend add a --path "$a" --save
}

# A file that is used gives way only to one that can be
test_reload_path() {
	local a=$machine/var/lib/vswap/a.swap new=$machine/srv/new stays='vswapctl: a: stays where it is: /srv/new:'
	start_machine
	on_with_a
	swap_file "$a"
	conf '[pool]' 'size = 512M' '[file a]' 'path = /srv/new'
	machine_does 'reload, another path, nothing there' 1 'zswap: resized' "$stays No such file or directory" reload
	requested 'reload, another path, nothing there' 'resize name=zswap bytes=536870912 flags=0 fd=-1'
	on_machine reload --json
	check 'reload, another path, JSON: status' equal "$status" 1
	check 'reload, another path, JSON: stderr' empty "$tmp/err"
	check 'reload, another path, JSON' jq -e '.error == "a: stays where it is: /srv/new: No such file or directory" and
		.changes == [{"change": "resized", "backend": "zswap"}]' "$tmp/out"
	: >"$tmp/log"
	conf '[pool]' 'size = 256M' '[file a]' 'path = /srv/new'
	mkdir "$new"
	machine_does 'reload, a folder' 1 '' "$stays neither a regular file nor a block device" reload
	rmdir "$new"
	truncate -s 2M "$new"
	chmod 600 "$new"
	machine_does 'reload, no header' 1 '' "$stays no swap signature, run mkswap on it" reload
	machine_does 'reload, no header, JSON' 1 '{
  "error": "a: stays where it is: /srv/new: no swap signature, run mkswap on it"
}' '' reload -j
	requested 'reload, another path, none that can be used' ''
	swap_file "$new"
	on_machine reload
	check 'reload, another path: status' equal "$status" 0
	check 'reload, another path' equal "$(removed "$tmp/out")" 'a: removed, 0 pages (0B) moved in T
a: added'
	requested 'reload, another path' 'remove name=a bytes=0 flags=0 fd=-1' \
		"add name=a type=swapfile compressor= limit=0 tier=1 fd=$new,r,cloexec"
}

# Loaded, with the file a that vswap.conf has by that name
machine_with_file() {
	loaded
	files "$conf_sysfs/backend/a" <<-END
		type swapfile
		tier 1
		path $machine/var/lib/vswap/a.swap
		state on
		used_pages 0
		moved_pages 0
	END
	echo 'zswap a' >"$conf_sysfs/backends"
}

# removal_says NAME LINE...: below the line that it is removed
removal_says() {
	local name=$1
	shift
	machine_with_file
	on_machine backend remove a
	check "named, $name: status" equal "$status" 0
	check "named, $name: stderr" empty "$tmp/err"
	check "named, $name" equal "$(tail -n +2 "$tmp/out")" "$(printf '%s\n' "$@")"
}

# What is changed by hand, and vswap.conf has otherwise
test_named() {
	local a=$machine/var/lib/vswap/a.swap part=$machine/etc/vswap.conf.d/50-a.conf
	local again='the next start or reload has it again, until it is taken out of there'
	start_machine
	: >"$a"
	removal_says 'no conf' ''
	conf '[pool]'
	removal_says 'not by the conf' ''
	conf '[pool]' '' '[file a]'
	removal_says 'by the conf' "a: still named in /etc/vswap.conf:3: $again"
	mkdir "${part%/*}"
	printf '[file a]\n' >"$part"
	removal_says 'by a part, too' "a: still named in /etc/vswap.conf:3 and /etc/vswap.conf.d/50-a.conf:1: $again"
	machine_with_file
	on_machine backend remove a --json
	check 'named, JSON: stderr' empty "$tmp/err"
	check 'named, JSON' jq -e '.changes[0].named_in ==
		"/etc/vswap.conf:3 and /etc/vswap.conf.d/50-a.conf:1"' "$tmp/out"
	machine_with_file
	machine_does 'named, dry' 0 'a: could be removed, 0 pages (0B) would move' '' backend remove -n a
	printf '[file a]\npath = /srv/other\n' >"$part"
	removal_says 'another file of that name' ''
	rm -r "${part%/*}"
	conf '[pool]' 'x = y' '[file a]'
	removal_says 'a wrong conf' "a: still named in /etc/vswap.conf:3: $again"

	conf '[pool]' 'size = 256M' '[file a]' 'size = 1G'
	machine_with_file
	machine_does 'named, resized as it says' 0 'zswap: resized to 256M' '' backend resize zswap 256M
	machine_does 'named, a pool resized' 0 'zswap: resized to 512M
zswap: by /etc/vswap.conf:1 it is 256M: the next start or reload has that limit again, until that is changed' '' backend resize zswap 512M
	machine_does 'named, a file resized' 0 'a: resized to 2G
a: by /etc/vswap.conf:3 it is 1G: a setup that makes it anew does so in that size, until that is changed' '' backend resize a 2G
	on_machine backend resize zswap 512M --json
	check 'named, resized, JSON: stderr' empty "$tmp/err"
	check 'named, resized, JSON' jq -e '.changes[0] | .bytes == 536870912 and
		.named_bytes == 268435456 and .named_in == "/etc/vswap.conf:1"' "$tmp/out"
	conf '[pool]' '[file a]'
	machine_does 'named, a file of no size' 0 'a: resized to 2G' '' backend resize a 2G
}

# What doctor has to say of a conf
test_doctor_conf() {
	local a=$machine/var/lib/vswap/a.swap
	start_machine
	conf '[pool]' 'sise = 1G'
	doctor conf-wrong 1 -q
	conf '[pool]' 'compressor = crc32c' '[area]' 'encrypt = yes'
	doctor conf-compressor 1 -q
	conf '[pool]' '[file a]'
	doctor conf-no-file 1 -q
	swap_file "$a"
	doctor conf-good 0 --options
	chmod 644 "$a"
	doctor conf-open-file 1 -q
	conf '[pool]'
	options 'options vswap backends=ssd'
	doctor conf-and-options 0 -q
	options 'options vswap backend=ssd'
	doctor conf-and-misspelt 1 -q
}

# generated NAME LINE...: what the unit gets, below [Unit]
generated() {
	local name=$1 part=$tmp/units/vswap.service.d/50-vswap-conf.conf
	shift
	rm -rf "$tmp/units"
	mkdir "$tmp/units"
	ln -sf "$vswapctl" "$tmp/vswap-generator"
	check "generator, $name: status" env VSWAP_ROOT="$machine" "$tmp/vswap-generator" \
		"$tmp/units" "$tmp/units" "$tmp/units"
	if (($#)); then
		check "generator, $name" diff "$part" \
			<(printf '%s\n' '# By vswap-generator, from vswap.conf' '[Unit]' "$@")
		check "generator, $name: systemd takes it" verified
	else
		check "generator, $name" equal "$(find "$tmp/units" -type f)" ''
	fi
}

# The unit with what it gets, as far as systemd is there to say so
verified() {
	command -v systemd-analyze >/dev/null || return 0
	sed 's,/usr/bin/vswapctl,/bin/true,' "$top/debian/vswap-dkms.vswap.service" \
		>"$tmp/units/vswap.service"
	SYSTEMD_UNIT_PATH=$tmp/units: systemd-analyze verify --man=no "$tmp/units/vswap.service" \
		>"$tmp/said" 2>&1
	! grep vswap "$tmp/said"
}

# waits NAME [UNIT]...: these devices get a timeout, in what generated() has left, and no others
waits() {
	local name=$1 unit wanted=''
	shift
	for unit in "$@"; do
		wanted+="$unit.d/10-vswap-timeout.conf"$'\n'
		check "generator, $name: $unit" diff "$tmp/units/$unit.d/10-vswap-timeout.conf" \
			<(printf '%s\n' '# By vswap-generator, from vswap.conf' '[Unit]' 'JobRunningTimeoutSec=10s')
	done
	check "generator, $name: timeouts" equal "$(cd "$tmp/units" && find . -name '*timeout*' -printf '%P\n' | sort)" \
		"${wanted%$'\n'}"
}

# disk NAME PATH UNIT: a pool and this one
disk() {
	conf '[pool]' '[file a]' "path = $2"
	generated "$1" "Wants=$3" "After=$3"
}

# A disk that isn't there keeps nobody waiting for long, but for those who named it before.
test_generator_timeouts() {
	local label='dev-disk-by\x2dpartlabel-swap.device'
	start_machine
	conf '[pool]' '[file a]'
	generated 'a file again' 'Wants=-.mount' 'After=-.mount' 'Wants=var.mount' 'After=var.mount' \
		'Wants=var-lib.mount' 'After=var-lib.mount' 'Wants=var-lib-vswap.mount' 'After=var-lib-vswap.mount'
	waits 'a file'
	disk 'no fstab' /dev/disk/by-partlabel/swap "$label"
	waits 'no fstab' "$label"
	conf '[area]' 'require-all = yes' '[file a]' 'path = /dev/sda4' '[file b]' 'path = /dev/sdb4'
	generated 'two disks' Wants=dev-sda4.device After=dev-sda4.device Wants=dev-sdb4.device After=dev-sdb4.device
	waits 'two disks'
	conf '[pool]' '[file a]' 'path = /dev/sda4' '[file b]' 'path = /dev/sdb4'
	generated 'two disks, or none' Wants=dev-sda4.device After=dev-sda4.device Wants=dev-sdb4.device After=dev-sdb4.device
	waits 'two disks, or none' dev-sda4.device dev-sdb4.device

	printf '%s\n' '# /dev/sda1 / ext4' 'UUID=1234-AB / ext4 defaults 0 1' 'PARTLABEL="swap" none swap sw 0 0' \
		'LABEL=a\040b/c none swap sw 0 0' '/dev/sda3 none swap sw' >"$machine/etc/fstab"
	disk 'a label of fstab' /dev/disk/by-partlabel/swap "$label"
	waits 'a label of fstab'
	disk 'another label' /dev/disk/by-partlabel/swap2 "${label%.device}2.device"
	waits 'another label' "${label%.device}2.device"
	disk 'an odd label of fstab' '/dev/disk/by-label/a\x20b\x2fc' 'dev-disk-by\x2dlabel-a\x5cx20b\x5cx2fc.device'
	waits 'an odd label of fstab'
	disk 'a path of fstab' /dev/sda3 dev-sda3.device
	waits 'a path of fstab'
	disk 'a comment of fstab' /dev/sda1 dev-sda1.device
	waits 'a comment of fstab' dev-sda1.device
}

test_generator() {
	start_machine
	generated 'no conf'
	conf '[pool]'
	generated 'no file'
	conf '[pool]' '[file a]'
	generated 'a file' 'Wants=-.mount' 'After=-.mount' 'Wants=var.mount' 'After=var.mount' \
		'Wants=var-lib.mount' 'After=var-lib.mount' 'Wants=var-lib-vswap.mount' 'After=var-lib-vswap.mount'
	conf '[pool]' '[file a]' 'path = /.s/x y//ä-%.b/swap'
	generated 'an odd path' 'Wants=-.mount' 'After=-.mount' 'Wants=\x2es.mount' 'After=\x2es.mount' \
		'Wants=\x2es-x\x20y.mount' 'After=\x2es-x\x20y.mount' \
		'Wants=\x2es-x\x20y.mount' 'After=\x2es-x\x20y.mount' \
		'Wants=\x2es-x\x20y-\xc3\xa4\x2d\x25.b.mount' 'After=\x2es-x\x20y-\xc3\xa4\x2d\x25.b.mount'
	conf '[pool]' '[file a]' 'path = /dev/disk/by-partlabel/my swap'
	generated 'a disk' 'Wants=dev-disk-by\x2dpartlabel-my\x20swap.device' \
		'After=dev-disk-by\x2dpartlabel-my\x20swap.device'
	conf '[file a]' 'path = /srv/a "b" 50%\c'
	generated 'the only one' 'RequiresMountsFor="/srv/a \"b\" 50%%\\c"'
	conf '[area]' 'require-all = yes' '[pool]' '[file a]' '[file b]'
	generated 'all required' 'RequiresMountsFor="/var/lib/vswap/a.swap"' 'RequiresMountsFor="/var/lib/vswap/b.swap"'
	conf '[pool]' 'x = y'
	status=0
	VSWAP_ROOT=$machine "$tmp/vswap-generator" "$tmp/units" 2>"$tmp/err" || status=$?
	check 'generator, a wrong conf: status' equal "$status" 1
	check 'generator, a wrong conf' grep -q '^vswapctl: /etc/vswap.conf:2: there is no key "x"' "$tmp/err"
	status=0
	"$tmp/vswap-generator" 2>"$tmp/err" || status=$?
	check 'generator, no folder' equal "$status" 1
	check 'vswap=0 on the command line keeps the unit from starting' grep -qx \
		'ConditionKernelCommandLine=!vswap=0' "$top/debian/vswap-dkms.vswap.service"
}

# Keys and sections of the manual and of conf_key.c
test_conf_manual() {
	local page=$source/vswap.conf.5
	check 'vswap.conf(5): no warnings' equal "$(man --warnings -l "$page" 2>&1 >/dev/null)" ''
	check 'vswap.conf(5): comments' grep -q '^Comments stand on lines of their own' "$page"
	check 'vswap.conf(5): groff -ww' equal "$(groff -t -man -ww -z -Tutf8 "$page" 2>&1)" ''
	sed -n 's/^\t{ "\([a-z]*\)", "\([a-z-]*\)",.*/\1 \2/p' "$source/conf_key.c" | sort >"$tmp/known"
	check 'conf_key.c: keys found' test -s "$tmp/known"
	awk '/^\.SH/ { section = $2 ~ /^\[/ ? $2 : ""; gsub(/[][]/, "", section) }
		before == ".TP" && section {
			gsub(/[",]/, "")
			for (i = 2; i <= NF; i++)
				print section, $i
		}
		{ before = $0 }' "$page" | sed 's/\\-/-/g' | sort >"$tmp/doc"
	check 'vswap.conf(5) has the keys and no others' diff "$tmp/known" "$tmp/doc"
}

test_conf() {
	local vswapctl=$tmp/fake/vswapctl
	test_conf_errors
	test_conf_sizes
	test_conf_times
	test_conf_parts
	test_start
	test_reload
	test_reload_path
	test_named
	test_save
	test_doctor_conf
	test_generator
	test_generator_timeouts
	test_conf_manual
	rm -rf "${tmp:?}/bin"
	unset VSWAP_CONTROL
}
