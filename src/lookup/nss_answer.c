#include "lookup/nss_answer.h"

#include <string.h>

#include "dns/reverse.h"
#include "lookup/addrinfo.h"
#include "lookup/hosts_file.h"
#include "lookup/hosts_words.h"
#include "lookup/libc.h"

int nss_answer_family(uint16_t type)
{
    return type == TYPE_AAAA ? AF_INET6 : AF_INET;
}

/* Adds the addresses of one family, in libc's order; false if there is no room. */
static bool add_addresses(const struct lookup_config *config, struct answer *answer,
                          uint16_t owner, uint16_t type, const struct addrinfo *list)
{
    struct addrinfo_walk walk = addrinfo_walk(list, nss_answer_family(type));
    const void *address;

    while ((address = addrinfo_walk_next(&walk)))
        if (!answer_add_address(answer, owner, type, address, config->local->ttl)) {
            addrinfo_walk_end(&walk);
            return false;
        }
    return true;
}

/* Adds the addresses at the name whose offset is `owner`, or no data. */
static void say_addresses(const struct lookup_config *config,
                          const struct question *question, struct answer *answer,
                          uint16_t owner, const struct addrinfo *list)
{
    unsigned before = answer->count[SECTION_ANSWER];
    uint16_t type = question->type;
    bool done = true;

    answer->source = ANSWER_FROM_HOST;
    if (type == TYPE_A || type == TYPE_ANY)
        done = add_addresses(config, answer, owner, TYPE_A, list);
    if (done && (type == TYPE_AAAA || type == TYPE_ANY) && !config->local->filter_aaaa)
        done = add_addresses(config, answer, owner, TYPE_AAAA, list);
    if (!done)
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER, "too many addresses for a message");
    else
        answer_add_soa(answer, before, owner, config->local->negative_ttl);
}

void nss_answer_addresses(const struct lookup_config *config,
                          const struct question *question, struct answer *answer,
                          const struct addrinfo *list)
{
    say_addresses(config, question, answer, ANSWER_OWNER_QUESTION, list);
}

/* The words are looked at first, because the index of the file costs more. */
static bool needs_dot(const char *text)
{
    return hosts_words_dotted(text) != HOSTS_WORDS_ABSENT && hosts_file_needs_dot(text);
}

/* The text libc is asked. A final dot keeps it from taking the name for an address, and has
 * it find a name that the hosts file writes so: in a message every name is absolute. */
enum name_reach nss_answer_text(const struct question *question,
                                char text[static NAME_TEXT + 1])
{
    enum name_reach reach = name_to_host(question_name(question), text);

    if (reach != NAME_NOWHERE && (name_is_numeric(text) || needs_dot(text)))
        strcat(text, ".");
    return reach;
}

/* libc's canonical name in wire form: its length, or 0 if it is none for DNS. */
static size_t name_of(const struct addrinfo *found, uint8_t name[static NAME_WIRE_MAX])
{
    return found->ai_canonname ? name_from_host(found->ai_canonname, name) : 0;
}

/*
 * True if a CNAME would be true: the canonical name is another one than the asked name, and
 * looked up by itself it is its own canonical name, with the same addresses of both
 * families. A hosts file may give an alias addresses of its own. In a cache a CNAME would
 * then add them to the canonical name, or remove them. The same two lookups decide this for
 * all types.
 */
static bool find_canonical(const struct question *question, const struct addrinfo *found,
                           struct question *canonical)
{
    uint8_t own_name[NAME_WIRE_MAX], address[16];
    char text[NAME_TEXT + 1];
    struct libc_result result;
    size_t own_len;
    bool is_own;

    canonical->name_len = (uint8_t)name_of(found, canonical->name);
    if (canonical->name_len == 0 ||
        name_equal(question_name(canonical), question_name(question)) ||
        reverse_parse(question_name(canonical), address) != REVERSE_NONE ||
        nss_answer_text(canonical, text) != NAME_EVERYWHERE)
        return false;
    result = libc_ask_name(text, AF_UNSPEC, NULL, RESOLVER_PROBE);
    own_len = result.addresses ? name_of(result.addresses, own_name) : 0;
    is_own = own_len > 0 &&
             name_equal((struct name){own_name, own_len}, question_name(canonical)) &&
             addrinfo_same(result.addresses, found);
    libc_free(&result);
    return is_own;
}

/* Adds the addresses, behind a CNAME to the canonical name if that is not NULL. */
static void say_alias(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, const struct addrinfo *list,
                      const struct question *canonical)
{
    uint16_t owner = ANSWER_OWNER_QUESTION, type = question->type;

    if (canonical) {
        answer_add_name(answer, owner, TYPE_CNAME, question_name(canonical),
                        config->local->ttl, &owner);
        answer->source = ANSWER_FROM_HOST;
        if (type == TYPE_CNAME || type == TYPE_ANY)
            return; /* for these types the CNAME is the whole answer */
    }
    say_addresses(config, question, answer, owner, list);
}

/* What a source before DNS has found, which is all there is to know; also for the other
 * family, if there is a twin. */
void nss_answer_owned(const struct lookup_config *config, const struct question *question,
                      struct answer *answer, const struct addrinfo *list,
                      struct twin_answer *twin)
{
    struct question canonical;
    bool is_alias = find_canonical(question, list, &canonical);

    say_alias(config, question, answer, list, is_alias ? &canonical : NULL);
    if (!twin)
        return;
    say_alias(config, &twin->question, &twin->answer, list, is_alias ? &canonical : NULL);
    twin->is_told = true;
}

void nss_answer_none(const struct lookup_config *config, const struct question *question,
                     struct answer *answer, enum rcode rcode)
{
    answer->rcode = (uint16_t)rcode;
    answer_finish(answer, question, config->local->negative_ttl);
}
