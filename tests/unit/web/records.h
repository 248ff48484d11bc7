/* Records of recent questions, as serve writes them. */
#pragma once

#include "../check.h"

#include "base/recent.h"
#include "dns/way.h"

/* "wWw.example. AAAA", asked for and denied: 29 octets, 2 octets of which are an id. */
#define RECORDS_QUESTION "\x12\x34\1\0\0\1\0\0\0\0\0\0\3wWw\7example\0\0\34\0\1"
#define RECORDS_REPLY    "\x12\x34\x81\x83\0\1\0\0\0\0\0\0\3wWw\7example\0\0\34\0\1"

static struct recent_record record;

static inline void records_add_step(struct way_step step)
{
    struct writer to = writer_of(record.way, sizeof record.way);

    to.pos = record.way_len;
    way_put(&to, &step);
    record.way_len = (uint16_t)to.pos;
}

/* A record as set_up_record() leaves it, to be changed by the case. */
static inline void records_begin(void)
{
    record = (struct recent_record){.number = 4711,
                                    .at = 1700000000123,
                                    .client_len = 4,
                                    .client = {192, 0, 2, 1},
                                    .rcode = 3,
                                    .ede = RECENT_NO_EDE,
                                    .question_len = 29,
                                    .question_size = 29,
                                    .reply_len = 29,
                                    .reply_size = 29};
    memcpy(record.question, RECORDS_QUESTION, 29);
    memcpy(record.reply, RECORDS_REPLY, 29);
}
