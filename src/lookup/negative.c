#include "lookup/negative.h"

void negative_finish(const struct lookup_config *config, const struct question *question,
                     struct answer *answer)
{
    bool negative = answer->count[SECTION_ANSWER] == 0 &&
                    (answer->rcode == RCODE_NOERROR || answer->rcode == RCODE_NXDOMAIN);
    bool root = question->name_len == 1; /* we speak for no such zone */

    if (negative && !root && config->negative_ttl > 0)
        answer_add_soa(answer, question, config->negative_ttl);
}
