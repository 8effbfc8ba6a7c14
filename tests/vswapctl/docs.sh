# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Commands of the documents, as somebody would type them, on a machine that has nothing: they
# may fail there, but not for how they are written. A part of tests/vswapctl/run.

# shellcheck disable=SC2154  # of tests/vswapctl/run

test_docs() {
	local file line words seen=0
	while IFS=: read -r file line; do
		line=${line%%[#|]*}
		line=${line#*vswapctl }
		read -ra words <<<"$line"
		# It would never end.
		[[ ${words[0]} != events ]] || words+=(--help)
		seen=$((seen + 1))
		status=0
		# Nothing that setup would call is found, and nothing that it would look at.
		PATH=$tmp/nothing VSWAP_ROOT=$tmp/nothing VSWAP_SYSFS=$tmp/nothing VSWAP_CONTROL=$tmp/nothing \
			"$vswapctl" "${words[@]}" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
		check "$file: vswapctl $line" test "$status" != 2
	done < <(cd "$top" && grep -oE '^    (sudo )?vswapctl [a-z].*' README.md docs/*.md)
	check "commands in README and docs" test "$seen" -ge 30
}
