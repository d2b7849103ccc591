# SPDX-License-Identifier: GPL-2.0-only
# Completion of espalier for bash. What verbs, options and models there are is filled in while building.

_espalier()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} front=
	local verb=${COMP_WORDS[1]} verbs models options kind words= path name

	# --option=VALUE: three words where bash parts them at '=', as it does unless told otherwise
	if [[ $word == = ]]; then
		word=
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $word == --*=* ]]; then
		before=${word%%=*} front=$before= word=${word#*=}
	fi
@BASH-VERBS@
@BASH-MODELS@
	case " $verbs help " in
	*" $verb "*) ((COMP_CWORD > 1)) || verb=show ;;
	*) verb=show ;;
	esac
	case $verb in
	help) kind=words words=$verbs options= ;;
@BASH@
	esac
	COMPREPLY=()
	if [[ $word == -* ]]; then
		((COMP_CWORD > 1)) || options+=' --version'
		kind=words words=$options
	elif ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word")
	fi
	if [[ $kind == models && $word == *,* ]]; then
		front=$front${word%,*}, word=${word##*,}
	fi
	case $kind in
	words) mapfile -t COMPREPLY < <(compgen -P "$front" -W "$words" -- "$word") ;;
	models) mapfile -t COMPREPLY < <(compgen -P "$front" -W "$models" -- "$word") ;;
	files)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -P "$front" -f -- "$word")
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
