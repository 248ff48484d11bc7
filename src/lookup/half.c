#include "lookup/half.h"

#include <stdio.h>
#include <string.h>

bool half_is_wanted(const struct lookup_config *config, const struct question *question,
                    uint16_t asked)
{
    return config->half_answers && !config->local->filter_aaaa && asked == question->type &&
           type_is_address(asked);
}

void half_explain(struct subquery *subquery)
{
    struct upstream_result *result = &subquery->result;

    if (result->reply || result->ede != EDE_NONE)
        return;
    result->ede = EDE_NO_REACHABLE_AUTHORITY;
    snprintf(result->failure, sizeof result->failure, "no name server has answered yet");
}

void half_say(const struct subquery *failed, const struct subquery *other,
              struct answer *answer)
{
    char reason[ANSWER_TEXT];
    enum ede ede = (enum ede)answer->ede;

    if (answer->rcode != RCODE_SERVFAIL ||
        (ede != EDE_NO_REACHABLE_AUTHORITY && ede != EDE_NETWORK_ERROR) ||
        subquery_existence(failed) != EXISTENCE_UNKNOWN || !subquery_has_records(other))
        return;
    strcpy(reason, answer->ede_text);
    answer_reset(answer);
    answer_explain(answer, ede, "half-answers: %s", reason);
}
