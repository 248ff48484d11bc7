#include "serve/policy.h"

#include <string.h>

/* Types that are no data of a name: what to say to each (RFC 6895 section 3.1). */
static const struct {
    uint16_t type;
    enum rcode rcode;
} meta_types[] = {
    {TYPE_OPT, RCODE_FORMERR},  {TYPE_TKEY, RCODE_FORMERR}, {TYPE_TSIG, RCODE_FORMERR},
    {TYPE_IXFR, RCODE_REFUSED}, {TYPE_AXFR, RCODE_REFUSED}, {TYPE_MAILB, RCODE_NOTIMP},
    {TYPE_MAILA, RCODE_NOTIMP},
};

/* RFC 4892, and what BIND has always been asked. */
static const char *const identity_names[] = {
    "\7version\4bind",
    "\7version\6server",
    "\2id\6server",
    "\10hostname\4bind",
};

bool policy_may_ask(const struct policy *policy, const struct addr *from)
{
    for (size_t i = 0; i < policy->allow_count; i++)
        if (prefix_has(&policy->allow[i], from))
            return true;
    return false;
}

/* What request_parse left open, for it knows nothing of our options. */
static int true_rcode(const struct policy *policy, const struct request *request, int rcode)
{
    if (!policy->cookies)
        return rcode;
    if (rcode == RCODE_NOERROR && request->options.bad_cookie)
        return RCODE_FORMERR; /* RFC 7873 section 5.2.2 */
    return request->asks_for_cookie ? RCODE_NOERROR : rcode;
}

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

static bool asks_identity(const struct request *request)
{
    const struct question *question = &request->question;

    if (request->class != CLASS_CH ||
        (question->type != TYPE_TXT && question->type != TYPE_ANY))
        return false;
    for (size_t i = 0; i < sizeof identity_names / sizeof *identity_names; i++)
        if (name_equal(question->name, question->name_len,
                       (const uint8_t *)identity_names[i], strlen(identity_names[i]) + 1))
            return true;
    return false;
}

static void say_identity(const struct policy *policy, struct answer *answer)
{
    uint8_t data[1 + POLICY_IDENTITY_MAX];
    size_t len = strlen(policy->identity);
    const struct record record = {
        .type = TYPE_TXT, .class = CLASS_CH, .data = data, .data_len = 1 + len};

    data[0] = (uint8_t)len;
    memcpy(data + 1, policy->identity, len);
    answer_add_record(answer, SECTION_ANSWER, ANSWER_OWNER_QUESTION, &record);
}

static bool class_settles(const struct policy *policy, const struct request *request,
                          struct answer *answer)
{
    /* Of any class (RFC 1035 section 3.2.5), as Java's JNDI asks, IN is what there is. */
    if (request->class == CLASS_IN || request->class == CLASS_ANY)
        return false;
    if (*policy->identity && asks_identity(request))
        say_identity(policy, answer);
    else
        answer_fail(answer, RCODE_REFUSED, EDE_NOT_SUPPORTED, "only class IN is served");
    return true;
}

bool policy_settles(const struct policy *policy, const struct request *request,
                    const struct addr *from, int rcode, struct answer *answer)
{
    if (!policy_may_ask(policy, from)) {
        answer_fail(answer, RCODE_REFUSED, EDE_PROHIBITED, "this client may not ask here");
        return true;
    }
    answer->rcode = (uint16_t)true_rcode(policy, request, rcode);
    if (answer->rcode != RCODE_NOERROR || !request->has_question)
        return true;
    if (request->is_signed) {
        answer_fail(answer, RCODE_REFUSED, EDE_NOT_SUPPORTED,
                    "signed requests: no keys here");
        return true;
    }
    return class_settles(policy, request, answer) ||
           type_settles(request->question.type, answer);
}
