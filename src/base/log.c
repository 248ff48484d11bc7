#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/counters.h"
#include "base/output.h"

static const char *log_name = "hostdns";
static _Atomic enum log_level log_level = LOG_LEVEL_INFO; /* threads read it */

static bool is_journal;

/* The variable is inherited, so standard error may be another file by now. */
static bool is_stream(int fd, const char *stream)
{
    char text[64];
    struct stat file;

    if (!stream || fstat(fd, &file) == -1)
        return false;
    snprintf(text, sizeof text, "%ju:%ju", (uintmax_t)file.st_dev, (uintmax_t)file.st_ino);
    return strcmp(text, stream) == 0;
}

bool log_has_times(void)
{
    return is_journal;
}

void log_open(const char *name, enum log_level level)
{
    is_journal = is_stream(STDERR_FILENO, getenv("JOURNAL_STREAM"));
    log_name = name;
    log_level = level;
}

void log_set_level(enum log_level level)
{
    log_level = level;
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
enum { LINE_SIZE = 3072, LOSS_SIZE = 160 };

/* Lines lost since one was last written. Threads write, too. */
static _Atomic unsigned lost_lines;
static _Atomic bool is_cut; /* the output ends with a part of a line */

unsigned log_lost(void)
{
    return lost_lines;
}

static void lose(enum output_result result)
{
    if (result == OUTPUT_CUT)
        is_cut = true;
    lost_lines++;
    count_in_thread(COUNT_LOG_LOST);
}

/* False if there is still no room. */
static bool tell_of_loss(void)
{
    char line[LOSS_SIZE];
    unsigned lost = atomic_exchange(&lost_lines, 0);
    bool cut = atomic_exchange(&is_cut, false);
    int length;

    if (lost == 0)
        return true;
    length = snprintf(line, sizeof line,
                      "%s%s: %u line%s lost, since nobody read the log in time\n",
                      cut ? "\n" : "", log_name, lost, lost == 1 ? "" : "s");
    if (output_write(STDERR_FILENO, line, (size_t)length) == OUTPUT_DONE)
        return true;
    lost_lines += lost;
    if (cut)
        is_cut = true;
    return false;
}

static void put_line(const char *line, size_t length)
{
    enum output_result result = OUTPUT_LOST;

    if (tell_of_loss())
        result = output_write(STDERR_FILENO, line, length);
    if (result != OUTPUT_DONE)
        lose(result);
}

/* `name` stands before the line, unless it is NULL. */
__attribute__((format(printf, 2, 0))) static void log_line(const char *name,
                                                           const char *format, va_list args)
{
    char line[LINE_SIZE];
    int saved = errno, head = 0, body;
    size_t length;

    if (name)
        head = snprintf(line, sizeof line, "%s: ", name);
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
    put_line(line, length);
    errno = saved;
}

#define LOG_FUNCTION(function, level, name)                                                \
    void function(const char *format, ...)                                                 \
    {                                                                                      \
        va_list args;                                                                      \
        va_start(args, format);                                                            \
        if (log_shows(level))                                                              \
            log_line(name, format, args);                                                  \
        va_end(args);                                                                      \
    }

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR, log_name)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING, log_name)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO, log_name)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG, log_name)
LOG_FUNCTION(log_always, LOG_LEVEL_ERROR, log_name)
LOG_FUNCTION(log_bare, LOG_LEVEL_ERROR, NULL)

enum { LIMIT_MS = 60000 };

bool log_limit_allows(struct log_limit *limit, int64_t now)
{
    if (limit->count == 0 || now - limit->began >= LIMIT_MS) {
        if (limit->count > LOG_LIMIT)
            log_warning("%u more warnings like the next one were not logged",
                        limit->count - LOG_LIMIT);
        *limit = (struct log_limit){.began = now};
    }
    return limit->count++ < LOG_LIMIT;
}
