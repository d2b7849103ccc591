#compdef espalier
# SPDX-License-Identifier: GPL-2.0-only
# Completion of espalier for zsh. What verbs and options there are is filled in while building.

_espalier_interfaces()
{
	local -a interfaces=(/sys/class/net/*(N:t))

	compadd -a interfaces
}

_espalier_models()
{
@ZSH-MODELS@

	compadd "$@" -a models
}

_espalier_options()
{
	case $1 in
@ZSH@
	esac
}

_espalier()
{
	local context state state_descr line
	typeset -A opt_args
	local -a verbs=(
@ZSH-VERBS@
	)

	if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
		_describe -t verbs verb verbs
		_espalier_interfaces
		return
	fi
	if ((CURRENT == 3)) && [[ $words[2] == help ]]; then
		_describe -t verbs verb verbs
		return
	fi
	if ((CURRENT > 2)) && (($+verbs[(r)$words[2]:*])); then
		shift words
		((CURRENT--))
		_espalier_options $words[1]
	else
		_espalier_options show
	fi
}

_espalier "$@"
