#include "serve/policy.h"

#include <string.h>

/* The responses to types that are no data of a name (RFC 6895 section 3.1). */
static const struct {
    uint16_t type;
    enum rcode rcode;
} meta_types[] = {
    {TYPE_OPT, RCODE_FORMERR},  {TYPE_TKEY, RCODE_FORMERR}, {TYPE_TSIG, RCODE_FORMERR},
    {TYPE_IXFR, RCODE_REFUSED}, {TYPE_AXFR, RCODE_REFUSED}, {TYPE_MAILB, RCODE_NOTIMP},
    {TYPE_MAILA, RCODE_NOTIMP},
};

/* The names of RFC 4892, and those that BIND has always answered. */
static const struct name identity_names[] = {
    NAME_OF("\7version\4bind"),
    NAME_OF("\7version\6server"),
    NAME_OF("\2id\6server"),
    NAME_OF("\10hostname\4bind"),
};

bool policy_may_ask(const struct policy *policy, const struct addr *from)
{
    const struct prefix *prefix = policy->allow, *end = prefix + policy->allow_count;

    for (; prefix < end; prefix++)
        if (prefix_has(prefix, from))
            return true;
    return false;
}

/* request_parse does not know our options, so this decides whether a cookie is an error. */
static int rcode_with_cookies(const struct policy *policy, const struct request *request,
                              int rcode)
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
                    "this type is not answered here");
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
        if (name_equal(question_name(question), identity_names[i]))
            return true;
    return false;
}

static void answer_identity(const struct policy *policy, struct answer *answer)
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
    /* Java's JNDI asks for any class (RFC 1035 section 3.2.5). IN is the only one. */
    if (request->class == CLASS_IN || request->class == CLASS_ANY)
        return false;
    if (*policy->identity && asks_identity(request))
        answer_identity(policy, answer);
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
    answer->rcode = (uint16_t)rcode_with_cookies(policy, request, rcode);
    if (answer->rcode != RCODE_NOERROR || !request->has_question)
        return true;
    if (request->is_signed) {
        answer_fail(answer, RCODE_REFUSED, EDE_NOT_SUPPORTED,
                    "signed requests are not answered: there are no keys here");
        return true;
    }
    return class_settles(policy, request, answer) ||
           type_settles(request->question.type, answer);
}
