# fish completion for hostdnsd: the flags and keys that hostdnsd -h lists.

function __hostdnsd_offer
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l help ($program -h 2>/dev/null)
    set -l key (string replace -rf '=.*' '' -- (commandline -ct))
    switch $words[-1]
        case -c
            __fish_complete_path (commandline -ct)
        case -l
        case -o
            if test -z "$key"
                printf '%s\n' $help | string replace -rf '^  ([a-z].*=)VALUE +(.*)' '$1\t$2'
            else if printf '%s\n' $help | string match -qr "^  $key=.*\\(default (yes|no)\\)"
                printf '%s\n' $key=yes $key=no
            end
        case '*'
            printf '%s\n' $help | string replace -rf '^  (-\S)(?: [A-Z=]+)? +(.*)' '$1\t$2'
    end
end

complete -c hostdnsd -f -a '(__hostdnsd_offer)'
