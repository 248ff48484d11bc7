/*
 * The configuration file: each error is one printable line that says where it is, and a
 * comment above each line of the file changes nothing but these places.
 */
#include "fuzz.h"

#include "daemon/config.h"
#include "daemon/config_file.h"

#include <dlfcn.h>

enum { INPUT_MAX = 4096 };

static const char path[] = "/etc/fuzz.conf";

/* What that file has. */
static const char *file;
static size_t file_size;

/* Takes the place of libc's. libFuzzer opens files, too. */
FILE *fopen(const char *name, const char *mode)
{
    FILE *(*open_it)(const char *, const char *);

    if (strcmp(name, path) == 0)
        return fmemopen((void *)(uintptr_t)file, file_size, mode);
    *(void **)&open_it = dlsym(RTLD_NEXT, "fopen");
    return open_it(name, mode);
}

static void fill(const char *text, size_t size)
{
    file = text;
    file_size = size;
}

/* What is printed goes to `errors`, which takes the place of stderr for that time. */
static bool read_file(struct config *config, struct text *errors)
{
    FILE *terminal = stderr;
    bool done;

    config_set_defaults(config);
    stderr = text_begin(errors);
    done = config_file_read(config, path) && config_complete(config);
    text_end(errors);
    stderr = terminal;
    must(done == (errors->size == 0));
    must_be_printable(errors->octets, errors->size);
    return done;
}

/* The number of the line; its errors without what they say of the place. */
static long strip(char **line)
{
    char *at;
    long number;

    must(strncmp(*line, "hostdnsd: ", 10) == 0);
    must(strncmp(*line + 10, path, strlen(path)) == 0);
    at = *line + 10 + strlen(path);
    must(*at == ':');
    number = strtol(at + 1, &at, 10);
    must(number > 0 && strncmp(at, ": ", 2) == 0);
    *line = at + 2;
    return number;
}

static void must_be_the_same(char *errors, char *others)
{
    char *line, *other, *kept = NULL, *kept_other = NULL;

    line = strtok_r(errors, "\n", &kept);
    other = strtok_r(others, "\n", &kept_other);
    for (; line;
         line = strtok_r(NULL, "\n", &kept), other = strtok_r(NULL, "\n", &kept_other)) {
        long number = strip(&line);

        must(other && strip(&other) == 2 * number && strcmp(line, other) == 0);
    }
    must(!other);
}

static void fill_with_comments(const uint8_t *data, size_t size)
{
    static char text[5 * INPUT_MAX + 4];
    size_t len = 0;

    for (size_t i = 0; i < size; i++) {
        if (i == 0 || data[i - 1] == '\n') {
            memcpy(text + len, "# a\n", 4);
            len += 4;
        }
        text[len++] = (char)data[i];
    }
    fill(text, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config, other;
    static struct text errors, others;
    bool done, other_done;

    if (size > INPUT_MAX)
        return 0;
    fill((const char *)data, size);
    done = read_file(&config, &errors);
    fill_with_comments(data, size);
    other_done = read_file(&other, &others);
    /* A byte order mark is passed over in the first line alone. */
    if (!memchr(data, 0xef, size)) {
        must(done == other_done && config.listen_count == other.listen_count);
        must(memcmp(&config.serve.cache, &other.serve.cache, sizeof config.serve.cache) ==
             0);
        must_be_the_same(errors.octets, others.octets);
    }
    config_free(&config);
    config_free(&other);
    return 0;
}
