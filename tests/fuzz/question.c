/*
 * A recent question on the web page. A serve process that has been taken over may have
 * written any record: the JSON of it is JSON, in which the fields of each packet follow one
 * another, and its row in the table has no tags but those of the page.
 */
#include "json.h"

#include "base/bytes.h"
#include "web/page_rows.h"
#include "web/question_json.h"

static size_t take(struct reader *in, void *out, size_t most)
{
    const uint8_t *octets;
    uint16_t len = 0;

    get_u16(in, &len);
    len = (uint16_t)(len % (most + 1));
    if (len > reader_left(in))
        len = (uint16_t)reader_left(in);
    if (get_bytes(in, &octets, len) && len > 0)
        memcpy(out, octets, len);
    return len;
}

/* Lengths and addresses as they come; then what is shown, each piece behind its length. */
static void make_record(struct recent_record *record, struct reader in)
{
    uint8_t lens = 0;

    memset(record, 0, sizeof *record);
    get_u8(&in, &record->client_len);
    get_u8(&in, &record->over_tcp);
    get_u8(&in, &lens);
    get_u16(&in, &record->rcode);
    get_u16(&in, &record->ede);
    take(&in, &record->at, sizeof record->at);
    record->reply_len = (uint16_t)take(&in, record->reply, RECENT_REPLY);
    record->question_len = (uint16_t)take(&in, record->question, RECENT_QUESTION);
    record->way_len = (uint16_t)take(&in, record->way, RECENT_WAY);
    take(&in, record->reason, RECENT_REASON);
    take(&in, record->client, sizeof record->client);
    record->question_size = record->question_len + (lens & 0xfU);
    record->reply_size = record->reply_len + (lens & 0xf0U) - (lens & 1U);
}

static json_int_t number(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);

    must(json_is_integer(value));
    return json_integer_value(value);
}

static void must_be_the_packet(const json_t *packet, const uint8_t *wire, size_t len)
{
    const char *hex = json_string_value(json_object_get(packet, "hex"));
    json_int_t at = 0;
    const json_t *field;
    size_t i;

    must(hex && strlen(hex) == 2 * len);
    for (i = 0; i < len; i++)
        must(strtol((char[]){hex[2 * i], hex[2 * i + 1], '\0'}, NULL, 16) == wire[i]);
    json_array_foreach(json_object_get(packet, "fields"), i, field)
    {
        must(number(field, "offset") == at);
        at += number(field, "len");
    }
    must(at == (json_int_t)len);
}

static void must_be_json(const struct recent_record *record)
{
    static struct text text;
    json_t *json;
    const json_t *packets;

    json_begin();
    must(question_json_whole(text_begin(&text), record));
    text_end(&text);
    must_be_printable(text.octets, text.size);
    json = json_loadb(text.octets, text.size, 0, NULL);
    packets = json_object_get(json, "packets");
    must_be_the_packet(json_array_get(packets, 0), record->question, record->question_len);
    must_be_the_packet(json_array_get(packets, 1), record->reply, record->reply_len);
    json_decref(json);
    json_end();
}

static void must_have_no_other_tags(const char *html)
{
    static const char *const tags[] = {"tr>", "tr ", "td ",  "td>",
                                       "a ",  "a>",  "span", "small>"};

    while ((html = strchr(html, '<'))) {
        size_t i = 0;

        html += html[1] == '/' ? 2 : 1;
        while (strncmp(html, tags[i], strlen(tags[i])) != 0)
            must(++i < sizeof tags / sizeof *tags);
    }
}

static void must_be_a_row(const struct recent_record *record)
{
    static struct question_row row;
    static struct text text;

    question_row_set(&row, record);
    must_be_printable(row.error, strlen(row.error));
    must_be_printable(row.name, strlen(row.name));
    page_rows_put(text_begin(&text), &row);
    text_end(&text);
    must_have_no_other_tags(text.octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct recent_record record;
    static bool is_open;

    if (!is_open)
        must(recent_open(-1, false) != -1);
    is_open = true;
    make_record(&record, reader_of(data, size));
    if (!recent_read(recent_write(&record), &record))
        return 0;
    must_be_a_row(&record);
    if (draw(16, data, size) == 0)
        must_be_json(&record);
    return 0;
}
