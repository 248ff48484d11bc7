/* Inquiries that have been answered, with a way that the server has told, for what shows
 * them. */
#pragma once

#include "../check.h"

#include "client/inquiry.h"
#include "dns/answer.h"
#include "dns/way.h"

static struct inquiry told_inquiry;
static uint8_t told_wire[2][12 + 5 + 11 + 4 + WAY_MAX];

static const struct way_endpoint told_server = {
    .port = 53, .ip_len = 4, .ip = {192, 0, 2, 53}};

/* An exchange that has found something by these steps; it was sent at 1 s, and took so
 * many microseconds. */
static inline struct exchange *told_exchange(size_t at, int64_t us,
                                             const struct way_step *steps, size_t count)
{
    /* A header, a question, and an OPT record up to its TTL. */
    static const uint8_t head[] = {0, 1, 0x81, 0x80, 0, 1, 0, 0, 0,  0, 0,
                                   1, 0, 0,    1,    0, 1, 0, 0, 41, 4, 208};
    struct exchange *exchange = &told_inquiry.exchanges[at];
    struct writer to = writer_of(told_wire[at], sizeof told_wire[at]);

    put_bytes(&to, head, sizeof head);
    put_u32(&to, 0);
    put_u16(&to, 0);
    put_u16(&to, EDNS_OPTION_WAY);
    put_u16(&to, 0);
    for (size_t i = 0; i < count; i++)
        way_put(&to, &steps[i]);
    put_u16_at(&to, sizeof head + 4, (uint16_t)(to.pos - sizeof head - 6));
    put_u16_at(&to, sizeof head + 8, (uint16_t)(to.pos - sizeof head - 10));
    *exchange = (struct exchange){.verdict = VERDICT_RECORDS};
    assert_int_equal(ask_build(&exchange->ask, "host.test", at == 0 ? 1 : 28,
                               &(struct ask_form){.wants_way = true}),
                     0);
    exchange->state = EXCHANGE_ANSWERED;
    exchange->wire = told_wire[at];
    exchange->size = to.pos;
    exchange->sent_us = 1000000;
    exchange->ended_us = 1000000 + us;
    return exchange;
}

#define TOLD(at, us, ...)                                                                  \
    told_exchange(at, us, (struct way_step[]){__VA_ARGS__},                                \
                  sizeof((struct way_step[]){__VA_ARGS__}) / sizeof(struct way_step))

static inline struct way_step told_text(enum way_kind kind, const char *text)
{
    struct way_step step = {.kind = (uint8_t)kind};

    way_set_text(&step, text);
    return step;
}

static inline struct way_step told_kept(uint32_t age, uint32_t left)
{
    struct way_step step = {.kind = WAY_KEPT};

    way_set_kept(&step, age, left);
    return step;
}

/* From this source; `by`: its server is told. */
static inline struct way_step told_source(enum answer_source source, bool by)
{
    struct way_step step = {.kind = WAY_SOURCE, .code = (uint16_t)source};

    if (by)
        way_set_source(&step, &told_server);
    return step;
}

static inline struct way_step told_try(unsigned outcome, uint8_t flags, uint32_t took)
{
    struct way_step step = {
        .kind = WAY_TRY, .code = (uint16_t)outcome, .flags = flags, .took = took};

    way_set_try(&step, 1, &told_server);
    return step;
}
