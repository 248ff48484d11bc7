#include "lookup/only_dns.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "dns/localhost.h"
#include "dns/reverse.h"
#include "lookup/hosts_words.h"

/* True if the first label is that of the host's own name. */
static bool is_like_own_name(const struct question *question)
{
    char machine[256] = "";
    size_t len = question->name[0];

    return gethostname(machine, sizeof machine - 1) == 0 && strcspn(machine, ".") == len &&
           strncasecmp(machine, (const char *)question->name + 1, len) == 0;
}

/* `myhostname` knows the host's own name, those of localhost, and a few names of one label,
 * which differ from version to version. */
static bool machine_may_know(const struct question *question)
{
    bool is_one_label = question->name_len == question->name[0] + 2;

    return is_one_label || is_like_own_name(question) ||
           question_is_below(question, LOCALHOST_WIRE) ||
           question_is_below(question, "\13localdomain");
}

/* True if a source other than DNS and `files` may know the name. */
static bool others_may_know(const struct sources *sources, const struct question *question)
{
    if (localhost_is_asked(question))
        return true; /* localhost is answered without DNS */
    if (sources->have_machine && machine_may_know(question))
        return true;
    return sources->have_mdns && question_is_below(question, "\5local");
}

static enum only_dns by_words(enum hosts_words words, enum name_reach reach)
{
    if (words == HOSTS_WORDS_UNKNOWN || words == HOSTS_WORDS_PERHAPS)
        return ONLY_DNS_OR_FILES;
    if (words == HOSTS_WORDS_ABOVE)
        return reach == NAME_EVERYWHERE ? ONLY_DNS_OR_ABOVE : ONLY_DNS_OR_FILES;
    return reach == NAME_EVERYWHERE ? ONLY_DNS : ONLY_DNS_AS_IT_IS;
}

static enum only_dns of_name(const struct sources *sources, const struct question *question)
{
    char text[NAME_TEXT];
    enum name_reach reach = name_to_host(question_name(question), text);

    if (question->name_len == 1)
        return ONLY_DNS_PERHAPS_NOT; /* we know without asking that the root has no address
                                      */
    if (reach == NAME_NOWHERE)
        return ONLY_DNS_AS_IT_IS;
    if (others_may_know(sources, question))
        return ONLY_DNS_PERHAPS_NOT;
    return by_words(sources->have_files ? hosts_words_name(text) : HOSTS_WORDS_ABSENT,
                    reach);
}

/* Minimal mDNS knows addresses of the link: 169.254.0.0/16 and fe80::/10. */
static bool is_of_link(const uint8_t *address, size_t len)
{
    return len == 4 ? address[0] == 169 && address[1] == 254
                    : address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/* For an IPv4-mapped address libc would ask DNS for another name than the client does. */
static enum only_dns of_address(const struct sources *sources, const uint8_t *address,
                                size_t len)
{
    if (sources->have_machine || localhost_has_address(address, len) ||
        (len == 16 && reverse_is_mapped(address)) ||
        (sources->have_mdns && is_of_link(address, len)))
        return ONLY_DNS_PERHAPS_NOT;
    return by_words(sources->have_files ? hosts_words_address(address, len)
                                        : HOSTS_WORDS_ABSENT,
                    NAME_EVERYWHERE);
}

static enum only_dns in_line(const struct sources *sources, const struct question *question)
{
    uint8_t address[16];

    switch (reverse_parse(question_name(question), address)) {
    case REVERSE_NONE:
        return of_name(sources, question);
    case REVERSE_IP4:
        return of_address(sources, address, 4);
    case REVERSE_IP6:
        return of_address(sources, address, 16);
    case REVERSE_JUNK:
        return ONLY_DNS_AS_IT_IS; /* no source but DNS can know such a name */
    default:
        return ONLY_DNS_PERHAPS_NOT;
    }
}

enum only_dns only_dns_knows(const struct sources *sources, const struct question *question)
{
    enum only_dns said;

    if (!sources->are_bounded)
        return ONLY_DNS_PERHAPS_NOT;
    said = in_line(sources, question);
    return sources->has_dns || said == ONLY_DNS_PERHAPS_NOT ? said : ONLY_DNS_OR_FILES;
}
