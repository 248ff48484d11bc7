#include "serve/names_answer.h"

#include <string.h>

#include "dns/reverse.h"

static bool is_wanted(const struct names *names, uint16_t asked, uint16_t type)
{
    return (asked == type || asked == TYPE_ANY) &&
           !(type == TYPE_AAAA && names_local(names)->filter_aaaa);
}

static void say_addresses(const struct names *names, const struct question *question,
                          const struct fixed_name *named, uint16_t owner,
                          struct answer *answer)
{
    for (const struct fixed_address *address = named->addresses; address;
         address = address->next)
        if (is_wanted(names, question->type, address->type))
            answer_add_address(answer, owner, address->type, address->octets,
                               names_local(names)->ttl);
}

/* Adds the CNAME records from `named` on. Returns the last entry on the way, and the owner
 * of the records that follow. */
static const struct fixed_name *follow(const struct names *names,
                                       const struct fixed_name *named,
                                       struct answer *answer, uint16_t *owner)
{
    const struct fixed_name *next = named;

    while (next && next->target_len > 0) {
        answer_add_name(answer, *owner, TYPE_CNAME, fixed_target(next),
                        names_local(names)->ttl, owner);
        named = next;
        next = names_find(names, fixed_target(next));
    }
    return next ? next : named;
}

static enum names_answer_kind say_of(const struct names *names,
                                     const struct question *question,
                                     const struct fixed_name *named, struct answer *answer,
                                     struct question *target)
{
    uint16_t owner = ANSWER_OWNER_QUESTION;
    unsigned before;

    /* A question for the CNAME itself, or for whatever there is, leads no further. */
    if (named->target_len > 0 &&
        (question->type == TYPE_CNAME || question->type == TYPE_ANY)) {
        answer_add_name(answer, owner, TYPE_CNAME, fixed_target(named),
                        names_local(names)->ttl, NULL);
        return NAMES_ANSWER_COMPLETE;
    }
    named = follow(names, named, answer, &owner);
    if (named->target_len > 0) {
        *target = *question;
        question_set_name(target, fixed_target(named));
        return NAMES_ANSWER_ALIAS;
    }
    before = answer->count[SECTION_ANSWER];
    say_addresses(names, question, named, owner, answer);
    answer_add_soa(answer, before, owner, names_local(names)->negative_ttl);
    return NAMES_ANSWER_COMPLETE;
}

/* The reverse name of a fixed address. */
static enum names_answer_kind say_reverse(const struct names *names,
                                          const struct question *question,
                                          struct answer *answer)
{
    struct fixed_address wanted = {0};
    enum reverse_kind kind = reverse_parse(question_name(question), wanted.octets);
    const struct fixed_address *known = NULL;

    wanted.type = kind == REVERSE_IP4 ? TYPE_A : TYPE_AAAA;
    if (kind == REVERSE_IP4 || kind == REVERSE_IP6)
        known = names_find_address(names, &wanted);
    if (!known)
        return NAMES_ANSWER_NONE;
    if (question->type == TYPE_PTR || question->type == TYPE_ANY)
        answer_add_name(answer, ANSWER_OWNER_QUESTION, TYPE_PTR, fixed_name(known->named),
                        names_local(names)->ttl, NULL);
    answer_finish(answer, question, names_local(names)->negative_ttl);
    return NAMES_ANSWER_COMPLETE;
}

enum names_answer_kind names_answer(const struct names *names,
                                    const struct question *question, struct answer *answer,
                                    struct question *target)
{
    const struct fixed_name *named;

    if (!names)
        return NAMES_ANSWER_NONE;
    named = names_find(names, question_name(question));
    return named ? say_of(names, question, named, answer, target)
                 : say_reverse(names, question, answer);
}
