#include "client/view_yaml.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "client/dig_data.h"
#include "client/dig_opt.h"
#include "client/view_dig.h"
#include "dns/edns.h"
#include "dns/rcode.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A time of clock_us() as "2026-11-29T06:27:41.331Z". */
static void put_time(FILE *out, const char *name, int64_t us)
{
    struct timespec now;
    int64_t ms;
    time_t seconds;
    struct tm utc;
    char text[32];

    clock_gettime(CLOCK_REALTIME, &now);
    ms = (now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000 - (clock_us() - us)) / 1000;
    seconds = (time_t)(ms / 1000);
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    fprintf(out, "    %s: !!timestamp %s.%03dZ\n", name, text, (int)(ms % 1000));
}

/* In single quotes; one inside stands twice (YAML 1.2 section 7.3.2). */
static void put_item(FILE *out, const char *text)
{
    fputs("        - '", out);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc(*text, out);
    }
    fputs("'\n", out);
}

static void put_record(FILE *out, const struct print_record *record,
                       const struct style *style)
{
    struct style one_line = *style;
    char *owner = dig_name(record->owner), *data, *line;

    one_line.is_multiline = one_line.show_record_comments = false;
    data = dig_data(record, &one_line);
    line = xasprintf("%s %u %s %s %s", owner, record->ttl, record->class_text,
                     record->type_text, data);
    put_item(out, line);
    free(line);
    free(owner);
    free(data);
}

static void put_section(FILE *out, const struct received_records *section, const char *name,
                        const struct style *style)
{
    if (section->count == 0)
        return;
    fprintf(out, "      %s_SECTION:\n", name);
    for (size_t i = 0; i < section->count; i++)
        put_record(out, &section->records[i], style);
}

static void put_question(FILE *out, const struct received *message)
{
    char class[TYPE_TEXT], type[TYPE_TEXT], *name, *line;

    if (!message->asked_name)
        return;
    name = dig_name(message->asked_name);
    line = xasprintf("%s %s %s", name, class_to_text(message->asked_class, class),
                     type_to_text(message->asked_type, type));
    fputs("      QUESTION_SECTION:\n", out);
    put_item(out, line);
    free(line);
    free(name);
}

/* In double quotes (YAML 1.2 section 7.3.1). */
static void put_quoted(FILE *out, const uint8_t *text, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size; i++) {
        if (text[i] < ' ' || text[i] >= 0x7f)
            fprintf(out, "\\x%02x", text[i]);
        else
            fprintf(out, text[i] == '"' || text[i] == '\\' ? "\\%c" : "%c", text[i]);
    }
    fputc('"', out);
}

static void put_error(FILE *out, const struct edns_option *option)
{
    uint16_t code = (uint16_t)(option->data[0] << 8 | option->data[1]);

    fprintf(out, "          EDE:\n            INFO-CODE: %u", code);
    if (print_ede(code))
        fprintf(out, " (%s)", print_ede(code));
    if (option->size > 2) {
        fputs("\n            EXTRA-TEXT: ", out);
        put_quoted(out, option->data + 2, option->size - 2u);
    }
    fputc('\n', out);
}

static void put_option(FILE *out, const struct edns_option *option, bool is_reply)
{
    const char *name = dig_opt_name(option->code);

    if (option->code == EDNS_OPTION_EDE && option->size >= 2) {
        put_error(out, option);
        return;
    }
    if (name)
        fprintf(out, "          %s:",
                option->code == EDNS_OPTION_KEEPALIVE ? "TCP-KEEPALIVE" : name);
    else
        fprintf(out, "          OPT=%u:", option->code);
    if (option->size > 0)
        fputc(' ', out);
    dig_opt_value(out, option, is_reply);
    fputc('\n', out);
}

static void put_opt(FILE *out, const struct received *message)
{
    const struct received_opt *opt = &message->opt;

    if (!opt->is_there)
        return;
    fprintf(out, "      OPT_PSEUDOSECTION:\n        EDNS:\n          version: %u\n",
            opt->version);
    fprintf(out, "          flags:%s\n", opt->flags & WIRE_DO ? " do" : "");
    if (opt->flags & ~WIRE_DO)
        fprintf(out, "          MBZ: 0x%04x\n", opt->flags & ~WIRE_DO & 0xffff);
    fprintf(out, "          udp: %u\n", opt->udp_size);
    for (size_t i = 0; i < opt->count; i++)
        put_option(out, &opt->options[i], message->flags & WIRE_QR);
}

static void put_header(FILE *out, const struct received *message)
{
    static const char *const counts[] = {"QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"};
    char opcode[16];

    fprintf(out, "      opcode: %s\n      status: %s\n      id: %u\n      flags:",
            view_dig_opcode(message->flags, opcode), rcode_text(message->rcode),
            message->id);
    view_dig_flags(out, message->flags);
    fputc('\n', out);
    if (message->flags & WIRE_Z)
        fputs("      MBZ: 0x4\n", out);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        fprintf(out, "      %s: %u\n", counts[i], message->counts[i]);
}

static void put_data(FILE *out, const struct received *message, const struct style *style)
{
    static const char *const names[] = {"ANSWER", "AUTHORITY", "ADDITIONAL"};
    const bool shown[] = {style->show_answer, style->show_authority,
                          style->show_additional};

    fprintf(out, "    %s_message_data:\n", message->flags & WIRE_QR ? "response" : "query");
    put_header(out, message);
    if (style->show_comments)
        put_opt(out, message);
    if (style->show_question)
        put_question(out, message);
    for (size_t i = 0; i < SECTIONS; i++)
        if (shown[i])
            put_section(out, &message->sections[i], names[i], style);
}

static const char *kind_of(uint16_t flags)
{
    if (!(flags & WIRE_QR))
        return flags & WIRE_RD ? "RECURSIVE_QUERY" : "ITERATIVE_QUERY";
    return flags & WIRE_RA ? "RECURSIVE_RESPONSE" : "AUTH_RESPONSE";
}

static void put_message(struct show *show, const struct exchange *exchange,
                        const struct received *message)
{
    bool is_ip6 = show->server->sock.any.sa_family == AF_INET6;
    char ip[ADDR_IP_TEXT];
    FILE *out = show->out;

    fprintf(out, "- type: MESSAGE\n  message:\n    type: %s\n", kind_of(message->flags));
    put_time(out, "query_time", exchange->sent_us);
    if (message->flags & WIRE_QR)
        put_time(out, "response_time", exchange->ended_us);
    fprintf(out, "    message_size: %zub\n    socket_family: %s\n    socket_protocol: %s\n",
            message->size, is_ip6 ? "INET6" : "INET",
            exchange->is_over_tcp ? "TCP" : "UDP");
    fprintf(out, "    response_address: \"%s\"\n    response_port: %u\n",
            addr_format_ip(show->server, ip), addr_port(show->server));
    fprintf(out, "    query_address: \"%s\"\n    query_port: 0\n",
            is_ip6 ? "::" : "0.0.0.0");
    put_data(out, message, show->style);
}

static void put_query(struct show *show, const struct exchange *exchange)
{
    struct received query;

    if (received_parse(&query, exchange->ask.wire, exchange->ask.size) == 0)
        put_message(show, exchange, &query);
    received_free(&query);
}

void view_yaml(struct show *show, const struct exchange *exchange)
{
    if (show->style->show_query)
        put_query(show, exchange);
    if (exchange->state == EXCHANGE_ANSWERED)
        put_message(show, exchange, &exchange->reply);
    else
        fprintf(show->out,
                "- type: DIG_ERROR\n  message: |\n    no reply from server: %s\n",
                exchange->state == EXCHANGE_UNREACHABLE ? show_system_error(exchange->error)
                                                        : "timed out");
}
