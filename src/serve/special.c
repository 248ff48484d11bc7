#include "serve/special.h"

#include "dns/localhost.h"

/* What is said to a name at or below the apex. */
enum rule {
    RULE_LOOPBACK, /* RFC 6761 section 6.3; the apex itself may be in the hosts file */
    RULE_NO_NAME,
    RULE_ONION,
    RULE_CANARY,
    RULE_DESIGNATED, /* RFC 9462 sections 4 and 8: nobody's resolver but ours, and no data
                      */
};

#define NAME(wire) (const uint8_t *)(wire), sizeof(wire)

static const struct special {
    const uint8_t *apex; /* in lower case */
    size_t apex_len;
    enum rule rule;
    const char *source;
} specials[] = {
    {NAME(LOCALHOST_WIRE), RULE_LOOPBACK, "RFC 6761"},
    {NAME("\7invalid"), RULE_NO_NAME, "RFC 6761"},
    {NAME("\3alt"), RULE_NO_NAME, "RFC 9476"},
    {NAME("\5onion"), RULE_ONION, "RFC 7686"},
    {NAME("\10resolver\4arpa"), RULE_DESIGNATED, "RFC 9462"},
    {NAME("\23use-application-dns\3net"), RULE_CANARY, "option canary"},
};

static const uint8_t discovery[] = "\4_dns\10resolver\4arpa";

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
        return at > 0 &&
               !name_equal(question->name, question->name_len, discovery, sizeof discovery);
    return rule != RULE_LOOPBACK;
}

static void say(const struct special_config *config, const struct special *special, int at,
                const struct question *question, struct answer *answer)
{
    answer_reset(answer);
    if (special->rule == RULE_LOOPBACK)
        localhost_say(question, config->no_aaaa, config->ttl, answer);
    if (has_no_name(question, special->rule, at))
        answer->rcode = RCODE_NXDOMAIN;
    if (answer->count[SECTION_ANSWER] == 0 && config->negative_ttl > 0)
        answer_add_soa_at(answer, (uint16_t)(ANSWER_OWNER_QUESTION + at),
                          config->negative_ttl);
    answer_explain(answer, EDE_SYNTHESIZED, "special-use name (%s)", special->source);
}

/* The rule for the name, and where its apex stands; NULL if there is none. */
static const struct special *find(const struct special_config *config,
                                  const struct question *question, int *at)
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        *at = name_apex_at(question->name, question->name_len, specials[i].apex,
                           specials[i].apex_len);
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
