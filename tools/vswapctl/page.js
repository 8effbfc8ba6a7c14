// Where the pointer is, the numbers of that time stand instead of the largest. The page is XML as
// well, so nothing here has a "less than" or an ampersand in it.
(function () {
	'use strict';
	const data = JSON.parse(document.getElementById('data').textContent);
	const charts = Array.from(document.querySelectorAll('.chart'));

	function size(number) {
		let power = 0;
		for (; number >= 1023.95; power++)
			number /= 1024;
		return number.toFixed(1).replace('.0', '') + 'BKMGTPE'[power];
	}
	function time(ns) {
		let power = 0;
		for (; ns >= 999.5; power++)
			ns /= 1000;
		return ns.toFixed(power === 0 || ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2) + ['ns', 'us', 'ms', 's'][power];
	}
	const formats = {
		bytes: size,
		rate: number => size(number) + '/s',
		percent: number => number.toFixed(number > 0 ? number >= 9.95 ? 0 : 1 : 0) + '%',
		ns: time,
	};
	function find(output) {
		return output.dataset.path.split('/').reduce((at, name) => at[name],
			data.runs[output.dataset.run].series);
	}
	// What is seen at a time stands at the first point that isn't before it.
	function point(run, seconds) {
		return data.runs[run].series.seconds.findIndex(at => at >= seconds);
	}
	function tell(output, seconds) {
		const number = find(output)[point(output.dataset.run, seconds)];
		output.textContent = number === null || number === undefined ? '-' :
			formats[output.dataset.unit](number * output.dataset.scale);
	}
	function show(chart, share) {
		const seconds = chart.dataset.seconds * share;
		const cursor = chart.querySelector('.cursor');
		cursor.setAttribute('d', 'M' + share * 1000 + ',0V100');
		cursor.style.visibility = 'visible';
		chart.querySelector('.at').textContent = ' at ' + seconds.toFixed(1) + ' s';
		chart.querySelectorAll('output').forEach(output => tell(output, seconds));
	}
	function hide(chart) {
		chart.querySelector('.cursor').style.visibility = 'hidden';
		chart.querySelector('.at').textContent = '';
		chart.querySelectorAll('output').forEach(output => { output.textContent = output.dataset.most; });
	}
	charts.forEach(chart => {
		const svg = chart.querySelector('svg');
		chart.querySelectorAll('output').forEach(output => { output.dataset.most = output.textContent; });
		svg.addEventListener('pointermove', event => {
			const box = svg.getBoundingClientRect();
			const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
			charts.forEach(each => show(each, share));
		});
		svg.addEventListener('pointerleave', () => charts.forEach(hide));
	});
}());
