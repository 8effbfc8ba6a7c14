# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A system whose vswap.conf is wrong comes up without swap. Mended, it hibernates.

# shellcheck disable=SC2034,SC2154  # of lib.sh, main

came_up_without_swap() {
	line=$(grep -n sizes /etc/vswap.conf | cut -d : -f 1)
	! swap_is_on || die "swap is on, by a wrong vswap.conf"
	[ "$(state_of ActiveState)" = failed ] || die "the unit hasn't failed"
	systemctl status vswap.service >/run/status || true
	cat /run/status
	grep -q "/etc/vswap.conf:$line: .*sizes" /run/status || die "the status doesn't say where"
	sed -i /sizes/d /etc/vswap.conf
	systemctl start vswap.service || die "mended, and it doesn't start"
}

# By README, "Hibernation"; resume= is on the kernel's command line.
hibernate() {
	say "resume= has come to $(cat /sys/power/resume)"
	swapon -p 1 /dev/vdb || die "swapon /dev/vdb"
	cat /sys/block/vdb/dev >/sys/power/resume
	goes_down hibernate || die "systemctl hibernate"
	# It only asks for it.
	until dmesg | grep -q 'hibernation exit'; do
		[ "$(state_of ActiveState systemd-hibernate.service)" != failed ] ||
			die "$(systemctl status systemd-hibernate.service)"
		sleep 1
	done
}

# What is said from hibernate on is said by the system that resumed.
life_hibernate() {
	came_up_without_swap
	keep_a_file
	hold vswap-stress --anon "$large"
	version=$(cat "$numbers/version")
	is_well "$version"
	boot=$(cat /proc/sys/kernel/random/boot_id)
	hibernate
	life=resume
	[ "$(cat /proc/sys/kernel/random/boot_id)" = "$boot" ] || die "another system"
	is_well "$version"
	vswapctl status || die "the status"
	let_go "$held"
	kept_is_good
	# Pages go out and come in as before.
	hold vswap-stress --anon "$large"
	let_go "$held"
	ends_well poweroff
}
