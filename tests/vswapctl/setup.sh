# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl setup, on machines that systemctl and others only seem to change. A part of
# tests/vswapctl/run, after conf.sh.

# shellcheck disable=SC2154  # of tests/vswapctl/run and conf.sh

swap_path=/var/lib/vswap/ssd.swap
zram_on='/dev/zram0 partition 30000 100 100'

# A systemctl that does to the machine's files what the real one would.
fake_systemctl() {
	local etc=$machine/etc/systemd/system on='/dev/vswap0 partition 1000 0 100'
	program systemctl 0 "case \$1:\$2 in
enable:--now | enable:vswap.service)
	for unit; do :; done
	mkdir -p '$etc/sysinit.target.wants'; touch '$etc/sysinit.target.wants/'\$unit ;;
disable:*)
	for unit; do :; done
	rm -f '$etc/sysinit.target.wants/'\$unit ;;
mask:*) ln -sf /dev/null '$etc/'\$2 ;;
unmask:*) rm -f '$etc/'\$2 ;;
restart:vswap.service) grep -q vswap0 '$machine/proc/swaps' || echo '$on' >>'$machine/proc/swaps' ;;
stop:dev-zram0.swap) sed -i /zram0/d '$machine/proc/swaps' ;;
start:dev-zram0.swap) grep -q zram0 '$machine/proc/swaps' || echo '$zram_on' >>'$machine/proc/swaps' ;;
esac"
	program swapoff 0 "sed -i /vswap0/d '$machine/proc/swaps'"
}

# set_up_machine TYPE [SOURCE]: with / on that, and systemd
set_up_machine() {
	start_machine
	mkdir -p "$machine"/{proc/self,run/systemd/system,etc/systemd/system,lib/systemd/system}
	touch "$machine/lib/systemd/system/vswap.service"
	rm -r "${machine:?}/var"
	mount_on / "$1" "${2-/dev/sda1}"
	sed -i 's/MemTotal: .*/MemTotal: 65536 kB/' "$machine/proc/meminfo"
	fake_systemctl
	program mkswap 0 "$(command -v mkswap) \"\$@\""
	program fallocate 0 "$(command -v fallocate) \"\$@\""
}

# mount_on FOLDER TYPE SOURCE
mount_on() {
	printf '36 35 8:1 / %s rw,noatime shared:1 - %s %s rw\n' "$@" >>"$machine/proc/self/mountinfo"
}

# All files of the machine, but for what systemctl and the kernel keep as they like
state() {
	(cd "$machine" && find . -path ./sys -prune -o -name '*.uuid' -prune -o ! -type d -printf '%p %m %s %l\n' |
		sort && cat proc/swaps)
}

# A setup is asked nothing; its plan is expected/setup-NAME
plan() {
	local name=$1
	shift
	on_machine setup --dry-run "$@"
	sed -E 's/[0-9.]+[KMGTPE] free/N free/' "$tmp/out" >"$tmp/plan"
	check "setup, $name: status" equal "$status" 0
	check "setup, $name: stderr" empty "$tmp/err"
	check "setup, $name: plan" same_as_expected "setup-$name" "$tmp/plan"
	ran "setup, $name: dry" ''
}

written_conf() {
	check "setup, $1: vswap.conf" equal "$(tail -n +2 "$machine/etc/vswap.conf" | grep .)" "$2"
}

is_set_up() {
	local path=$machine${2-$swap_path}
	check "$1: status" equal "$status" 0
	check "$1: stderr" empty "$tmp/err"
	check "$1: the file's mode" equal "$(stat -c %a "$path")" 600
	check "$1: it has no holes" test $(($(stat -c %b "$path") * 512)) -ge "$(stat -c %s "$path")"
	check "$1: nothing half done" test ! -e "$path.new"
	check "$1: doctor" env VSWAP_ROOT="$machine" VSWAP_RELEASE=9.9-test "$vswapctl" doctor --options
	check "$1: enabled" test -e "$machine/etc/systemd/system/sysinit.target.wants/vswap.service"
	check "$1: on" grep -q vswap0 "$machine/proc/swaps"
}

test_setup_plans() {
	set_up_machine ext4
	plan ext4
	options 'options vswap backends=zswap'
	plan modprobe-options --no-file
	options '# none'
	plan no-file --no-file --pool 'min(ram/4, 8G)'
	plan options --pool 30M --size 5M --file /srv/a.swap --encrypt
	echo '/dev/sda2 partition 10240 0 -2' >>"$machine/proc/swaps"
	echo 8:2 >"$machine/sys/power/resume"
	echo Y >"$machine/sys/module/zswap/parameters/enabled"
	plan other-swap
	set_up_machine btrfs
	mount_on /srv/a\\040b xfs /dev/sdb1
	plan btrfs
	plan other-disk --file '/srv/a b/swap'
	plan not-that-disk --file '/srv/a bc'
	set_up_machine overlay overlay
	plan overlay
	set_up_machine ext4
	rm -r "$machine/run"
	plan no-systemd
	set_up_machine ext4
	rm "$machine/lib/modules/9.9-test/updates/vswap.ko"
	depmod -b "$machine" 9.9-test 2>/dev/null
	plan no-module --no-file
	machine_does 'setup, no module' 1 '' \
		'vswapctl: there is no vswap module for this kernel: vswapctl doctor says why' setup --yes
	# / is on LUKS, with LVM in between; the other disk isn't, and a third is.
	set_up_machine ext4 /dev/mapper/vg-root
	mkdir -p "$machine/dev/mapper" "$machine"/sys/class/block/{dm-0,dm-1,dm-2,sdb1}/slaves "$machine"/sys/class/block/dm-{0,1,2}/dm
	touch "$machine"/dev/{dm-0,dm-1,dm-2,sdb1}
	ln -s ../dm-1 "$machine/dev/mapper/vg-root"
	ln -s ../dm-2 "$machine/dev/mapper/other"
	echo CRYPT-LUKS2-1-x >"$machine/sys/class/block/dm-0/dm/uuid"
	echo LVM-1 >"$machine/sys/class/block/dm-1/dm/uuid"
	echo CRYPT-PLAIN-x >"$machine/sys/class/block/dm-2/dm/uuid"
	mkdir "$machine/sys/class/block/dm-1/slaves/dm-0"
	mount_on /srv ext4 /dev/sdb1
	mount_on /opt ext4 /dev/mapper/other
	plan luks
	plan not-luks --file /srv/swap
	plan luks-too --file /opt/swap
	set_up_machine ext4
	conf '[pool]' '[file a]' 'size = 2M' '[file b]'
	plan by-conf
	mkdir -p "$machine/etc/vswap.conf.d"
	printf '[area]\nencrypt = no\n[pool]\nlow = 10%%\nsize = 30%%\n[file ssd]\nsize = 3M\n' >"$machine/etc/vswap.conf.d/95-x.conf"
	printf '[file ssd]\npath = /x\n' >"$machine/etc/vswap.conf.d/96-y.conf"
	plan overridden --pool 40% --size 2M --encrypt
	rm "$machine/etc/vswap.conf"
	plan overridden --pool 40% --size 2M --encrypt
	on_machine setup --dry-run --no-file
	check 'setup, overridden: only what it writes' equal "$(grep -c Note "$tmp/out")" 1
}

test_setup_refusals() {
	local usage="
Try 'vswapctl --help' for more information."
	set_up_machine tmpfs tmpfs
	state >"$tmp/before"
	on_machine setup --yes --file /srv/swap
	check 'setup, tmpfs: status' equal "$status" 1
	check 'setup, tmpfs' grep -q "^vswapctl: /srv/swap: a file system of this type can't hold swap files (tmpfs, " "$tmp/err"
	set_up_machine ext4
	on_machine setup --yes --size 1000T
	check 'setup, too large' grep -q "^vswapctl: $swap_path: there isn't so much room (ext4, " "$tmp/err"
	machine_does 'setup, --pool' 2 "$(head -n 1 "$tmp/out")" "vswapctl: --pool: not a size, or more than the machine's memory: '1x'$usage" setup --pool 1x
	machine_does 'setup, --pool too large' 2 "$(head -n 1 "$tmp/out")" "vswapctl: --pool: not a size, or more than the machine's memory: '101%'$usage" setup --pool 101%
	machine_does 'setup, --size' 2 "$(head -n 1 "$tmp/out")" "vswapctl: --size: not a size: 'x'$usage" setup --size x
	machine_does 'setup, --file' 2 "$(head -n 1 "$tmp/out")" "vswapctl: --file: not a path that begins with /: 'a'$usage" setup --file a
	machine_does 'setup, --no-file --size' 2 '' "vswapctl: --no-file excludes --file and --size$usage" setup --no-file --size 1G
	machine_does 'setup, --undo --size' 2 '' "vswapctl: --undo takes no other options than --dry-run, --json and --yes$usage" setup --undo --size 1G
	machine_does 'setup, --json asks nobody' 2 '' "vswapctl: --json needs --dry-run or --yes$usage" setup --json
	mkdir -p "$machine/srv"
	echo precious >"$machine/srv/x"
	on_machine setup --yes --file /srv/x
	check 'setup, a file of another kind: status' equal "$status" 1
	check 'setup, a file of another kind' grep -q '^vswapctl: /srv/x: ' "$tmp/err"
	check 'setup, a file of another kind stays' equal "$(<"$machine/srv/x")" precious
	conf '[pool]' 'x = y'
	machine_does 'setup, a wrong conf' 1 "$(head -n 1 "$tmp/out")" "$(on_machine start; cat "$tmp/err")" setup --yes
	rm "$machine/etc/vswap.conf"
	machine_does 'setup, --file no disk' 1 "$(head -n 1 "$tmp/out")" 'vswapctl: /dev/sdx: No such file or directory' setup --file /dev/sdx
	ran 'setup, refused' ''
	status=0
	echo n | VSWAP_ROOT=$machine VSWAP_RELEASE=9.9-test "$vswapctl" setup >"$tmp/out" 2>"$tmp/err" || status=$?
	check 'setup, answered no: status' equal "$status" 1
	check 'setup, answered no' equal "$(tail -n 1 "$tmp/out")" 'Do this? [y/N] Nothing was done.'
	check 'setup, no answer' equal "$(VSWAP_ROOT=$machine VSWAP_RELEASE=9.9-test "$vswapctl" setup </dev/null | tail -n 2)" \
		$'Do this? [y/N] \nNothing was done.'
	check 'setup, refused: nothing' test ! -e "$machine/var"
}

test_setup_does() {
	set_up_machine ext4
	state >"$tmp/before"
	on_machine setup --yes
	is_set_up setup
	check 'setup: the steps' equal "$(grep '^[0-9] of ' "$tmp/out")" "1 of 4: make the swap file $swap_path, 64M
2 of 4: write /etc/vswap.conf
3 of 4: enable vswap.service: swap at each boot
4 of 4: switch swap on, on /dev/vswap0"
	check 'setup: size' equal "$(stat -c %s "$machine$swap_path")" $((64 << 20))
	written_conf plain "[pool]
size = 25%
[file ssd]
path = $swap_path"
	check 'setup: programs' equal "$(sed -E 's/-U [^ ]*/-U UUID/' "$tmp/ran")" "fallocate -l 67108864 $machine$swap_path.new
mkswap -q -U UUID $machine$swap_path.new
systemctl enable vswap.service
systemctl daemon-reload
systemctl restart vswap.service"
	: >"$tmp/ran"
	state >"$tmp/first"
	on_machine setup --yes
	check 'setup, twice' equal "$(tail -n 1 "$tmp/out")" 'All is set up: nothing is to be done'
	ran 'setup, twice' ''
	check 'setup, twice: nothing changes' diff "$tmp/first" <(state)

	local later='Note: encryption counts from the next start on, and until then pages go to the file in the clear; at once by: '
	on_machine setup --dry-run --pool 40% --encrypt
	check 'setup, encrypt: planned' grep -qx "${later}systemctl restart vswap" "$tmp/out"
	on_machine setup --dry-run --json --pool 40% --encrypt
	check 'setup, encrypt: planned, JSON' equal "$(jq -r '"Note: " + .notes[0]' "$tmp/out")" "${later}systemctl restart vswap"
	on_machine setup --dry-run --no-file --encrypt
	check 'setup, encrypt, no file' equal "$(grep Note "$tmp/out")" ''
	on_machine setup --yes --pool 40% --encrypt
	is_set_up 'setup, changed'
	check 'setup, changed: the end' equal "$(tail -n 1 "$tmp/out")" "${later}systemctl restart vswap"
	written_conf changed "[area]
encrypt = yes
[pool]
size = 40%
[file ssd]
path = $swap_path"
	ran 'setup, changed' 'systemctl daemon-reload' 'systemctl start vswap.service' 'systemctl reload vswap.service'
	on_machine setup --yes
	check 'setup, encrypt, again' equal "$(tail -n 2 "$tmp/out")" "All is set up: nothing is to be done
${later}systemctl restart vswap"
	on_machine setup --yes --json
	check 'setup, encrypt, again, JSON' equal "$(<"$tmp/err")" "vswapctl: ${later}systemctl restart vswap"
	mkdir -p "$machine/sys/module/vswap/parameters"
	echo Y >"$machine/sys/module/vswap/parameters/encrypt"
	on_machine setup --yes
	check 'setup, encrypts already' equal "$(tail -n 1 "$tmp/out")" 'All is set up: nothing is to be done'
	rm -r "$machine/sys/module/vswap"
	on_machine setup --undo --dry-run
	check 'undo, dry: plan' equal "$(<"$tmp/out")" " 1. write what was in /etc/vswap.conf before
 2. switch swap on /dev/vswap0 off
 3. disable vswap.service
 4. delete /etc/vswap.conf
 5. delete the swap file $swap_path"
	ran 'undo, dry' ''
	on_machine setup --undo --yes
	check 'undo: status' equal "$status" 0
	check 'undo: stderr' empty "$tmp/err"
	check 'undo: the steps' equal "$(grep '^[0-9] of ' "$tmp/out")" "1 of 5: write what was in /etc/vswap.conf before
2 of 5: switch swap on /dev/vswap0 off
3 of 5: disable vswap.service
4 of 5: delete /etc/vswap.conf
5 of 5: delete the swap file $swap_path"
	ran 'undo' 'swapoff /dev/vswap0' 'systemctl stop vswap.service' 'systemctl disable vswap.service'
	check 'undo: as it was' diff "$tmp/before" <(state)
	check 'undo: no folder is left' test ! -e "$machine/var/lib/vswap"
	machine_does 'undo, twice' 0 'Nothing is to be undone' '' setup --undo --yes

	# Others' files stay.
	on_machine setup --yes --size 3M --file /srv/my.swap
	is_set_up 'setup, by options' /srv/my.swap
	echo '# mine' >>"$machine/etc/vswap.conf"
	swap_file "$machine/srv/my.swap"
	on_machine setup --undo --yes
	check 'undo, changed: status' equal "$status" 0
	check 'undo, changed: said' grep -qx '/etc/vswap.conf was changed since, and stays' "$tmp/out"
	check 'undo, changed: file, said' grep -qx "The swap file isn't the one that was made, and stays" "$tmp/out"
	check 'undo, changed: conf stays' grep -q mine "$machine/etc/vswap.conf"
	check 'undo, changed: file stays' test -e "$machine/srv/my.swap"

	# By a vswap.conf that is there: for many machines.
	set_up_machine ext4
	conf '[pool]' '[file a]' 'size = 2M'
	cp "$machine/etc/vswap.conf" "$tmp/conf"
	on_machine setup --yes
	is_set_up 'setup, by conf' /var/lib/vswap/a.swap
	check 'setup, by conf: it stays' cmp "$tmp/conf" "$machine/etc/vswap.conf"
	on_machine setup --yes --no-file
	on_machine setup --undo --yes
	check 'undo, by conf: it is back' cmp "$tmp/conf" "$machine/etc/vswap.conf"
	check 'undo, by conf: no copy is left' equal "$(find "$machine/var" -type f)" ''

	# What is there is used.
	set_up_machine ext4
	mkdir -p "$machine/var/lib/vswap"
	swap_file "$machine$swap_path"
	on_machine setup --yes
	is_set_up 'setup, a file is there'
	on_machine setup --dry-run --size 600M
	check 'setup, a smaller file is there' equal "$(tail -n 1 "$tmp/out")" "Note: $swap_path is there already, and \
keeps its size, 2M; to have it grow, when this is done: vswapctl backend resize ssd 600M"
	on_machine setup --dry-run --size 1M
	check 'setup, a larger file is there' equal "$(tail -n 1 "$tmp/out")" "Note: $swap_path is there already, and \
keeps its size, 2M: it can't shrink"
	on_machine setup --dry-run --size 2M
	check 'setup, such a file is there' equal "$(grep Note "$tmp/out")" ''
	on_machine setup --undo --yes
	check 'undo, a file was there: stays' test -e "$machine$swap_path"

	# Without systemd.
	set_up_machine ext4
	rm -r "$machine/run"
	on_machine setup --yes --no-file
	check 'setup, no systemd: status' equal "$status" 0
	ran 'setup, no systemd' 'modprobe vswap backends=zswap autostart=0 zswap_max_pool_mb=16 checksum=none discard=none encrypt=N require_all=N swapin=cache virtual_gb=0 zswap_allocator=auto zswap_charge=N zswap_cold_compressor=none zswap_compressor=lz4 zswap_high_percent=97 zswap_idle_seconds=0 zswap_max_pool=fixed zswap_low_percent=95 zswap_max_page_percent=75 zswap_packed_writeback=Y zswap_shrinker=N' \
		'swapon -p 100 /dev/vswap0'
}

# Said while it is empty: later btrfs wouldn't take it.
test_setup_btrfs() {
	set_up_machine btrfs
	FAKE_BTRFS=1 on_machine setup --yes --size 2M
	is_set_up 'setup, btrfs'
	# FS_NOCOW_FL, besides what it had
	check 'setup, btrfs: not copied on write' equal "$(<"$tmp/log")" 'flags=0x880000 size=0'
}

# setup_json NAME STATUS JSON ARG...: nothing else on stdout, whatever the programs print
setup_json() {
	local name=$1 code=$2 json=$3
	shift 3
	on_machine setup "$@" --json
	check "setup --json, $name: status" equal "$status" "$code"
	check "setup --json, $name" equal "$(jq -c . "$tmp/out")" "$json"
}

# For programs that run it on many machines, and have to know whether anything was changed.
test_setup_json() {
	local conf='"change":"written","path":"/etc/vswap.conf","text":"# By vswapctl setup; see vswap.conf(5). After a change: vswapctl reload\n\n[pool]\nsize = 25%\n\n[file ssd]\npath = /var/lib/vswap/ssd.swap\nsize = 2M\n"'
	local steps="[{\"change\":\"made\",\"path\":\"$swap_path\",\"bytes\":2097152},{$conf},{\"change\":\"unit enabled\",\"unit\":\"vswap.service\"},{\"change\":\"swapped on\"}]"
	local back='[{"change":"undone","text":"switch swap on /dev/vswap0 off"},{"change":"undone","text":"disable vswap.service"},{"change":"undone","text":"delete /etc/vswap.conf"},{"change":"undone","text":"delete the swap file /var/lib/vswap/ssd.swap"}]'
	set_up_machine ext4
	sed -i '2i echo "systemctl has something to say"' "$tmp/bin/systemctl"
	setup_json 'dry run' 0 "{\"plan\":$steps,\"notes\":[]}" --dry-run --size 2M
	setup_json 'done' 0 "{\"changes\":$steps}" --yes --size 2M
	check 'setup --json: what programs print' grep -q 'something to say' "$tmp/err"
	setup_json 'again' 0 '{"changes":[]}' --yes
	setup_json 'undo, dry run' 0 "{\"plan\":$back}" --undo --dry-run
	setup_json 'undo' 0 "{\"changes\":$back}" --undo --yes
	setup_json 'undo, again' 0 '{"changes":[]}' --undo --yes
	on_machine setup --yes --size 2M
	echo '# mine' >>"$machine/etc/vswap.conf"
	swap_file "$machine$swap_path"
	back=$(jq -c '(.[2], .[3]).change = "kept"' <<<"$back")
	setup_json 'undo, changed' 0 "{\"changes\":$back}" --undo --yes
	rm "$machine/etc/vswap.conf" "$machine$swap_path"
	program mkswap 1
	setup_json 'failed' 1 "{\"error\":\"$swap_path: mkswap failed\"}" --yes --size 2M
	set_up_machine ext4
	program systemctl 1
	setup_json 'failed later' 1 "{\"error\":\"systemctl enable vswap.service failed\",\"changes\":$(
		jq -c '.[:2]' <<<"$steps")}" --yes --size 2M
	echo '/dev/sda2 partition 10240 0 -2' >>"$machine/proc/swaps"
	on_machine setup --json --dry-run
	check 'setup --json: notes' jq -e '.notes == ["/dev/sda2 (10M) stays, for what vswap has no room for"]' "$tmp/out"
}

# zram of zram-generator and of zram-tools
with_zram() {
	set_up_machine ext4
	mkdir -p "$machine"/{run/systemd/generator,etc/systemd/system/multi-user.target.wants}
	touch "$machine/run/systemd/generator/dev-zram0.swap"
	ln -s /dev/null "$machine/etc/systemd/system/multi-user.target.wants/zramswap.service"
	echo "$zram_on" >>"$machine/proc/swaps"
}

test_setup_zram() {
	with_zram
	plan zram --no-file
	on_machine setup --yes --no-file
	check 'setup, zram: status' equal "$status" 0
	ran 'setup, zram' 'systemctl enable vswap.service' 'systemctl daemon-reload' 'systemctl restart vswap.service' \
		'systemctl stop dev-zram0.swap' 'systemctl mask dev-zram0.swap' 'systemctl stop zramswap.service' \
		'systemctl disable zramswap.service'
	rm "$machine/etc/systemd/system/multi-user.target.wants/zramswap.service"
	on_machine setup --yes --no-file
	ran 'setup, zram, twice' ''
	on_machine setup --undo --yes
	ran 'undo, zram' 'systemctl enable --now zramswap.service' 'systemctl unmask dev-zram0.swap' \
		'systemctl start dev-zram0.swap' 'swapoff /dev/vswap0' 'systemctl stop vswap.service' 'systemctl disable vswap.service'
	set_up_machine ext4
	echo "$zram_on" >>"$machine/proc/swaps"
	plan zram-by-hand --no-file
	# systemctl says that it is stopped, and it isn't.
	with_zram
	sed -i '/^stop:dev-zram0/d' "$tmp/bin/systemctl"
	on_machine setup --yes --no-file
	check 'setup, zram stays: status' equal "$status" 1
	check 'setup, zram stays: said' equal "$(<"$tmp/err")" \
		'vswapctl: /dev/zram0 stays on, after systemctl stop dev-zram0.swap; free memory or add swap, and try again'
	fake_systemctl
	on_machine setup --yes --no-file
	check 'setup, zram went: status' equal "$status" 0
	check 'setup, zram went: masked' test -L "$machine/etc/systemd/system/dev-zram0.swap"
}

test_setup_failures() {
	local name
	for name in fallocate mkswap systemctl; do
		set_up_machine ext4
		state >"$tmp/before"
		program $name 1
		on_machine setup --yes --size 2M
		check "setup, $name fails: status" equal "$status" 1
		check "setup, $name fails: one line" lines "$tmp/err" 1
		check "setup, $name fails: nothing half done" test ! -e "$machine$swap_path.new"
		fake_systemctl
		on_machine setup --undo --yes
		check "setup, $name fails: undone" diff "$tmp/before" <(state)
	done
	set_up_machine ext4
	state >"$tmp/before"
	on_machine setup --yes --size 2M
	program systemctl 1
	on_machine setup --undo --yes
	check 'undo, no stop: status' equal "$status" 1
	check 'undo, no stop: said' equal "$(<"$tmp/err")" 'vswapctl: systemctl stop vswap.service failed'
	check 'undo, no stop: the file stays' test -e "$machine$swap_path"
	fake_systemctl
	on_machine setup --undo --yes
	check 'undo, then it goes on' diff "$tmp/before" <(state)
}

# used_file PATH: it is one of the backends
used_file() {
	cp -rT "$tmp/loaded" "$conf_sysfs"
	echo 'ssd zswap' >"$conf_sysfs/backends"
	files "$conf_sysfs/backend/ssd" <<-END
		type swapfile
		path $1
	END
}

# Swap that can't go: the undoing ends there, and goes on when it can.
test_setup_stays_on() {
	local stays='vswapctl: /dev/vswap0 stays on:'
	set_up_machine ext4
	state >"$tmp/before"
	on_machine setup --yes --size 2M
	state >"$tmp/first"
	cp "$machine/var/lib/vswap/setup" "$tmp/record"
	: >"$tmp/ran"
	sed -i 's,^/dev/vswap0 .*,/dev/vswap0 partition 9000000 8000000 100,' "$machine/proc/swaps"
	on_machine setup --undo --yes
	check 'undo, no room: status' equal "$status" 1
	check 'undo, no room: one line' lines "$tmp/err" 1
	check 'undo, no room: said' grep -q "^$stays what is swapped there, 7.6G, needs .* free memory or add swap, and try again\$" "$tmp/err"
	check 'undo, no room: the record' cmp "$tmp/record" "$machine/var/lib/vswap/setup"
	check 'undo, no room: the file stays' test -e "$machine$swap_path"
	ran 'undo, no room' ''
	setup_json 'undo, no room' 1 "$(jq -nc --arg text "$(sed 's/^vswapctl: //; s/8.6G free/N free/' "$tmp/err")" '{error: $text}')" --undo --yes
	sed -i 's,^/dev/vswap0 .*,/dev/vswap0 partition 1000 0 100,' "$machine/proc/swaps"
	# Nor is it believed that says so.
	program swapoff 0
	on_machine setup --undo --yes
	check 'undo, still on: status' equal "$status" 1
	check 'undo, still on: said' equal "$(<"$tmp/err")" \
		"$stays vswapctl stop says why; free memory or add swap, and try again"
	check 'undo, still on: nothing changes' diff "$tmp/first" <(state)
	fake_systemctl
	on_machine setup --undo --yes
	check 'undo, room again: status' equal "$status" 0
	check 'undo, room again' diff "$tmp/before" <(state)

	# Swap is on, and the record doesn't know of it: what is still to be undone goes.
	set_up_machine ext4
	state >"$tmp/before"
	on_machine setup --yes --size 2M
	sed -i '/^start/d; /^enable/d' "$machine/var/lib/vswap/setup"
	rm "$machine/etc/systemd/system/sysinit.target.wants/vswap.service"
	: >"$tmp/ran"
	on_machine setup --yes --pool 30%
	check 'setup, on, not enabled: status' equal "$status" 0
	ran 'setup, on, not enabled' 'systemctl enable vswap.service' 'systemctl daemon-reload' \
		'systemctl start vswap.service' 'systemctl reload vswap.service'
	used_file "$swap_path"
	on_machine setup --undo --yes
	check 'undo, not recorded: status' equal "$status" 0
	ran 'undo, not recorded' 'systemctl disable vswap.service' 'swapoff /dev/vswap0' 'systemctl stop vswap.service'
	check 'undo, not recorded' diff "$tmp/before" <(state)

	# It was on before, by a vswap.conf that is back: it goes on without the file.
	set_up_machine ext4
	conf '[pool]'
	echo '/dev/vswap0 partition 1000 0 100' >>"$machine/proc/swaps"
	state >"$tmp/before"
	on_machine setup --yes --size 2M
	used_file "$swap_path"
	sed -i "/^esac/i reload:vswap.service) rm -r '$conf_sysfs/backend/ssd' ;;" "$tmp/bin/systemctl"
	: >"$tmp/ran"
	on_machine setup --undo --yes
	check 'undo, was on before: status' equal "$status" 0
	ran 'undo, was on before' 'systemctl disable vswap.service' 'systemctl start vswap.service' \
		'systemctl reload vswap.service' 'systemctl start vswap.service' 'systemctl reload vswap.service'
	check 'undo, was on before' diff "$tmp/before" <(state)
}

# killed_by N PROGRAM: the N-th program that setup runs kills it, before or after it has done
# its work
killed_by() {
	local wanted=$1 when=$2 name
	echo 0 >"$tmp/count"
	for name in fallocate mkswap systemctl; do
		[[ -e $tmp/bin/$name.real ]] || mv "$tmp/bin/$name" "$tmp/bin/$name.real"
		cat >"$tmp/bin/$name" <<-END
			#!/bin/sh
			n=\$((\$(cat "$tmp/count") + 1))
			echo \$n >"$tmp/count"
			[ \$n.$when != $wanted.before ] || kill -9 \$PPID
			[ \$n.$when != $wanted.before ] || exit 1
			"$tmp/bin/$name.real" "\$@" || exit
			[ \$n.$when != $wanted.after ] || kill -9 \$PPID
		END
		chmod +x "$tmp/bin/$name"
	done
}

not_killed() {
	killed_by 0 never
}

# Wherever it ends, setup goes on and undo takes all back.
test_setup_interrupted() {
	local n when
	with_zram
	rm "$machine/etc/systemd/system/multi-user.target.wants/zramswap.service"
	on_machine setup --yes --size 2M
	state | grep -v '/setup ' >"$tmp/whole"
	for when in before after; do
		for ((n = 1; ; n++)); do
			with_zram
			rm "$machine/etc/systemd/system/multi-user.target.wants/zramswap.service"
			state >"$tmp/before"
			killed_by $n $when
			{ on_machine setup --yes --size 2M; } 2>/dev/null
			((status)) || break
			not_killed
			cp -a "$machine" "$tmp/half"
			on_machine setup --yes --size 2M
			check "setup, killed $when $n: goes on" equal "$status" 0
			check "setup, killed $when $n: whole" diff "$tmp/whole" <(state | grep -v '/setup ')
			on_machine setup --undo --yes
			check "setup, killed $when $n: undone afterwards" diff "$tmp/before" <(state)
			rm -rf "$machine"
			mv "$tmp/half" "$machine"
			on_machine setup --undo --yes
			check "setup, killed $when $n: undo" equal "$status" 0
			check "setup, killed $when $n: undone" diff "$tmp/before" <(state)
		done
		check "setup, killed $when: so many times" equal "$n" 8
	done
	for when in before after; do
		for ((n = 1; ; n++)); do
			with_zram
			rm "$machine/etc/systemd/system/multi-user.target.wants/zramswap.service"
			state >"$tmp/before"
			on_machine setup --yes --size 2M
			killed_by $n $when
			{ on_machine setup --undo --yes; } 2>/dev/null
			((status)) || break
			not_killed
			on_machine setup --undo --yes
			check "undo, killed $when $n: goes on" equal "$status" 0
			check "undo, killed $when $n: undone" diff "$tmp/before" <(state)
		done
		check "undo, killed $when: so many times" equal "$n" 5
	done
}

test_setup() {
	local vswapctl=$tmp/fake/vswapctl
	test_setup_plans
	test_setup_refusals
	test_setup_does
	test_setup_btrfs
	test_setup_json
	test_setup_zram
	test_setup_failures
	test_setup_stays_on
	test_setup_interrupted
	rm -rf "${tmp:?}/bin"
	unset VSWAP_CONTROL
}
