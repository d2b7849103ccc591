# SPDX-License-Identifier: GPL-2.0-only
# Completion of espalier for bash. What verbs and options there are is filled in while building.

_espalier()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]} verbs options kind words= path name

@BASH-VERBS@
	case " $verbs " in
	*" $verb "*) ((COMP_CWORD > 1)) || verb=show ;;
	*) verb=show ;;
	esac
	case $verb in
@BASH@
	esac
	COMPREPLY=()
	if [[ $word == -* ]]; then
		((COMP_CWORD > 1)) || options+=' --version'
		kind=words words=$options
	elif ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word")
	fi
	case $kind in
	words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word") ;;
	files)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	interfaces) # a name may hold anything but '/' and blanks
		for path in /sys/class/net/"$word"*/ifindex; do
			name=${path%/ifindex} name=${name##*/}
			[[ ! -e $path ]] || COMPREPLY+=("$(printf %q "$name")")
		done
		;;
	esac
}

complete -F _espalier espalier
