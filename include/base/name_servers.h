/*
 * What one process knows of the name servers, in shared memory that others read, so that no
 * process has to be asked. The reader need not trust the writer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/seqlock.h"

/* What a server is known to be: a bit of `states`, and the word for it. */
#define NAME_SERVER_STATES(ROW)                                                            \
    ROW(ANSWERS, "answers")                                                                \
    ROW(SILENT, "silent")                                                                  \
    ROW(UNREACHABLE, "unreachable")                                                        \
    ROW(SLOW, "slow")                                                                      \
    ROW(WITHOUT_EDNS, "without EDNS")                                                      \
    ROW(OVER_TCP, "over TCP only")                                                         \
    ROW(ALTERS_CASE, "alters case")

#define NAME_SERVER_ENUM(name, text) NAME_SERVER_##name,
enum name_server_state { NAME_SERVER_STATES(NAME_SERVER_ENUM) NAME_SERVER_STATES_NUMBER };
#undef NAME_SERVER_ENUM

extern const char *const name_server_words[NAME_SERVER_STATES_NUMBER];

enum { NAME_SERVERS_ROWS = 3, NAME_SERVER_ADDRESS = 72 };

struct name_server_row {
    char address[NAME_SERVER_ADDRESS];
    uint32_t states;                  /* 1 << enum name_server_state */
    uint32_t rtt_us;                  /* smoothed; 0: it has not replied */
    uint64_t asked, answered, failed; /* queries, and what came of them */
    int64_t recheck_at;               /* clock_ms() of the next recheck, or 0 */
};

/* Empty if all is zero. */
struct name_servers {
    struct seqlock lock;
    struct name_servers_list {
        uint32_t count;
        struct name_server_row rows[NAME_SERVERS_ROWS];
    } list;
};

/* Writes what this process knows; there are at most NAME_SERVERS_ROWS rows. */
void name_servers_write(struct name_servers *, const struct name_server_row *,
                        size_t count);

/* Copies the rows, with everything in an address that is not printable ASCII as "?", and
 * returns how many there are; none if they are being written again and again. */
size_t name_servers_read(const struct name_servers *,
                         struct name_server_row rows[static NAME_SERVERS_ROWS]);
