/*
 * The file is opened and locked for each line, so that several dialogues can append to it.
 * It is never emptied and rewritten, since a crash would then lose everything.
 */
#include "client/history.h"

#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

/* Only the last FILE_SIZE octets are read. */
enum { FILE_SIZE = HISTORY_LINES * (HISTORY_LINE + 1) };

struct history_text {
    char *octets; /* whole lines, each with its end */
    size_t size, lines;
    off_t start, end; /* where they lie in the file */
};

char *history_path(void)
{
    const char *path = getenv("HOSTDNS_HISTORY"), *state = getenv("XDG_STATE_HOME"),
               *home = getenv("HOME");

    if (path)
        return *path == '\0' ? NULL : xstrdup(path);
    if (state && *state == '/') /* its specification says to ignore relative paths */
        return xasprintf("%s/hostdns/history", state);
    if (home && *home == '/')
        return xasprintf("%s/.local/state/hostdns/history", home);
    return NULL;
}

static bool has_control_character(const char *line)
{
    size_t left = strlen(line), size;
    mbstate_t state = {0};
    wchar_t character;

    for (; left > 0; line += size, left -= size) {
        size = mbrtowc(&character, line, left, &state);
        if (size > left) { /* no character at all */
            state = (mbstate_t){0};
            size = 1;
        } else if (iswcntrl((wint_t)character)) {
            return true;
        }
    }
    return false;
}

bool history_is_fit(const char *line)
{
    return line[strspn(line, " ")] != '\0' && strlen(line) <= HISTORY_LINE &&
           !has_control_character(line);
}

/* Opens the file and locks it against other dialogues. -1 with errno; not being a regular
 * file is an error, too. */
static int open_locked(const char *path, int flags, int lock)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    struct stat status;

    if (fd == -1)
        return -1;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && flock(fd, lock) == 0)
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

static void drop_first(struct history_text *text, const char *start)
{
    size_t size = (size_t)(start - text->octets);

    memmove(text->octets, start, text->size - size);
    text->size -= size;
}

/* If the file is longer, the octets that are read may begin in the middle of a line. */
static void drop_half_line(struct history_text *text)
{
    const char *end = memchr(text->octets, '\n', text->size);

    drop_first(text, end ? end + 1 : text->octets + text->size);
}

/* Drops the oldest lines. */
static void keep_lines(struct history_text *text, size_t lines)
{
    const char *start = text->octets;

    for (; text->lines > lines; text->lines--)
        start =
            (const char *)memchr(start, '\n', (size_t)(text->octets + text->size - start)) +
            1;
    drop_first(text, start);
}

/* A line without an end gets one, as if it had been whole. */
static void end_lines(struct history_text *text)
{
    if (text->size > 0 && text->octets[text->size - 1] != '\n')
        text->octets[text->size++] = '\n';
    for (size_t i = 0; i < text->size; i++)
        text->lines += text->octets[i] == '\n';
}

/* Reads the file's lines; `octets` is to be freed in any case. False with errno. */
static bool read_lines(int fd, struct history_text *text)
{
    ssize_t count;

    *text = (struct history_text){.octets = xmalloc(FILE_SIZE + HISTORY_LINE + 2)};
    text->end = lseek(fd, 0, SEEK_END);
    if (text->end == -1)
        return false;
    text->start = text->end > FILE_SIZE ? text->end - FILE_SIZE : 0;
    count = pread(fd, text->octets, FILE_SIZE, text->start);
    if (count == -1)
        return false;
    text->size = (size_t)count;
    if (text->start > 0)
        drop_half_line(text);
    end_lines(text);
    return true;
}

void history_read(const char *path, void (*take)(void *arg, const char *line), void *arg)
{
    int fd = open_locked(path, O_RDONLY, LOCK_SH);
    struct history_text text;
    char *line, *end;

    if (fd == -1)
        return;
    if (read_lines(fd, &text)) {
        keep_lines(&text, HISTORY_LINES);
        for (line = text.octets; line < text.octets + text.size; line = end + 1) {
            end = memchr(line, '\n', (size_t)(text.octets + text.size - line));
            *end = '\0';
            if (strlen(line) == (size_t)(end - line) && history_is_fit(line))
                take(arg, line);
        }
    }
    free(text.octets);
    close(fd);
}

/* Makes the folders above the file. */
static void make_folders(const char *path)
{
    char *folder = xstrdup(path), *end = folder;

    while ((end = strchr(end + 1, '/'))) {
        *end = '\0';
        mkdir(folder,
              0700); /* it may exist already; open() will say if anything is wrong */
        *end = '/';
    }
    free(folder);
}

/* Writes everything, or leaves the file as long as it was. */
static bool write_at(int fd, const char *octets, size_t size, off_t at, off_t end)
{
    if (pwrite(fd, octets, size, at) == (ssize_t)size)
        return true;
    if (at == end && ftruncate(fd, end) == -1)
        return false;
    errno = ENOSPC;
    return false;
}

static bool append(int fd, struct history_text *text, const char *line)
{
    bool is_whole = text->start == 0 && (off_t)text->size == text->end;
    size_t before = text->size;

    strcpy(text->octets + text->size, line);
    text->size += strlen(line);
    text->octets[text->size++] = '\n';
    text->lines++;
    if (is_whole && text->lines <= HISTORY_LINES)
        return write_at(fd, text->octets + before, text->size - before, text->end,
                        text->end);
    keep_lines(text, HISTORY_LINES);
    return write_at(fd, text->octets, text->size, 0, text->end) &&
           ftruncate(fd, (off_t)text->size) == 0;
}

bool history_append(const char *path, const char *line)
{
    struct history_text text;
    bool done;
    int fd;

    make_folders(path);
    fd = open_locked(path, O_RDWR | O_CREAT, LOCK_EX);
    if (fd == -1)
        return false;
    done = read_lines(fd, &text) && append(fd, &text, line);
    free(text.octets);
    close(fd);
    return done;
}
