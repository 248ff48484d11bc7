/* Texts that a host has: nsswitch.conf, resolv.conf, our own configuration, names that
 * people type. Sources of a hosts: line stand in it, in order; a name that was read is
 * written and read again as the same. */
#include "fuzz.h"

#include "base/hosts_line.h"
#include "daemon/config_file.h"
#include "dns/name.h"
#include "upstream/resolv_conf.h"

#include <sys/mman.h>
#include <unistd.h>

static void read_hosts_line(const char *text)
{
    struct hosts_source source;
    size_t len;
    const char *line = hosts_line_find(text, &len), *at;
    char *copy;

    if (!line)
        return;
    must(line >= text && line + len <= text + strlen(text));
    copy = strndup(line, len);
    must(copy);
    for (at = copy; hosts_line_next(&at, &source) == HOSTS_SOURCE;) {
        must(source.name >= copy && source.name_len > 0 && source.name_len <= source.len);
        must(source.name + source.len <= copy + len && at <= copy + len);
    }
    free(copy);
}

static void read_name(const char *text)
{
    uint8_t name[NAME_WIRE_MAX], again[NAME_WIRE_MAX];
    char printed[NAME_PRINTED];
    size_t len = name_from_text(text, name);

    if (len == 0)
        return;
    must_be_printable(name_to_text((struct name){name, len}, printed), strlen(printed));
    must(name_from_text(printed, again) == len && memcmp(name, again, len) == 0);
}

static void read_configuration(const uint8_t *data, size_t size)
{
    struct config config;
    char path[32];
    int fd = memfd_create("fuzz", 0);

    must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    config_set_defaults(&config);
    config_file_read(&config, path);
    config_free(&config);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    must(text);
    read_hosts_line(text);
    resolv_conf_is_unsafe_text(text);
    read_name(text);
    read_configuration(data, size);
    free(text);
    return 0;
}
