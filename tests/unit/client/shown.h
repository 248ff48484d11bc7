/* A reply of chosen octets, as a view shows it. */
#pragma once

#include "../written.h"

#include "client/show.h"

/* Header with four counts below 256, a question for a.test, and the start of a record. */
#define HEADER(flags, counts) "\x12\x34" flags counts
#define COUNTS(q, an, ns, ar) "\0" q "\0" an "\0" ns "\0" ar
#define QUESTION(type)        "\1a\4test\0\0" type "\0\1"
#define RECORD(type, len)     "\xc0\x0c\0" type "\0\1\0\0\x0e\x10\0" len

typedef void shown_view(struct show *, const struct exchange *);

/* Everything of dig's layout. */
static const struct style shown_all = {.view = VIEW_DIG,
                                       .show_comments = true,
                                       .show_question = true,
                                       .show_answer = true,
                                       .show_authority = true,
                                       .show_additional = true,
                                       .show_ttl = true,
                                       .show_class = true};

/* A question for a.test over UDP that took 1,234 us, and this reply; NULL: none came. */
static inline void shown_make(struct exchange *exchange, uint16_t type, const void *wire,
                              size_t size)
{

    *exchange = (struct exchange){0};
    assert_int_equal(ask_build(&exchange->ask, "a.test", type, &(struct ask_form){0}), 0);
    exchange->state = wire ? EXCHANGE_ANSWERED : EXCHANGE_SILENT;
    exchange->sent_us = 1000;
    exchange->ended_us = 2234;
    if (!wire)
        return;
    exchange->wire = malloc(size);
    exchange->size = size;
    memcpy(exchange->wire, wire, size);
    exchange_judge(exchange);
    exchange->canonical = "a.test.";
    exchange->verdict = VERDICT_RECORDS;
}

static inline void shown_end(struct exchange *exchange)
{
    exchange_free(exchange);
}

static inline const char *shown_by(shown_view *view, const struct style *style,
                                   uint16_t type, const void *wire, size_t size)
{
    struct exchange exchange;
    struct addr server;
    struct show show = {.style = style, .server = &server};

    assert_true(addr_parse(&server, "192.0.2.53", 53));
    show.out = written_begin();
    shown_make(&exchange, type, wire, size);
    view(&show, &exchange);
    shown_end(&exchange);
    return written_end(show.out);
}
