/*
 * nsswitch.conf: its hosts: line is right for us if it is right for libc, and in a right
 * file it is; its sources stand in it in order; and if libc is to follow another line, that
 * is a right one.
 */
#include "fuzz.h"

#include "base/hosts_line.h"
#include "lookup/nss_line.h"

#include <nss.h>
#include <sanitizer/lsan_interface.h>

#pragma weak __lsan_disable /* these are not there when lines are counted */
#pragma weak __lsan_enable

/* libc keeps each list of sources for ever, and looks through all of them. */
enum { ASK_LIBC_TIMES = 4000 };

/* False if the line is wrong. */
static bool read_sources(const char *line)
{
    struct hosts_source source;
    enum hosts_next next;
    const char *at = line, *last = line;

    while ((next = hosts_line_next(&at, &source)) == HOSTS_SOURCE) {
        must(source.name >= last && source.name_len > 0 && source.name_len <= source.len);
        must(source.name + source.len == at && at <= line + strlen(line));
        last = at;
    }
    return next == HOSTS_END;
}

/* Each name becomes "x", so that libc does not get to know more and more modules. */
static void write_plainly(const char *line, char *out)
{
    bool inside = false, in_name = false;

    for (; *line; line++) {
        inside = inside ? *line != ']' : *line == '[';
        if (inside || strchr(" \t\n\v\f\r[]", *line)) {
            in_name = !inside && *line == ']' && in_name;
            *out++ = *line;
        } else if (!in_name) {
            in_name = true;
            *out++ = 'x';
        }
    }
    *out = '\0';
}

static void must_be_right_for_libc(const char *line, bool is_right)
{
    static unsigned times;
    char *plain;

    if (times == ASK_LIBC_TIMES)
        return;
    times++;
    plain = malloc(2 * strlen(line) + 1);
    must(plain);
    write_plainly(line, plain);
    if (__lsan_disable) /* libc loses some memory when a line is wrong */
        __lsan_disable();
    must((__nss_configure_lookup("hosts", plain) == 0) == is_right);
    if (__lsan_enable)
        __lsan_enable();
    free(plain);
}

static void read_line(const char *text, bool is_file_right)
{
    size_t len;
    const char *line = hosts_line_find(text, &len);
    char *copy;

    if (!line)
        return;
    must(line >= text && line + len <= text + strlen(text));
    copy = strndup(line, len);
    must(copy && !strchr(copy, '\n'));
    must_be_right_for_libc(copy, read_sources(copy));
    must(!is_file_right || read_sources(copy));
    free(copy);
}

static void write_line(const char *text, enum resolved_state state)
{
    static char line[2 * NSS_TEXT];
    struct sources sources;

    if (nss_line_read(text, state, &sources, line) == LINE_WRITTEN)
        must(read_sources(line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    bool is_right;

    must(text);
    memcpy(text, data, size);
    is_right = hosts_line_prepare(text, size);
    must(strlen(text) <= size);
    read_line(text, is_right);
    for (int state = RESOLVED_ABSENT; state <= RESOLVED_STUB; state++)
        write_line(text, (enum resolved_state)state);
    free(text);
    return 0;
}
