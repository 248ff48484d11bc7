# fish completion for hostdnsctl: the flags, commands and words that hostdnsctl -h lists.

# The words typed so far that are no options, behind the program.
function __hostdnsctl_said
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if contains -- $word -s --interval
            set skip yes
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

function __hostdnsctl_offer
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l help ($program -h 2>/dev/null)
    set -l said (__hostdnsctl_said)
    switch $words[-1]
        case -s
            __fish_complete_path (commandline -ct)
            return
        case --interval
            return
    end
    if string match -q -- '-*' (commandline -ct)
        printf '%s\n' $help | string replace -rf '^  (-\S*?),? (?:(--\S+)|[A-Z]+)? +(.*)' '$1\t$3\n$2\t$3' |
            string match -r '^-.*'
    else if test (count $said) -eq 0
        printf '%s\n' $help | string replace -rf '^  ([a-z]+) .*?  +(.*)' '$1\t$2'
    else if test (count $said) -eq 1
        printf '%s\n' $help | string replace -rf "^  $said \\[?([a-z|]+)\\]? .*" '$1' | string split '|'
    end
end

complete -c hostdnsctl -f -a '(__hostdnsctl_offer)'
