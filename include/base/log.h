/*
 * The log: one line for each event, to stderr, as "hostdnsd[lookup]: text". Each line is
 * one write, so lines of several processes do not mix. A line that cannot be written at
 * once (base/output) is lost. The next line that can be written follows one that says how
 * many were lost.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* `name` (borrowed for good) stands before each line; lines above `level` are dropped. */
void log_open(const char *name, enum log_level level);

void log_set_level(enum log_level);

/* Changes the name; the level stays. */
void log_rename(const char *name);

/* How many lines this process has lost since it last wrote one. */
unsigned log_lost(void);

/* True if systemd's journal reads standard error and notes the time of each line:
 * JOURNAL_STREAM names it (systemd.exec(5)). */
bool log_has_times(void);

/* False if a line of this level would be dropped, so that it need not be made. */
bool log_shows(enum log_level level);

/* Limits a warning that somebody else can cause again and again; zeroed at first. */
struct log_limit {
    int64_t began; /* clock_ms() of the first warning in this minute */
    unsigned count;
};

enum { LOG_LIMIT = 10 }; /* warnings a minute */

/* True if the warning may be logged at the time `now`. The first warning of a later minute
 * follows a line that says how many were not logged. */
bool log_limit_allows(struct log_limit *, int64_t now);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Lines that the operator has asked for: they are shown at every level. */
void log_always(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Writes such a line without a name before it. */
void log_bare(const char *format, ...) __attribute__((format(printf, 1, 2)));
