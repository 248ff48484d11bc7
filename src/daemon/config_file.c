#include "daemon/config_file.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The state of inih's callbacks, which are not told the number of the line. */
struct file {
    struct config *config;
    struct config_place place;
    FILE *stream;
    char *text; /* the line; getline()'s */
    size_t room;
    bool failed;
};

/* What inih passes over at both ends of a line. */
static const char blanks[] = " \t\v\f\r";

/* True if inih finds one of `ends`: it looks no further than an inline comment, a semicolon
 * behind a blank. */
static bool finds(const char *text, const char *ends)
{
    const char *end = strpbrk(text, ends);

    for (const char *at = text; end && (at = strchr(at, ';')) && at < end; at++)
        if (at > text && strchr(blanks, at[-1]))
            return false;
    return end != NULL;
}

/* False after printing the error if inih would misread the line. */
static bool is_usable(struct file *file, const char *text, int size)
{
    if (*text == '\0' || strchr("#;", *text))
        return strlen(text) < (size_t)size;
    if (*text == '[' && finds(text, "]"))
        file->failed |= !config_complain(&file->place, "%.*s: there are no sections",
                                         (int)strcspn(text, "]") + 1, text);
    else if (*text == '[' || !finds(text, "=:"))
        file->failed |= !config_complain(&file->place, "the line is not \"key = value\"");
    else if (strlen(text) >= (size_t)size)
        file->failed |=
            !config_complain(&file->place, "the line is longer than %d octets", size - 1);
    else
        return true;
    return false;
}

/* Returns the place where inih begins to read the line. In the first line inih passes over
 * a byte order mark as well. */
static const char *first_word(const struct file *file)
{
    static const char mark[] = "\xef\xbb\xbf";
    const char *text = file->text + strspn(file->text, blanks);

    while (file->place.line == 1 && strncmp(text, mark, sizeof mark - 1) == 0) {
        text += sizeof mark - 1;
        text += strspn(text, blanks);
    }
    return text;
}

/*
 * Gives inih the next line, or an empty one instead of one it would misread: it cuts long
 * lines into several, takes an indented one for part of the line above, and reports only
 * the first without a value.
 */
static char *next_line(char *line, int size, void *context)
{
    struct file *file = context;
    const char *text;
    bool has_zero;
    ssize_t len;

    len = getline(&file->text, &file->room, file->stream);
    if (len == -1)
        return NULL;
    file->place.line++;
    has_zero = strlen(file->text) < (size_t)len;
    if (has_zero)
        file->failed |= !config_complain(&file->place, "the line has an octet of zero");
    file->text[strcspn(file->text, "\n")] = '\0';
    text = first_word(file);
    snprintf(line, (size_t)size, "%s",
             !has_zero && is_usable(file, text, size) ? text : "");
    return line;
}

static int set_from_file(void *context, const char *section, const char *key,
                         const char *value)
{
    struct file *file = context;

    (void)section; /* is_usable() lets none through */
    if (!config_set(file->config, &file->place, key, value))
        file->failed = true;
    return 1; /* go on: all errors are wanted */
}

static bool cannot_read(const char *path)
{
    static const struct config_place place = {.flag = "-c"};

    return config_complain(&place, "%s: %s", path, strerror(errno));
}

bool config_file_read(struct config *config, const char *path)
{
    struct file file = {.config = config, .place = {.file = path}};
    bool done;

    file.stream = fopen(path, "re");
    if (!file.stream)
        return cannot_read(path);
    errno = 0;
    done = ini_parse_stream(next_line, &file, set_from_file, &file) == 0 && !file.failed;
    if (ferror(file.stream))
        done = cannot_read(path);
    free(file.text);
    fclose(file.stream);
    return done;
}
