#include "web/packet_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "dns/annotate.h"

static json_t *hex(const uint8_t *wire, size_t len)
{
    char *text = malloc(2 * len + 1);
    json_t *string;

    if (!text)
        return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < len; i++)
        sprintf(text + 2 * i, "%02x", wire[i]);
    string = json_string(text);
    free(text);
    return string;
}

struct field_list {
    json_t *array;
    bool failed; /* memory is short */
};

static void take_field(void *context, const struct annotation *field)
{
    struct field_list *list = context;
    json_t *item =
        json_pack("{s:i, s:i, s:i, s:s, s:s, s:s, s:s}", "offset", (int)field->at, "len",
                  (int)field->len, "depth", (int)field->depth, "name", field->name, "value",
                  field->value, "meaning", field->meaning, "source", field->source);

    if (json_array_append_new(list->array, item) == -1)
        list->failed = true;
}

static json_t *fields(const uint8_t *wire, size_t len)
{
    struct field_list list = {.array = json_array()};

    annotate(wire, len, take_field, &list);
    if (!list.failed)
        return list.array;
    json_decref(list.array);
    return NULL;
}

json_t *packet_json(const char *what, const uint8_t *wire, size_t len, size_t size)
{
    return json_pack("{s:s, s:i, s:o, s:o}", "what", what, "len", (int)size, "hex",
                     hex(wire, len), "fields", fields(wire, len));
}
