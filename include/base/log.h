/*
 * One line an event, to stderr: "hostdnsd[lookup]: text". Each line is one write, so
 * lines of several processes do not mix.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* `name` (borrowed for ever) stands before each line; lines above `level` are dropped. */
void log_open(const char *name, enum log_level level);

void log_set_level(enum log_level);
enum log_level log_get_level(void);

/* The same level under another name. */
void log_rename(const char *name);

/* False if a line of this level would be dropped: saves the work of making one. */
bool log_shows(enum log_level level);

/* For a warning that somebody else can cause again and again; zeroed at first. */
struct log_limit {
    int64_t began; /* clock_ms() of the first in this minute */
    unsigned count;
};

enum { LOG_LIMIT = 10 }; /* warnings a minute */

/*
 * True if the warning may be logged at the time `now`. The first one of a later minute is
 * preceded by a line that says how many were left out.
 */
bool log_limit_allows(struct log_limit *, int64_t now);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What was asked for: shown at every level. */
void log_always(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same without a name before it. */
void log_bare(const char *line);

#endif
