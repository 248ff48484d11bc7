# fish completion for hostdns: the options that hostdns --help all lists, names of the hosts file,
# and record types behind a name or -t.

function __hostdns_offer
    set -l types A AAAA ANY CAA CNAME DNSKEY DS HTTPS LOC MX NAPTR NS PTR SOA SRV SSHFP SVCB TLSA TXT
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l before $words[-1]
    switch $before
        case -p -x -j
            return
        case -f
            __fish_complete_path (commandline -ct)
            return
        case -q
            __fish_print_hostnames
            return
        case -c
            printf '%s\n' IN CH HS
            return
        case --color
            printf '%s\n' auto always never
            return
        case -t
            printf '%s\n' $types
            return
    end
    switch (commandline -ct)
        case '-*' '+*'
            $program --help all 2>/dev/null |
                string replace -rf '^  ([-+][^ =[]*=?)\S*(?: [[A-Za-z]\S*)?  +(.*)' '$1\t$2'
        case '@*'
        case '*'
            __fish_print_hostnames
            if test (count $words) -gt 1; and not string match -qr '^[-+@]' -- $before
                printf '%s\n' $types
            end
    end
end

complete -c hostdns -f -a '(__hostdns_offer)'
