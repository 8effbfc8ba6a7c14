# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# vswapctl stats --prometheus, the units and the rules that go with it. A part of
# tests/vswapctl/run, whose functions and variables these are.

# shellcheck disable=SC2154  # of tests/vswapctl/run

# metrics NAME: of the tree, into $tmp/metrics as JSON; compared with what stats --json says
metrics() {
	run stats --json
	cp "$tmp/out" "$tmp/stats"
	VSWAP_ROOT=$tmp/machine run stats --prometheus
	check "metrics, $1: status" equal "$status" 0
	check "metrics, $1: stderr" empty "$tmp/err"
	check "metrics, $1: format and values" metrics_are_right
	if command -v promtool >/dev/null; then
		check "metrics, $1: promtool" promtool check metrics <"$tmp/out"
	fi
}

metrics_are_right() {
	"$here/metrics.py" "$tmp/out" "$tmp/stats" >"$tmp/metrics"
}

metric() {
	jq -r --arg name "$1" '.[$name]' "$tmp/metrics"
}

test_metrics() {
	system
	tree_both
	metrics both
	check 'metrics: of an area' equal "$(metric vswap_used_bytes) $(metric vswap_pages_out_total)" \
		'1073741824 400000'
	check 'metrics: of a backend' equal "$(metric 'vswap_backend_packed_blocks_bytes{backend="ssd"}')" 32768000
	check 'metrics: state' equal "$(metric 'vswap_backend_state{backend="ssd",state="on"}') $(metric \
		'vswap_backend_state{backend="ssd",state="failed"}') $(metric vswap_degraded)" '1 0 0'
	check 'metrics: info' equal "$(metric 'vswap_backend_info{backend="zswap",type="zswap",compressor="lz4",path=""}')" 1
	set_file backend/ssd/state failed
	metrics failed
	check 'metrics: failed' equal "$(metric 'vswap_backend_state{backend="ssd",state="on"}') $(metric \
		'vswap_backend_state{backend="ssd",state="failed"}') $(metric vswap_degraded)" '0 1 1'
	set_file state off
	set_file priority -1
	metrics off
	check 'metrics: off' equal "$(metric vswap_on) $(metric vswap_priority)" '0 -1'
	tree_area
	metrics 'no backends'
	tree_both
	rm "$tmp/sysfs/pages_out" "$tmp/sysfs/backend/ssd/state"
	set_file pages_in 18446744073709551615
	set_file backend/ssd/path $'/a "b"\\c\377'
	metrics odd
	check 'metrics: what is not there' equal "$(metric vswap_pages_out_total)" null
	check 'metrics: large' equal "$(metric vswap_pages_in_total)" 18446744073709551615
	check 'metrics: odd labels' equal "$(grep -c $'path="/a \\\\"b\\\\"\\\\\\\\c\xef\xbf\xbd"' "$tmp/out")" 1
	rm -r "$tmp/sysfs"
	run stats --prometheus
	check 'metrics, not loaded: status' equal "$status" 0
	check 'metrics, not loaded' equal "$("$here/metrics.py" "$tmp/out")" '{"vswap_loaded": "0"}'
}

test_metrics_file() {
	local file=$tmp/textfile/vswap.prom
	rm -rf "$tmp/textfile"
	mkdir "$tmp/textfile"
	echo old >"$file"
	tree_both
	run stats --prometheus
	cp "$tmp/out" "$tmp/wanted"
	(umask 077; run stats --prometheus --file "$file"; equal "$status" 0 && empty "$tmp/out")
	check 'metrics, to a file: status' equal "$?" 0
	check 'metrics, to a file' diff "$tmp/wanted" "$file"
	check 'metrics, to a file: others can read it' equal "$(stat -c %a "$file")" 644
	check 'metrics, to a file: nothing else' equal "$(ls "$tmp/textfile")" vswap.prom
	set_file pages_out rubbish
	run stats --prometheus --file "$file"
	check 'metrics, failed: status' equal "$status" 1
	check 'metrics, failed: the file stays' diff "$tmp/wanted" "$file"
	check 'metrics, failed: nothing else' equal "$(ls "$tmp/textfile")" vswap.prom
	tree_both
	expect_failure 'metrics, no such folder' 1 \
		"vswapctl: cannot write $tmp/none/x.prom: No such file or directory" \
		stats --prometheus --file "$tmp/none/x.prom"
	expect_usage 'metrics: a file of other things' '--file needs --prometheus' stats --file x
	expect_usage 'metrics: not in JSON' '--prometheus excludes --bytes, --interval and --json' \
		stats --prometheus --json
}

# Names in the rules and in the documentation are those that are printed
test_metrics_named() {
	local rules=$top/packaging/prometheus/vswap-alerts.yml name unit
	local dashboard=$top/packaging/prometheus/vswap-dashboard.json
	tree_both
	run stats --prometheus
	while read -r name; do
		check "$name is a metric" grep -q "^# TYPE $name " "$tmp/out"
	done < <(cat "$rules" "$dashboard" "$top/docs/monitoring.md" | grep -oE '\bvswap_[a-z_]+[a-z]\b' | sort -u)
	while read -r name; do
		check "docs/monitoring.md has $name" grep -q "^| \`$name\`" "$top/docs/monitoring.md"
	done < <(grep -oE '^vswap_(backend_)?(info|state|loaded|degraded|on|stored_bytes|memory_[a-z]+_bytes)\b' \
		"$tmp/out" | sort -u)
	check 'rules: each alert has what it takes' equal "$(grep -c -- '- alert:' "$rules")" \
		"$(grep -c ' summary: ' "$rules")"
	check 'dashboard: panels' jq -e '.panels | length > 5 and ([.[].id] | unique | length) == length and
		all(.targets | length > 0)' "$dashboard"
	# Grafana puts a time in place of its variable; promtool reads expressions in rules.
	{
		printf 'groups:\n- name: dashboard\n  rules:\n'
		jq -r '.panels[].targets[].expr | sub("\\$__rate_interval"; "1m") |
			"  - record: x\n    expr: \(tojson)"' "$dashboard"
	} >"$tmp/dashboard.yml"
	check 'dashboard: expressions' test "$(grep -c expr: "$tmp/dashboard.yml")" -gt 10
	if command -v promtool >/dev/null; then
		check 'dashboard: promtool' promtool check rules "$tmp/dashboard.yml"
		check 'rules: promtool' promtool check rules "$rules"
	fi
	command -v systemd-analyze >/dev/null || return 0
	for unit in service timer; do
		sed 's,/usr/bin/vswapctl,/bin/true,' "$top/debian/vswapctl.vswap-metrics.$unit" \
			>"$tmp/vswap-metrics.$unit"
	done
	check 'units' equal "$(systemd-analyze verify --man=no "$tmp"/vswap-metrics.{service,timer} 2>&1 |
		grep vswap-metrics)" ''
}

test_prometheus() {
	test_metrics
	test_metrics_file
	test_metrics_named
}
