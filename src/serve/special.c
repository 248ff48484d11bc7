#include "serve/special.h"

#include "dns/localhost.h"

/* How a name at or below the apex is answered. */
enum rule {
    RULE_LOOPBACK, /* RFC 6761 section 6.3; the apex itself may be in the hosts file */
    RULE_NO_NAME,
    RULE_ONION,
    RULE_CANARY,
    RULE_DESIGNATED, /* there is no designated resolver (RFC 9462 sections 4 and 8) */
};

static const struct special {
    struct name apex;
    enum rule rule;
    const char *source;
} specials[] = {
    {NAME_OF(LOCALHOST_WIRE), RULE_LOOPBACK, "RFC 6761"},
    {NAME_OF("\7invalid"), RULE_NO_NAME, "RFC 6761"},
    {NAME_OF("\3alt"), RULE_NO_NAME, "RFC 9476"},
    {NAME_OF("\5onion"), RULE_ONION, "RFC 7686"},
    {NAME_OF("\10resolver\4arpa"), RULE_DESIGNATED, "RFC 9462"},
    {NAME_OF("\23use-application-dns\3net"), RULE_CANARY, "option canary"},
};

static const struct name discovery = NAME_OF("\4_dns\10resolver\4arpa");

static bool applies(const struct special_config *config, enum rule rule, int at)
{
    switch (rule) {
    case RULE_LOOPBACK:
        return at > 0;
    case RULE_ONION:
        return !config->onion;
    case RULE_CANARY:
        return config->canary;
    case RULE_NO_NAME:
    case RULE_DESIGNATED:
        break;
    }
    return true;
}

static bool has_no_name(const struct question *question, enum rule rule, int at)
{
    if (rule == RULE_DESIGNATED)
        return at > 0 && !name_equal(question_name(question), discovery);
    return rule != RULE_LOOPBACK;
}

static void say(const struct special_config *config, const struct special *special, int at,
                const struct question *question, struct answer *answer)
{
    answer_reset(answer);
    if (special->rule == RULE_LOOPBACK)
        localhost_say(question, config->local->filter_aaaa, config->local->ttl, answer);
    if (has_no_name(question, special->rule, at))
        answer->rcode = RCODE_NXDOMAIN;
    answer_add_soa(answer, 0, (uint16_t)(ANSWER_OWNER_QUESTION + at),
                   config->local->negative_ttl);
    answer_explain(answer, EDE_SYNTHESIZED, "special-use name (%s)", special->source);
}

/* The rule for the name, and where its apex stands; NULL if there is none. */
static const struct special *find(const struct special_config *config,
                                  const struct question *question, int *at)
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        *at = name_apex_at(question_name(question), specials[i].apex);
        if (*at != -1)
            return applies(config, specials[i].rule, *at) ? &specials[i] : NULL;
    }
    return NULL;
}

bool special_is(const struct special_config *config, const struct question *question)
{
    int at;

    return find(config, question, &at) != NULL;
}

bool special_settles(const struct special_config *config, const struct question *question,
                     struct answer *answer)
{
    int at;
    const struct special *special = find(config, question, &at);

    if (special)
        say(config, special, at, question, answer);
    return special != NULL;
}
