/*
 * A question of the supervisor to all serve processes, and the sum of the numbers that
 * they answer. A process that hangs does not answer, so the survey ends without it after
 * two seconds.
 */
#pragma once

#include "channel/message.h"
#include "daemon/child.h"

struct survey_result {
    uint64_t sum;     /* of the numbers that came */
    unsigned missing; /* processes that have not answered */
};

/* Called once for each survey, from the loop or from surveys_ask. */
typedef void survey_end(void *context, const struct survey_result *);

struct surveys {
    struct loop *loop;
    struct list open;
    uint32_t serial; /* of the last one, so that late answers count for no other */
};

void surveys_init(struct surveys *, struct loop *);
/* Ends all that are open with the answers that have come. */
void surveys_free(struct surveys *);

/* Whether any is open. */
bool surveys_any(const struct surveys *);

/* Asks all serve processes of a list of children, with at most NAME_WIRE_MAX octets. False
 * when memory is short; then `end` is not called. */
bool surveys_ask(struct surveys *, const struct list *children, enum control_message,
                 const void *data, size_t len, survey_end *end, void *context);

/* Takes the data of a CONTROL_COUNT that has come. */
void surveys_add_count(struct surveys *, const uint8_t *data, size_t len);
