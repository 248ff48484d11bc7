# bash completion for hostdnsd: the flags and keys that hostdnsd -h lists.

_hostdnsd() {
    local help words cur flag
    help=$("$1" -h 2>/dev/null) || return
    read -ra words <<< "${COMP_LINE:0:COMP_POINT}x" # whole words; bash splits them at "="
    cur=${words[-1]%x} flag=${words[-2]}
    case $flag in
    -c)
        compopt -o default # a file
        ;;
    -l) ;;
    -o)
        if [[ $cur != *=* ]]; then
            compopt -o nospace
            COMPREPLY=($(compgen -W "$(sed -n 's/^  \([a-z].*=\)VALUE .*/\1/p' <<< "$help")" -- "$cur"))
        elif grep -q "^  ${cur%%=*}=.*(default \(yes\|no\))" <<< "$help"; then
            COMPREPLY=($(compgen -W "yes no" -- "${cur#*=}"))
        fi
        ;;
    *)
        COMPREPLY=($(compgen -W "$(sed -n 's/^  \(-.\) .*/\1/p' <<< "$help")" -- "$cur"))
        ;;
    esac
}

complete -F _hostdnsd hostdnsd
