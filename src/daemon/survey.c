#include "daemon/survey.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/clock.h"

enum { SURVEY_MS = 2000 };

struct survey {
    struct list link; /* in `open` */
    uint32_t serial;
    unsigned asked, answered;
    uint64_t sum;
    survey_end *end;
    void *context;
    struct timer deadline;
};

void surveys_init(struct surveys *surveys, struct loop *loop)
{
    *surveys = (struct surveys){.loop = loop};
    list_init(&surveys->open);
}

static void finish(struct survey *survey)
{
    const struct survey_result result = {.sum = survey->sum,
                                         .missing = survey->asked - survey->answered};

    timer_cancel(&survey->deadline);
    list_remove(&survey->link);
    survey->end(survey->context, &result);
    free(survey);
}

static void survey_expired(void *context)
{
    finish(context);
}

bool surveys_any(const struct surveys *surveys)
{
    return !list_empty(&surveys->open);
}

void surveys_free(struct surveys *surveys)
{
    while (surveys_any(surveys))
        finish(list_first(&surveys->open, struct survey, link));
}

/* Asks each serve process whose channel is open. */
static void ask(struct survey *survey, const struct list *children,
                enum control_message message, const void *data, size_t len)
{
    uint8_t octets[CONTROL_DATA_MAX];
    struct writer out = writer_of(octets, sizeof octets);

    put_u32(&out, survey->serial);
    if (len > 0)
        put_bytes(&out, data, len);
    list_each(children, struct child, child, link) {
        if (child->role != ROLE_SERVE || child->control == -1)
            continue;
        survey->asked++;
        child_tell(child, message, octets, out.pos);
    }
}

bool surveys_ask(struct surveys *surveys, const struct list *children,
                 enum control_message message, const void *data, size_t len,
                 survey_end *end, void *context)
{
    struct survey *survey = malloc(sizeof *survey);

    if (!survey)
        return false;
    *survey = (struct survey){.serial = ++surveys->serial, .end = end, .context = context};
    list_init(&survey->link);
    list_append(&surveys->open, &survey->link);
    timer_init(&survey->deadline, survey_expired, survey);
    ask(survey, children, message, data, len);
    if (survey->asked == 0)
        finish(survey);
    else
        timer_set(surveys->loop, &survey->deadline, clock_ms() + SURVEY_MS);
    return true;
}

static struct survey *find(const struct surveys *surveys, uint32_t serial)
{
    list_each(&surveys->open, struct survey, survey, link)
        if (survey->serial == serial)
            return survey;
    return NULL;
}

void surveys_add_count(struct surveys *surveys, const uint8_t *data, size_t len)
{
    struct reader in = reader_of(data, len);
    struct survey *survey;
    uint32_t serial;
    uint64_t number;

    if (!get_u32(&in, &serial) || !get_u64(&in, &number) ||
        !(survey = find(surveys, serial)))
        return;
    survey->sum += number;
    if (++survey->answered == survey->asked)
        finish(survey);
}
