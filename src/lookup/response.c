#include "lookup/response.h"

#include "dns/transaction.h"

unsigned response_rcode(const struct response *response)
{
    return response->reply ? wire_rcode(response->reply) : RCODE_SERVFAIL;
}

static bool say_no_name(const struct response *response, struct answer *answer)
{
    switch (response->existence) {
    case EXISTENCE_CONFIRMED:
        answer_spare_name(answer);
        break;
    case EXISTENCE_LOST:
        answer_fail(answer, RCODE_SERVFAIL, EDE_OTHER,
                    "no memory or descriptors to find out whether NXDOMAIN holds");
        return false;
    case EXISTENCE_UNKNOWN:
        answer_limit_ttl(answer, RESPONSE_UNCONFIRMED_TTL);
        answer_explain(answer, EDE_OTHER,
                       "NXDOMAIN is unconfirmed: a name server says so for this type, and "
                       "none answers for an address");
        break;
    case EXISTENCE_DENIED:
    case EXISTENCE_UNCHECKED:
        break;
    }
    return true;
}

bool response_to_answer(const struct response *response, const struct question *question,
                        const struct relay_order *order, struct answer *answer)
{
    if (!response->reply) {
        answer_fail(answer, RCODE_SERVFAIL, response->ede, "%s", response->failure);
        return false;
    }
    if (!relay_read(question, response->reply, response->reply_len, order, answer)) {
        answer_fail(answer, RCODE_SERVFAIL, EDE_NETWORK_ERROR,
                    "a name server's reply cannot be read");
        return false;
    }
    answer->is_authentic = response->is_authentic && question->type != TYPE_ANY;
    if (answer->rcode == RCODE_NOERROR)
        return true;
    if (answer->rcode == RCODE_NXDOMAIN)
        return say_no_name(response, answer);
    answer_fail(answer, RCODE_SERVFAIL, EDE_NO_REACHABLE_AUTHORITY, "a name server says %s",
                rcode_text(wire_rcode(response->reply)));
    return false;
}

void response_to_any(const struct question *question, const struct response *a,
                     const struct response *aaaa, struct answer *answer)
{
    struct question one = *question;

    if (!response_to_answer(a, question, NULL, answer))
        answer_reset(answer);
    if (answer_count_type(answer, TYPE_CNAME) == 0 && aaaa->reply &&
        response_rcode(aaaa) == RCODE_NOERROR)
        response_to_answer(aaaa, question, NULL, answer);
    if (answer->count[SECTION_ANSWER] > 0) {
        answer->rcode = RCODE_NOERROR;
        return;
    }
    /* One family is enough for a negative answer or a failure: the failed one, if any. */
    answer_reset(answer);
    one.type = aaaa->reply ? TYPE_A : TYPE_AAAA;
    response_to_answer(aaaa->reply ? a : aaaa, &one, NULL, answer);
}
