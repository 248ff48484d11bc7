/*
 * Members in capitals, those that begin with "rdata" and those of the sections have the
 * names of RFC 8427. Others, such as the server and the time, have names of ours in lower
 * case. Names and data are in presentation form, so that everything is ASCII.
 */
#include "client/view_json.h"

#include "base/bytes.h"
#include "base/xalloc.h"
#include "client/dig_opt.h"
#include "client/source.h"
#include "dns/edns.h"
#include "dns/rcode.h"
#include "dns/record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ASCII_LINE = JSON_COMPACT | JSON_ENSURE_ASCII };

static void put_object(FILE *out, json_t *object)
{
    json_dumpf(object, out, ASCII_LINE);
    json_decref(object);
}

/* Without the braces around them. */
static void put_members(FILE *out, json_t *object)
{
    json_dumpf(object, out, ASCII_LINE | JSON_EMBED);
    json_decref(object);
}

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static void set_question(json_t *object, const char *name, uint16_t type, uint16_t class)
{
    char text[TYPE_TEXT];

    set(object, "QNAME", json_string(name));
    set(object, "QTYPE", json_integer(type));
    set(object, "QTYPEname", json_string(type_to_text(type, text)));
    set(object, "QCLASS", json_integer(class));
    set(object, "QCLASSname", json_string(class_to_text(class, text)));
}

static void set_flags(json_t *object, uint16_t flags)
{
    static const struct {
        const char *name;
        uint16_t bit;
    } bits[] = {{"QR", WIRE_QR}, {"AA", WIRE_AA}, {"TC", WIRE_TC}, {"RD", WIRE_RD},
                {"RA", WIRE_RA}, {"AD", WIRE_AD}, {"CD", WIRE_CD}};

    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        set(object, bits[i].name, json_boolean(flags & bits[i].bit));
    set(object, "Opcode", json_integer(wire_opcode(flags)));
}

static json_t *hex_of(const uint8_t *octets, size_t size)
{
    char *text = xmalloc(2 * size + 1);
    json_t *hex;

    *text = '\0';
    for (size_t i = 0; i < size; i++)
        sprintf(text + 2 * i, "%02X", octets[i]);
    hex = json_string(text);
    free(text);
    return hex;
}

/* Names are written in full, since compression means nothing outside the message. */
static void set_data(json_t *object, const struct print_record *record,
                     const struct exchange *exchange)
{
    struct reader in = reader_of(exchange->wire, exchange->size);
    struct record *full;

    in.pos = record->at;
    full = record_read(&in);
    set(object, "RDLENGTH", json_integer(full ? (json_int_t)full->data_len : record->size));
    set(object, "RDATAHEX",
        full ? hex_of(full->data, full->data_len) : hex_of(record->octets, record->size));
    free(full);
}

static json_t *record_of(const struct print_record *record, const struct exchange *exchange)
{
    json_t *object = json_object();
    char member[sizeof "rdata" + TYPE_TEXT];

    set(object, "NAME", json_string(record->owner));
    set(object, "TYPE", json_integer(record->type));
    set(object, "TYPEname", json_string(record->type_text));
    set(object, "CLASS", json_integer(record->class));
    set(object, "CLASSname", json_string(record->class_text));
    set(object, "TTL", json_integer(record->ttl));
    set_data(object, record, exchange);
    if (record->is_readable) {
        snprintf(member, sizeof member, "rdata%s", record->type_text);
        set(object, member, json_string(record->data));
    }
    return object;
}

/* Each record is written before the next one is made, since as objects the records of a
 * 64 KiB message would take 7 MB. */
static void put_section(FILE *out, const char *name, const struct received_records *section,
                        const struct exchange *exchange)
{
    fprintf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < section->count; i++) {
        if (i > 0)
            fputc(',', out);
        put_object(out, record_of(&section->records[i], exchange));
    }
    fputc(']', out);
}

static void put_sections(FILE *out, const struct exchange *exchange)
{
    static const char *const names[] = {"answerRRs", "authorityRRs", "additionalRRs"};

    for (size_t i = 0; i < SECTIONS; i++)
        put_section(out, names[i], &exchange->reply.sections[i], exchange);
}

static json_t *option_of(const struct edns_option *option)
{
    json_t *object = json_object();
    const char *name = dig_opt_name(option->code);
    char *text;
    size_t size;
    FILE *out = xopen_memstream(&text, &size);

    dig_opt_value(out, option, false);
    fclose(out);
    set(object, "code", json_integer(option->code));
    if (name)
        set(object, "name", json_string(name));
    set(object, "hex", hex_of(option->data, option->size));
    set(object, "text", json_string(text));
    free(text);
    return object;
}

static void put_edns(FILE *out, const struct received_opt *opt)
{
    json_t *edns;

    if (!opt->is_there)
        return;
    edns = json_object();
    set(edns, "version", json_integer(opt->version));
    set(edns, "DO", json_boolean(opt->flags & WIRE_DO));
    set(edns, "udp_size", json_integer(opt->udp_size));
    fputs(",\"edns\":{", out);
    put_members(out, edns);
    fputs(",\"options\":[", out);
    for (size_t i = 0; i < opt->count; i++) {
        if (i > 0)
            fputc(',', out);
        put_object(out, option_of(&opt->options[i]));
    }
    fputs("]}", out);
}

/* An extended DNS error; NULL for any other option. */
static json_t *error_option_of(const struct edns_option *option)
{
    struct reader in = reader_of(option->data, option->size);
    json_t *object;
    uint16_t code;
    char *text;

    if (option->code != EDNS_OPTION_EDE || !get_u16(&in, &code))
        return NULL;
    object = json_object();
    set(object, "code", json_integer(code));
    if (print_ede(code))
        set(object, "name", json_string(print_ede(code)));
    text = print_safe(in.data + in.pos, reader_left(&in));
    set(object, "text", json_string(text));
    free(text);
    return object;
}

static void put_errors(FILE *out, const struct received_opt *opt)
{
    const char *before = ",\"ede\":[";
    json_t *error;

    for (size_t i = 0; i < opt->count; i++) {
        error = error_option_of(&opt->options[i]);
        if (!error)
            continue;
        fputs(before, out);
        put_object(out, error);
        before = ",";
    }
    if (strcmp(before, ",") == 0)
        fputc(']', out);
}

static void set_header(json_t *object, const struct received *reply)
{
    static const char *const counts[] = {"QDCOUNT", "ANCOUNT", "NSCOUNT", "ARCOUNT"};

    set(object, "ID", json_integer(reply->id));
    set_flags(object, reply->flags);
    set(object, "RCODE", json_integer(reply->rcode));
    set(object, "status", json_string(rcode_text(reply->rcode)));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        set(object, counts[i], json_integer(reply->counts[i]));
}

/* What went wrong, or NULL. */
static const char *error_of(const struct exchange *exchange)
{
    switch (exchange->state) {
    case EXCHANGE_ANSWERED:
        return exchange->reply.is_whole || exchange->reply.is_truncated ? NULL
                                                                        : "malformed reply";
    case EXCHANGE_UNREACHABLE:
        return show_system_error(exchange->error);
    default:
        return "timed out";
    }
}

static json_t *question_of(const struct exchange *exchange)
{
    const struct ask *ask = &exchange->ask;
    json_t *object = json_object();

    set_question(object, ask->name, ask->question.type, ask->form.class);
    if (exchange->state == EXCHANGE_ANSWERED)
        set_header(object, &exchange->reply);
    return object;
}

/* Says where the server has found it, if it has told. */
static void set_source(json_t *object, const struct exchange *exchange)
{
    struct source source;

    if (!source_read(&source, exchange))
        return;
    set(object, "source", json_string(source.text));
    if (source.has_age)
        set(object, "cache_age", json_integer(source.age));
    if (source.how == WAY_STALE)
        set(object, "stale", json_true());
}

static json_t *exchange_of(const struct show *show, const struct exchange *exchange)
{
    json_t *object = json_object();
    char server[ADDR_TEXT];

    set(object, "server", json_string(addr_format(show->server, server)));
    set(object, "transport", json_string(exchange->is_over_tcp ? "TCP" : "UDP"));
    set(object, "time_us", json_integer(exchange->ended_us - exchange->sent_us));
    set(object, "size", json_integer((json_int_t)exchange->size));
    set_source(object, exchange);
    if (error_of(exchange))
        set(object, "error", json_string(error_of(exchange)));
    return object;
}

void view_json(struct show *show, const struct exchange *exchange)
{
    FILE *out = show->out;

    fputc('{', out);
    put_members(out, question_of(exchange));
    if (exchange->state == EXCHANGE_ANSWERED) {
        put_sections(out, exchange);
        put_edns(out, &exchange->reply.opt);
        put_errors(out, &exchange->reply.opt);
    }
    fputc(',', out);
    put_members(out, exchange_of(show, exchange));
    fputs("}\n", out);
}
