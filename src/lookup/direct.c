#include "lookup/direct.h"

#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <sys/random.h>

#include "dns/upstream.h"
#include "lookup/negative.h"
#include "lookup/resolver.h"

/* What fits usual limits for UDP; a longer reply counts as malformed. */
enum { REPLY_MAX = 4096 };

/* The length of a name server's reply, or -1. */
static int send_query(const struct question *question, uint8_t *reply)
{
    uint8_t query[UPSTREAM_QUERY_MAX];
    uint16_t id;
    size_t len;

    if (getrandom(&id, sizeof id, 0) != sizeof id ||
        resolver_prepare(RESOLVER_HOST_SERVERS) == -1)
        return -1;
    len = upstream_write_query(id, question, query);
    return res_nsend(&_res, query, (int)len, reply, REPLY_MAX);
}

void direct_ask(const struct lookup_config *config, const struct question *question,
                struct answer *answer)
{
    uint8_t *reply = malloc(REPLY_MAX);
    int len = reply ? send_query(question, reply) : -1;

    if (len < 0)
        answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY,
                    "host resolver: no name server answers");
    else if (!upstream_read_reply(question, reply, (size_t)len, answer))
        answer_fail(answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR,
                    "a name server's reply is malformed");
    else if (answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN)
        answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY,
                    "a name server says %s", rcode_text(answer->rcode));
    else
        negative_finish(config, question, answer);
    free(reply);
}
