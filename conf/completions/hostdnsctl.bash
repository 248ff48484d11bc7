# bash completion for hostdnsctl: the flags, commands and words that hostdnsctl -h lists.

_hostdnsctl() {
    local help words cur before argument
    help=$("$1" -h 2>/dev/null) || return
    read -ra words <<< "${COMP_LINE:0:COMP_POINT}x" # whole words
    cur=${words[-1]%x} before=${words[-2]}
    if [[ $before == -s ]]; then
        compopt -o default # a socket
    elif [[ $before == [a-z]* && ${#words[@]} -gt 2 ]] && grep -q "^  $before " <<< "$help"; then
        argument=$(sed -n "s/^  $before \[\{0,1\}\([A-Za-z|]*\).*/\1/p" <<< "$help")
        case $argument in
        NAME) COMPREPLY=($(compgen -A hostname -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "${argument//|/ }" -- "$cur")) ;;
        esac
    else
        COMPREPLY=($(compgen -W "$(sed -n 's/^  \(-\{0,1\}[a-zA-Z][a-z]*\) .*/\1/p' <<< "$help")" -- "$cur"))
    fi
}

complete -F _hostdnsctl hostdnsctl
