#include "lookup/lookup.h"

#include <netinet/in.h>
#include <sys/prctl.h>

#include "channel/channel.h"
#include "dns/reverse.h"
#include "lookup/host.h"
#include "lookup/negative.h"
#include "lookup/pool.h"
#include "lookup/resolver.h"
#include "lookup/reverse.h"

/* True if the name is a whole address; `kind` says what else it may be. */
static bool whole_address(const struct question *question, struct reverse_address *address,
                          enum reverse_kind *kind)
{
    *kind = reverse_parse(question->name, question->name_len, address->octets);
    address->family = *kind == REVERSE_IP4 ? AF_INET : AF_INET6;
    address->size = *kind == REVERSE_IP4 ? sizeof(struct in_addr) : sizeof(struct in6_addr);
    return *kind == REVERSE_IP4 || *kind == REVERSE_IP6;
}

bool lookup_local(const struct lookup_config *config, const struct question *question,
                  struct answer *answer)
{
    struct reverse_address address;
    enum reverse_kind kind;

    if (whole_address(question, &address, &kind))
        return reverse_local(config, question, &address, answer);
    if (kind == REVERSE_NONE && question->name_len > 1)
        return host_local(config, question, answer);
    if (kind == REVERSE_JUNK)
        answer->rcode = RCODE_NXDOMAIN;
    negative_finish(config, question,
                    answer); /* the root and parts of addresses: no data */
    return true;
}

void lookup_network(const struct lookup_config *config, const struct question *question,
                    struct answer *answer)
{
    struct reverse_address address;
    enum reverse_kind kind;

    if (whole_address(question, &address, &kind))
        reverse_network(config, question, &address, answer);
    else
        host_network(config, question, answer);
}

int lookup_run(const struct lookup_config *config, int questions, int supervisor)
{
    static struct pool pool;
    enum word word;

    prctl(PR_SET_NAME, "hostdnsd-lookup");
    resolver_clean_environment();
    if (pool_start(&pool, config, questions) == -1 ||
        channel_send_word(supervisor, WORD_READY) != CHANNEL_DONE)
        return -1;
    while (channel_receive_word(supervisor, &word, CHANNEL_BLOCK) == CHANNEL_DONE)
        ; /* it says nothing yet; when it is gone, so are we */
    return 0;
}
