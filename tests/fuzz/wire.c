/* +wire: each octet of any message belongs to just one field, and what is shown of it is
 * printable. */
#include "fuzz.h"

#include "client/view_wire.h"
#include "dns/annotate.h"

static void take(void *next, const struct annotation *field)
{
    size_t *at = next;

    must(field->at == *at);
    *at += field->len;
    must_be_printable(field->value, strlen(field->value));
    must_be_printable(field->meaning, strlen(field->meaning));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct text text;
    size_t next = 0;

    annotate(data, size, take, &next);
    must(next == size);
    if (draw(16, data, size) != 0)
        return 0;
    view_wire_message(text_begin(&text), data, size);
    text_end(&text);
    must_be_printable(text.octets, text.size);
    return 0;
}
