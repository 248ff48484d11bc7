#include "serve/policy.h"

/* Types that are no data of a name: what to say to each (RFC 6895 section 3.1). */
static const struct {
    uint16_t type;
    enum rcode rcode;
} meta_types[] = {
    {TYPE_OPT, RCODE_FORMERR},  {TYPE_TKEY, RCODE_FORMERR}, {TYPE_TSIG, RCODE_FORMERR},
    {TYPE_IXFR, RCODE_REFUSED}, {TYPE_AXFR, RCODE_REFUSED}, {TYPE_MAILB, RCODE_NOTIMP},
    {TYPE_MAILA, RCODE_NOTIMP},
};

static bool type_settles(uint16_t type, struct answer *answer)
{
    for (size_t i = 0; i < sizeof meta_types / sizeof *meta_types; i++) {
        if (meta_types[i].type != type)
            continue;
        answer_fail(answer, meta_types[i].rcode, EDE_NOT_SUPPORTED,
                    "no such question here");
        return true;
    }
    return false;
}

bool policy_settles(const struct request *request, int rcode, struct answer *answer)
{
    if (rcode != RCODE_NOERROR) {
        answer->rcode = (uint16_t)rcode;
        return true;
    }
    if (request->is_signed) {
        answer_fail(answer, RCODE_REFUSED, EDE_NOT_SUPPORTED,
                    "signed requests: no keys here");
        return true;
    }
    if (request->class != CLASS_IN) {
        answer_fail(answer, RCODE_REFUSED, EDE_NOT_SUPPORTED, "only class IN is served");
        return true;
    }
    return type_settles(request->question.type, answer);
}
