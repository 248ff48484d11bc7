/*
 * The configuration file: each error is one printable line that says where it is, and a
 * comment above each line of the file changes nothing but these places.
 */
#include "fuzz.h"

#include "daemon/config.h"
#include "daemon/config_file.h"

#include <sys/mman.h>
#include <unistd.h>

static int file = -1;
static char path[32];

static void begin(void)
{
    file = memfd_create("fuzz", 0);
    must(file != -1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
}

static void fill(const char *text, size_t size)
{
    must(pwrite(file, text, size, 0) == (ssize_t)size);
    must(ftruncate(file, (off_t)size) == 0);
}

/* What is printed; the place of stderr is taken for that time. */
static char *read_file(struct config *config, bool *done)
{
    FILE *terminal = stderr;
    struct text text;

    config_set_defaults(config);
    stderr = text_begin(&text);
    *done = config_file_read(config, path) && config_complete(config);
    text_close(&text);
    stderr = terminal;
    must(*done == (text.size == 0));
    return text.octets;
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
    char *text = malloc(5 * size + 4);
    size_t len = 0;

    must(text);
    for (size_t i = 0; i < size; i++) {
        if (i == 0 || data[i - 1] == '\n') {
            memcpy(text + len, "# a\n", 4);
            len += 4;
        }
        text[len++] = (char)data[i];
    }
    fill(text, len);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config, other;
    char *errors, *others;
    bool done, other_done;

    if (file == -1)
        begin();
    if (size > 0 &&
        data[0] == 0xef) /* a byte order mark is passed over at the beginning alone */
        return 0;
    fill((const char *)data, size);
    errors = read_file(&config, &done);
    fill_with_comments(data, size);
    others = read_file(&other, &other_done);
    must(done == other_done && config.listen_count == other.listen_count);
    must(memcmp(&config.serve.cache, &other.serve.cache, sizeof config.serve.cache) == 0);
    must_be_the_same(errors, others);
    free(errors);
    free(others);
    config_free(&config);
    config_free(&other);
    return 0;
}
