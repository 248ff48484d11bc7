#include "daemon/config_file.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What inih's callbacks work on: it tells them neither the line nor each error's. */
struct file {
    struct options *options;
    struct options_place place;
    FILE *stream;
    char *text; /* the line; getline()'s */
    size_t room;
    bool failed;
};

/* True if inih can make something of the line; otherwise it has been complained of. */
static bool is_usable(struct file *file, const char *text, int size)
{
    if (*text == '\0' || strchr("#;[", *text))
        return strlen(text) < (size_t)size;
    if (!strpbrk(text, "=:"))
        file->failed |= !options_complain(&file->place, "no \"key = value\"");
    else if (strlen(text) >= (size_t)size)
        file->failed |= !options_complain(&file->place, "longer than %d octets", size - 1);
    else
        return true;
    return false;
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

    if (getline(&file->text, &file->room, file->stream) == -1)
        return NULL;
    file->place.line++;
    file->text[strcspn(file->text, "\r\n")] = '\0';
    text = file->text + strspn(file->text, " \t");
    snprintf(line, (size_t)size, "%s", is_usable(file, text, size) ? text : "");
    return line;
}

static int set_from_file(void *context, const char *section, const char *key,
                         const char *value)
{
    struct file *file = context;

    if (*section)
        file->failed |=
            !options_complain(&file->place, "[%s]: there are no sections", section);
    else if (!options_set(file->options, &file->place, key, value))
        file->failed = true;
    return 1; /* go on: all errors are wanted */
}

static bool cannot_read(const char *path)
{
    static const struct options_place place = {.flag = "-c"};

    return options_complain(&place, "%s: %s", path, strerror(errno));
}

bool config_file_read(struct options *options, const char *path)
{
    struct file file = {.options = options, .place = {.file = path}};
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
