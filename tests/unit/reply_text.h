/*
 * A DNS message as text, so that a test can say in one string what it expects:
 *
 *     NOERROR
 *     cname-a.example.test. 10 CNAME a.example.test.
 *     a.example.test. 10 A 192.0.2.1
 *
 * The first line has the response code, " truncated" where TC is set, and the extended
 * error where there is one. Records of the authority section come after the word
 * "authority".
 */
#pragma once

#include "check.h"

#include "dns/answer.h"
#include "dns/ask.h"
#include "dns/print.h"
#include "dns/received.h"
#include "dns/reply.h"

enum { REPLY_TEXT = 1 << 20 };

/* The question that a person writes as NAME TYPE; odd octets of the name as \DDD. */
static inline struct question question_of(const char *name, const char *type)
{
    struct ask ask;

    assert_int_equal(ask_build(&ask, name, type_from_text(type), &(struct ask_form){0}), 0);
    return ask.question;
}

static inline void reply_text_section(FILE *out, struct reader *in, unsigned count,
                                      const char *section)
{
    while (count-- > 0) {
        struct print_record record;

        assert_int_equal(print_record(&record, in), 0);
        fprintf(out, "%s%s %u %s %s\n", section, record.owner, record.ttl, record.type_text,
                record.data);
        print_record_free(&record);
    }
}

/* Good until the next call. */
static inline const char *reply_text(const uint8_t *wire, size_t len)
{
    static char text[REPLY_TEXT];
    FILE *out = fmemopen(text, sizeof text, "w");
    struct reader in = reader_of(wire, len);
    struct received reply;
    uint16_t questions, answers, authorities;

    assert_true(get_skip(&in, 4) && get_u16(&in, &questions) && get_u16(&in, &answers) &&
                get_u16(&in, &authorities) && get_skip(&in, 2));
    while (questions-- > 0)
        assert_true(name_skip(&in) && get_skip(&in, 4));
    assert_int_equal(received_parse(&reply, wire, len), 0);
    assert_true(reply.is_whole);
    fprintf(out, "%s%s%s%s\n", rcode_text(reply.rcode),
            reply.is_truncated ? " truncated" : "", reply.reason ? ": " : "",
            reply.reason ? reply.reason : "");
    received_free(&reply);
    reply_text_section(out, &in, answers, "");
    reply_text_section(out, &in, authorities, "authority ");
    fclose(out);
    return text;
}

/* An answer as a client would see it. */
static inline const char *answer_text(const struct question *question,
                                      const struct answer *answer)
{
    static uint8_t wire[ANSWER_RECORDS_MAX];
    const struct request request = {
        .has_question = true, .class = CLASS_IN, .question = *question, .has_edns = true};

    return reply_text(wire, reply_write(&request, answer, 0, NULL, wire, sizeof wire));
}
