# bash completion for hostdns: the options that hostdns --help all lists, names of the hosts file,
# and record types behind a name or -t.

_hostdns() {
    local types="A AAAA ANY CAA CNAME DNSKEY DS HTTPS LOC MX NAPTR NS PTR SOA SRV SSHFP SVCB TLSA TXT"
    local words cur before
    read -ra words <<< "${COMP_LINE:0:COMP_POINT}x" # whole words; bash splits them at "@"
    cur=${words[-1]%x} before=${words[-2]}
    case $before in
    -p | -q | -x | -j) return ;;
    -f)
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$cur"))
        return
        ;;
    -c)
        COMPREPLY=($(compgen -W "IN CH HS" -- "$cur"))
        return
        ;;
    --color)
        COMPREPLY=($(compgen -W "auto always never" -- "$cur"))
        return
        ;;
    -t)
        COMPREPLY=($(compgen -W "$types" -- "$cur"))
        return
        ;;
    esac
    case $cur in
    [-+]* | @)
        COMPREPLY=($(compgen -W "$("$1" --help all 2>/dev/null | sed -n 's/^  \([-+][^ =[]*=\{0,1\}\).*/\1/p')" -- "$cur"))
        ;;
    @*) ;;
    *)
        COMPREPLY=($(compgen -A hostname -- "$cur"))
        [[ ${#words[@]} -eq 2 || $before == [-+@]* ]] ||
            COMPREPLY+=($(compgen -W "$types" -- "$cur"))
        ;;
    esac
}

complete -F _hostdns hostdns
