/*
 * A name that somebody types: what was read is written as printable text, and read again as
 * the same. If libc can carry it everywhere, its text for libc is the same name, too.
 */
#include "fuzz.h"

#include "dns/ask.h"
#include "dns/name.h"

static void must_be_carried(struct name name)
{
    uint8_t again[NAME_WIRE_MAX];
    char text[NAME_TEXT];

    if (name.len < 2 || name_to_host(name, text) != NAME_EVERYWHERE ||
        name_is_numeric(text))
        return;
    must(strlen(text) == name.len - 2);
    must(name_from_host(text, again) == name.len);
    must(memcmp(again, name.wire, name.len) == 0);
}

static void must_be_asked(const char *text, struct name name)
{
    struct question question;
    struct reader in;
    uint16_t class;
    struct ask ask;

    must(ask_build(&ask, text, TYPE_A, &(struct ask_form){0}) == 0);
    must_be_printable(ask.name, strlen(ask.name));
    in = reader_of(ask.wire, ask.size);
    must(get_skip(&in, WIRE_HEADER) && question_get(&in, &question, &class));
    must(name_equal(question_name(&question), name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size), printed[NAME_PRINTED];
    uint8_t wire[NAME_WIRE_MAX], again[NAME_WIRE_MAX];
    size_t len;

    must(text);
    len = name_from_text(text, wire);
    if (len > 0) {
        must_be_printable(name_to_text((struct name){wire, len}, printed), strlen(printed));
        must(name_from_text(printed, again) == len && memcmp(wire, again, len) == 0);
        must_be_carried((struct name){wire, len});
        must_be_asked(text, (struct name){wire, len});
    }
    free(text);
    return 0;
}
