# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Where Debian's packages come from: the mirrors of this machine's own. Sourced.

apt_indexes() {
	apt-get indextargets --format '$(SITE) $(CODENAME) main' 'Created-By: Packages' \
		'Origin: Debian' 'Component: main'
}

apt_mirror() {
	apt_indexes | awk '$2 !~ /security/ { print $1; exit }'
}

# apt_sources SUITE SITE
apt_sources() {
	case $1 in
	bookworm) apt_indexes | grep -F bookworm | sed 's/^/deb /' | sort -u ;;
	trixie) printf 'deb %s %s main\n' "$2" trixie "$2" trixie-backports ;;
	esac
}
