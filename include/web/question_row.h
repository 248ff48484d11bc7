/*
 * A recent question in words, for the page and for programs. All texts are printable ASCII,
 * whatever the record has, because a client, or a serve process that was broken into, may
 * have written anything into it.
 */
#pragma once

#include "base/recent.h"
#include "dns/name.h"
#include "dns/type.h"
#include "dns/way_text.h"

enum {
    QUESTION_ROW_ERROR = 4 * RECENT_REASON + 80,
    QUESTION_ROW_CLIENT = 64,
    QUESTION_ROWS = 200, /* how many are shown at most */
};

struct question_row {
    uint64_t number;
    int64_t at;                       /* when it was answered, milliseconds since 1970 */
    char client[QUESTION_ROW_CLIENT]; /* "192.0.2.1", or "hidden" */
    const char *transport;            /* "udp" */
    char name[NAME_PRINTED];          /* "www.example."; "": it could not be read */
    char type[TYPE_TEXT];             /* "AAAA", or "" with the name */
    char source[WAY_TEXT_SOURCE];     /* "hosts file"; "": it is not told */
    char rcode[TYPE_TEXT];            /* "NXDOMAIN" */
    char error[QUESTION_ROW_ERROR];   /* "Network Error: no route"; "": none */
    bool is_cached;
    uint32_t us; /* from the question to the reply */
    struct way way;
};

/* Reads the row from a record of base/recent. */
void question_row_set(struct question_row *, const struct recent_record *);

/* Reads the newest row before the number (UINT64_MAX: of all), and the oldest one behind it
 * (0: of all). Each returns the number of the row, or 0 if there is none. If the ring does
 * not reach as far as the number, it is one of an earlier ring, so the oldest row of all is
 * behind it. */
uint64_t question_row_before(struct question_row *, uint64_t number);
uint64_t question_row_behind(struct question_row *, uint64_t number);

/* Reads the number of a row, as text from a stranger; 0 if it is none. */
uint64_t question_row_number(const char *text);
