#include "lookup/owner.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/hosts_line.h"
#include "dns/localhost.h"
#include "dns/reverse.h"
#include "lookup/by_address.h"
#include "lookup/hosts_file.h"
#include "lookup/sources.h"

enum {
    LINE_SIZE = 1024,      /* octets; no real line is longer */
    SHORT_FILE = 64 << 10, /* octets that are read in microseconds */
};

static bool is_machine_name(const struct question *question)
{
    char machine[256] = "", text[NAME_TEXT];

    if (question_is_below(question, LOCALHOST_WIRE) ||
        question_is_below(question, "\10_gateway") ||
        question_is_below(question, "\11_outbound"))
        return true;
    return gethostname(machine, sizeof machine - 1) == 0 &&
           name_to_host(question_name(question), text) != NAME_NOWHERE &&
           strcasecmp(machine, text) == 0;
}

static bool starts_with(const struct hosts_source *source, const char *text)
{
    size_t len = strlen(text);

    return source->name_len >= len && memcmp(source->name, text, len) == 0;
}

/* False if the source only knows names of other kinds. */
static bool may_know(const struct hosts_source *source, const struct question *question,
                     bool in_files)
{
    if (hosts_source_is(source, "dns"))
        return false;
    if (hosts_source_is(source, "files"))
        return in_files;
    if (by_address_is_asked(question))
        return true;
    if (question_is_below(question, "\5local"))
        return starts_with(source, "mdns") || hosts_source_is(source, "resolve");
    if (starts_with(source, "mdns"))
        return false;
    return !hosts_source_is(source, "myhostname") || is_machine_name(question);
}

static enum answer_source kind_of(const struct hosts_source *source)
{
    if (hosts_source_is(source, "files"))
        return ANSWER_FROM_FILES;
    if (starts_with(source, "mdns"))
        return ANSWER_FROM_MDNS;
    if (hosts_source_is(source, "myhostname"))
        return ANSWER_FROM_MACHINE;
    if (hosts_source_is(source, "resolve"))
        return ANSWER_FROM_RESOLVED;
    return ANSWER_FROM_HOST;
}

static void add_word(char text[static OWNER_TEXT], const struct hosts_source *source)
{
    size_t len = strlen(text);

    snprintf(text + len, OWNER_TEXT - len, "%s%.*s", len > 0 ? " " : "",
             (int)source->name_len, source->name);
}

/* True if a source certainly knows what it may know, so libc asks none behind it. */
static bool knows(const struct hosts_source *source, const struct question *question)
{
    return hosts_source_is(source, "files") ||
           (hosts_source_is(source, "myhostname") && !by_address_is_asked(question));
}

enum answer_source owner_in_line(const char *line, bool in_files,
                                 const struct question *question,
                                 char text[static OWNER_TEXT])
{
    enum answer_source kind = ANSWER_FROM_HOST;
    struct hosts_source source;
    size_t count = 0;

    *text = '\0';
    while (hosts_line_next(&line, &source) == HOSTS_SOURCE) {
        if (!may_know(&source, question, in_files))
            continue;
        add_word(text, &source);
        kind =
            count++ == 0 || kind == kind_of(&source) ? kind_of(&source) : ANSWER_FROM_HOST;
        if (knows(&source, question))
            break;
    }
    if (count == 0 && is_machine_name(question))
        return ANSWER_FROM_MACHINE; /* our own answer, which no source has */
    return kind;
}

static bool is_only_files(const char *line)
{
    struct hosts_source source;

    while (hosts_line_next(&line, &source) == HOSTS_SOURCE)
        if (!hosts_source_is(&source, "files") && !hosts_source_is(&source, "dns"))
            return false;
    return true;
}

static bool is_in_files(const struct question *question, size_t most)
{
    uint8_t address[16];
    char text[NAME_TEXT];

    switch (reverse_parse(question_name(question), address)) {
    case REVERSE_IP4:
        return hosts_file_has_address(address, 4, most);
    case REVERSE_IP6:
        return hosts_file_has_address(address, 16, most);
    default:
        return name_to_host(question_name(question), text) != NAME_NOWHERE &&
               hosts_file_has_name(text, most);
    }
}

enum answer_source owner_guess(const struct question *question, char text[OWNER_TEXT])
{
    char line[LINE_SIZE], unused[OWNER_TEXT];
    bool in_files;

    if (!text && sources_last().files_then_dns && !localhost_is_asked(question))
        return ANSWER_FROM_FILES; /* no other source can have known it */
    sources_read_line(line, sizeof line);
    in_files = (is_only_files(line) && !is_machine_name(question)) ||
               is_in_files(question, text ? SIZE_MAX : SHORT_FILE);
    return owner_in_line(line, in_files, question, text ? text : unused);
}
