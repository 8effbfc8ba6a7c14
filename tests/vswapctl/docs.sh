# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Commands and files of the documents, as somebody would type them, on a machine where each
# should succeed. A part of tests/vswapctl/run, after conf.sh, setup.sh, who.sh,
# advise.sh and latency.sh.

# shellcheck disable=SC2154,SC2034  # of tests/vswapctl/run and its parts

# Swap is on, all is well, and there is a file to add; requests end in the fake module.
docs_on() {
	start_machine
	conf '[pool]' '[file ssd]'
	tree_healthy
	: >"$tmp/sysfs/writeback"
	: >"$tmp/new.swap"
}

# docs_machine COMMAND...: one of 64 GiB on which that makes sense
docs_machine() {
	unset VSWAP_CONTROL
	case "$*" in
	setup*)
		set_up_machine ext4
		# No more of the disk below than it takes.
		program fallocate 0 'for file; do :; done' "$(command -v fallocate) -l 2M \"\$file\""
		sed -i 's/MemTotal: .*/MemTotal: 67108864 kB/' "$machine/proc/meminfo"
		[[ $* != *--undo* ]] || on_machine setup --yes ;;
	doctor*) start_machine ;;
	advise*) advise_full ;;
	who*) holders; export VSWAP_CONTROL=$tmp/places ;;
	unload*)
		start_machine
		loaded ;;
	record*)
		docs_on
		[[ $* != *--compare* ]] || compare_machine
		printf '%s\n' '#!/bin/sh' >"$tmp/bin/make"
		chmod +x "$tmp/bin/make"
		cp "$tmp/bin/make" "$tmp/bin/backup" ;;
	latency*)
		docs_on
		mkdir -p "$machine/proc/4711" "$machine/sys/fs/cgroup/system.slice/docker-ID.scope" \
			"$machine/sys/fs/cgroup/system.slice/nginx.service" ;;
	*) docs_on ;;
	esac
}

# docs_command COMMAND...: as it stands there, but for what has no end, and for paths
docs_command() {
	local words=("${@//\/dev\/nvme0n1p4/$tmp/new.swap}") sysfs=$tmp/sysfs limit=60 program=$vswapctl
	words=("${words[@]//\/srv\/textfile/$tmp}")
	case "$*" in
	record*)
		words=("${words[@]/#.\/backup/backup}")
		words=("${words[@]/#\/tmp\/night.html/$tmp/night.html}")
		words=("${words[@]/#build.json/$tmp/build.json}")
		[[ $* == *--output* ]] || words=(record -o "$tmp/docs.html" "${words[@]:1}")
		rm -f "$tmp/night.html" "$tmp/build.json" "$tmp/docs.html" ;;
	latency*)
		words+=(--interval 1ms --count 1)
		program=$tmp/fake-latency ;;
	*--interval*) words+=(--interval 1ms) ;;
	top) words+=(--interval 1ms --count 1) ;;
	events) limit=1 ;;
	setup* | doctor*) sysfs=$conf_sysfs ;;
	bugreport) words+=(--file "$tmp/docs-report.tar.gz") ;;
	esac
	rm -f "$tmp/docs-report.tar.gz"
	status=0
	echo y | FAKE_FREE=$((1 << 40)) FAKE_MOVE='50000 1 50000' VSWAP_ROOT=$machine VSWAP_RELEASE=9.9-test \
		VSWAP_SYSFS=$sysfs PATH=$tmp/bin:$PATH timeout $limit "$program" "${words[@]}" \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	[[ $* != record* ]] || sed -i -E '/ has it$/d; /: (swapo|mkswap|modprobe)/d' "$tmp/err"
	# Of the one that stands for the kernel.
	[[ $* != latency* ]] || sed -i '/^pid [0-9]/d' "$tmp/err"
	# It is to be ended.
	[[ $* != events || $status != 124 ]] || status=0
}

test_docs_commands() {
	local file line words seen=0
	while IFS=: read -r file line; do
		line=${line%%[#|]*}
		line=${line#*vswapctl }
		read -ra words <<<"$line"
		seen=$((seen + 1))
		docs_machine "${words[@]}"
		docs_command "${words[@]}"
		check "$file: vswapctl $line" equal "$status $(<"$tmp/err")" '0 '
	done < <(cd "$top" && grep -oE '^    (sudo )?vswapctl [a-z].*' README.md docs/*.md)
	check 'commands in README and docs' test "$seen" -ge 30
}

# systemctl VERB UNIT: the unit has what that needs
test_docs_units() {
	local file line unit seen=0
	while IFS=: read -r file line; do
		unit=${line##* }
		[[ $unit == *.timer ]] || unit+=.service
		unit=$(echo "$top"/debian/*."$unit")
		seen=$((seen + 1))
		case $line in
		*' reload '*) check "$file: $line" grep -q '^ExecReload=' "$unit" ;;
		*' restart '*) check "$file: $line" grep -q '^ExecStart=' "$unit" ;;
		*' enable --now '*) check "$file: $line" grep -q '^WantedBy=' "$unit" ;;
		*) check "$file: $line: known to this test" false ;;
		esac
	done < <(cd "$top" && grep -oE '^    (sudo )?systemctl .*' README.md docs/*.md)
	check 'units in README and docs' test "$seen" -ge 4
	for file in README.md docs/guide.md tools/vswapctl/vswapctl.8; do
		check "$file: how swap comes back after unload" grep -q 'systemctl restart vswap' "$top/$file"
	done
}

# There are no others in the guide. What mkswap makes vswapctl takes: on a file.
test_docs_other_commands() {
	local line words
	while read -r line; do
		read -ra words <<<"${line#sudo }"
		truncate -s 2M "$tmp/docs.swap"
		chmod 600 "$tmp/docs.swap"
		check "docs/guide.md: $line: known to this test" equal "${words[0]} ${#words[@]}" 'mkswap 2'
		check "docs/guide.md: $line" "${words[0]}" "$tmp/docs.swap"
	done < <(grep -oE '^    sudo .*' "$top/docs/guide.md" | sed 's/^ *//' | grep -vE '^sudo (vswapctl|systemctl) ')
}

# conf_blocks FILE: each that is a vswap.conf, to $tmp/conf.N; also within the one for Ansible
conf_blocks() {
	rm -f "$tmp"/conf.[0-9]*
	awk -v out="$tmp/conf." '
		/^    / { text = substr($0, 5); sub(/^ +/, "", text) }
		/^    / && text ~ /^\[(area|pool|file [a-z]+)\]$/ && !inside { inside = 1; nr++ }
		!/^    / && NF || /^    (-|sudo)/ || text ~ /^notify:/ { inside = 0 }
		inside && NF { print text >(out nr) }' "$1"
}

test_docs_confs() {
	local file conf seen=0
	start_machine
	sed -i 's/MemTotal: .*/MemTotal: 67108864 kB/' "$machine/proc/meminfo"
	ln -sf "$vswapctl" "$tmp/vswap-generator"
	mkdir -p "$tmp/docs-units"
	for file in README.md docs/guide.md; do
		conf_blocks "$top/$file"
		for conf in "$tmp"/conf.[0-9]*; do
			seen=$((seen + 1))
			cp "$conf" "$machine/etc/vswap.conf"
			check "$file: $(xargs <"$conf")" env VSWAP_ROOT="$machine" \
				"$tmp/vswap-generator" "$tmp/docs-units"
		done
	done
	check 'files in README and guide' test "$seen" -ge 4
}

# From nothing to swap that is checked; what comes next is for who wants to know more.
test_docs_begin() {
	check 'README begins with four commands' equal "$(awk '
		/^    / { nr++; print $1 == "sudo" ? $2 " " $3 : $1 " " $2 }
		nr && !/^    / { exit }' "$top/README.md")" $'make deb\napt install\nvswapctl setup\nvswapctl status'
}

# label_lines: of what vswapctl stats prints before the backends, each line's label
label_lines() {
	sed -nE '/^NAME /q; s/^( *[A-Z]?[a-z]+( [a-z]+)*) {2,}.*/\1/p'
}

test_docs_stats() {
	tree_both
	run stats
	label_lines <"$tmp/out" >"$tmp/labels"
	check 'stats: labels found' test "$(wc -l <"$tmp/labels")" -ge 15
	check "README's sample of stats has its lines" diff "$tmp/labels" \
		<(sed -n '/^    Version  /,/^    NAME /s/^    //p' "$top/README.md" | label_lines)
}

# What the documents say that only root can do
test_docs_root() {
	local command
	MANWIDTH=1000 man -l "$man" | col -bx | sed -n '/for root alone: /{s///;s/\. *$//;p}' | head -1 >"$tmp/for-root"
	for command in setup --dry-run start stop reload load unload writeback 'advise --apply' 'vswapctl backend'; do
		check "vswapctl(8): $command is for root" grep -qF -- "$command" "$tmp/for-root"
	done
}

test_docs() {
	local vswapctl=$tmp/fake/vswapctl
	test_docs_begin
	test_docs_commands
	test_docs_units
	test_docs_other_commands
	test_docs_confs
	test_docs_stats
	test_docs_root
	rm -rf "${tmp:?}/bin"
	unset VSWAP_CONTROL
}
