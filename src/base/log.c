#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

static const char *log_name = "hostdns";
static _Atomic enum log_level log_level = LOG_LEVEL_INFO; /* threads read it */

void log_open(const char *name, enum log_level level)
{
    log_name = name;
    log_level = level;
}

void log_set_level(enum log_level level)
{
    log_level = level;
}

enum log_level log_get_level(void)
{
    return log_level;
}

void log_rename(const char *name)
{
    log_name = name;
}

bool log_shows(enum log_level level)
{
    return level <= log_level;
}

/* A line longer than this is cut. */
enum { LINE_SIZE = 3072 };

__attribute__((format(printf, 2, 0))) static void log_line(enum log_level level,
                                                           const char *format, va_list args)
{
    char line[LINE_SIZE];
    int saved = errno, head, body;
    size_t length;

    if (!log_shows(level))
        return;
    head = snprintf(line, sizeof line, "%s: ", log_name);
    if (head < 0 || (size_t)head >= sizeof line)
        return;
    errno = saved; /* for a %m in the format */
    body = vsnprintf(line + head, sizeof line - (size_t)head, format, args);
    if (body < 0)
        return;
    length = (size_t)head + (size_t)body;
    if (length > sizeof line - 1)
        length = sizeof line - 1;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, length) == -1) {
        /* nowhere left to say it */
    }
    errno = saved;
}

#define LOG_FUNCTION(function, level)                                                      \
    void function(const char *format, ...)                                                 \
    {                                                                                      \
        va_list args;                                                                      \
        va_start(args, format);                                                            \
        log_line(level, format, args);                                                     \
        va_end(args);                                                                      \
    }

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_always, LOG_LEVEL_ERROR)

void log_bare(const char *text)
{
    char line[LINE_SIZE];
    int saved = errno, length = snprintf(line, sizeof line, "%s", text);

    if (length < 0)
        return;
    if ((size_t)length > sizeof line - 1)
        length = sizeof line - 1;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)length) == -1) {
        /* nowhere left to say it */
    }
    errno = saved;
}

enum { LIMIT_MS = 60000 };

bool log_limit_allows(struct log_limit *limit, int64_t now)
{
    if (limit->count == 0 || now - limit->began >= LIMIT_MS) {
        if (limit->count > LOG_LIMIT)
            log_warning("%u warnings like the next one were left out",
                        limit->count - LOG_LIMIT);
        *limit = (struct log_limit){.began = now};
    }
    return limit->count++ < LOG_LIMIT;
}
