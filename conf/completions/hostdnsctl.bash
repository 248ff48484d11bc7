# bash completion for hostdnsctl.

_hostdnsctl() {
    local words cur
    read -ra words <<< "${COMP_LINE:0:COMP_POINT}x"
    cur=${words[-1]%x}
    case ${words[-2]} in
    -s) compopt -o default ;; # a socket
    flush) COMPREPLY=($(compgen -A hostname -- "$cur")) ;;
    log) COMPREPLY=($(compgen -W "error warning info debug" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "-s -h -V status stats flush reload log stop" -- "$cur")) ;;
    esac
}

complete -F _hostdnsctl hostdnsctl
