# fish completion for vswapctl
# SPDX-License-Identifier: GPL-2.0
# What a word can become is vswapctl's to say: it has the tables.

function __vswapctl_complete
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	set -e words[1]
	for line in (vswapctl __complete $words "$current" 2>/dev/null)
		switch $line
			case ':files'
				__fish_complete_path "$current"
			case ':*'
				# a blank is taken back by the next comma
			case '*'
				echo $line
		end
	end
end

complete -c vswapctl -f -a '(__vswapctl_complete)'
