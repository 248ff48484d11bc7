#include "lookup/heard.h"

#include "dns/upstream.h"

unsigned heard_rcode(const struct heard *heard)
{
    return heard->reply ? upstream_rcode(heard->reply) : RCODE_SERVFAIL;
}

static bool say_no_name(const struct heard *heard, struct answer *answer)
{
    if (heard->other == HEARD_OTHER_FAILED) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY,
                    "name servers say NXDOMAIN for one type and fail for another");
        return false;
    }
    if (heard->other == HEARD_OTHER_EXISTS)
        answer_spare_name(answer);
    return true;
}

bool heard_say(const struct heard *heard, const struct question *question,
               const struct relay_order *order, struct answer *answer)
{
    if (!heard->reply) {
        answer_fail(answer, RCODE_SERVFAIL, heard->ede, "%s", heard->failure);
        return false;
    }
    if (!relay_read(question, heard->reply, heard->reply_len, order, answer)) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR,
                    "a name server's reply cannot be read");
        return false;
    }
    answer->is_authentic = heard->is_authentic && question->type != TYPE_ANY;
    if (answer->rcode == RCODE_NOERROR)
        return true;
    if (answer->rcode == RCODE_NXDOMAIN)
        return say_no_name(heard, answer);
    answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "a name server says %s",
                rcode_text(upstream_rcode(heard->reply)));
    return false;
}
