# bash completion for hostdnsctl: the flags, commands and words that hostdnsctl -h lists.

_hostdnsctl() {
    local help words cur i said=() offered
    help=$("$1" -h 2>/dev/null) || return
    read -ra words <<< "${COMP_LINE:0:COMP_POINT}x" # whole words
    cur=${words[-1]%x}
    case ${words[-2]} in
    -s)
        compopt -o default # a socket
        return
        ;;
    --interval) return ;;
    esac
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
        -s | --interval) ((i++)) ;;
        -*) ;;
        *) said+=("${words[i]}") ;;
        esac
    done
    if [[ $cur == -* ]]; then
        offered=$(sed -n 's/^  \(-[^ ,]*\),\{0,1\} \(--[^ ]*\)\{0,1\}.*/\1 \2/p' <<< "$help")
    elif [[ ${#said[@]} -eq 0 ]]; then
        offered=$(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' <<< "$help")
    elif [[ ${#said[@]} -eq 1 && ${said[0]} != *[^a-z]* ]]; then
        offered=$(sed -n "s/^  ${said[0]} \[\{0,1\}\([a-z|]*\)\]\{0,1\} .*/\1/p" <<< "$help")
    fi
    COMPREPLY=($(compgen -W "${offered//|/ }" -- "$cur"))
}

complete -F _hostdnsctl hostdnsctl
