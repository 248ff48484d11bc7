#include "client/dig_opt.h"

#include "base/bytes.h"
#include "client/dig_data.h"
#include "dns/edns.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { COOKIE_WITH_SERVER = 16 };

/* IANA, DNS EDNS0 Option Codes that no other module needs. */
enum {
    OPTION_EXPIRE = 9,   /* RFC 7314 */
    OPTION_KEY_TAG = 14, /* RFC 8145 */
    OPTION_CLIENT_TAG = 16,
    OPTION_SERVER_TAG = 17,
};

/* In dig's words. */
static const struct {
    uint16_t code;
    const char *name;
} names[] = {
    {1, "LLQ"},
    {2, "UL"},
    {EDNS_OPTION_NSID, "NSID"},
    {5, "DAU"},
    {6, "DHU"},
    {7, "N3U"},
    {EDNS_OPTION_SUBNET, "CLIENT-SUBNET"},
    {OPTION_EXPIRE, "EXPIRE"},
    {EDNS_OPTION_COOKIE, "COOKIE"},
    {EDNS_OPTION_KEEPALIVE, "TCP KEEPALIVE"},
    {EDNS_OPTION_PADDING, "PAD"},
    {13, "CHAIN"},
    {OPTION_KEY_TAG, "KEY-TAG"},
    {EDNS_OPTION_EDE, "EDE"},
    {OPTION_CLIENT_TAG, "CLIENT-TAG"},
    {OPTION_SERVER_TAG, "SERVER-TAG"},
    {18, "REPORT-CHANNEL"},
};

const char *dig_opt_name(uint16_t code)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == code)
            return names[i].name;
    return NULL;
}

static void put_hex(FILE *out, const struct edns_option *option, const char *between)
{
    for (size_t i = 0; i < option->size; i++)
        fprintf(out, "%s%02x", i > 0 ? between : "", option->data[i]);
}

/* '76 6d ("vm")' */
static void put_octets(FILE *out, const struct edns_option *option)
{
    put_hex(out, option, " ");
    fputs(" (\"", out);
    for (size_t i = 0; i < option->size; i++)
        fputc(option->data[i] >= ' ' && option->data[i] < 0x7f ? option->data[i] : '.',
              out);
    fputs("\")", out);
}

/* False if it is malformed (RFC 7871 section 6). */
static bool put_subnet(FILE *out, const struct edns_option *option)
{
    struct reader in = reader_of(option->data, option->size);
    uint8_t source, scope, address[16] = {0};
    char text[INET6_ADDRSTRLEN];
    const uint8_t *octets;
    uint16_t family;
    size_t size;

    if (!get_u16(&in, &family) || !get_u8(&in, &source) || !get_u8(&in, &scope) ||
        (family != 1 && family != 2))
        return false;
    size = reader_left(&in);
    if (size > (family == 1 ? 4u : 16u) || !get_bytes(&in, &octets, size))
        return false;
    memcpy(address, octets, size);
    inet_ntop(family == 1 ? AF_INET : AF_INET6, address, text, sizeof text);
    fprintf(out, "%s/%u/%u", text, source, scope);
    return true;
}

/* "22 (No Reachable Authority): (text)" */
static bool put_error(FILE *out, const struct edns_option *option)
{
    struct reader in = reader_of(option->data, option->size);
    uint16_t code;
    char *text;

    if (!get_u16(&in, &code))
        return false;
    fprintf(out, "%u", code);
    if (print_ede(code))
        fprintf(out, " (%s)", print_ede(code));
    if (reader_left(&in) > 0) {
        text = print_safe(in.data + in.pos, reader_left(&in));
        fprintf(out, ": (%s)", text);
        free(text);
    }
    return true;
}

static bool put_keepalive(FILE *out, const struct edns_option *option)
{
    struct reader in = reader_of(option->data, option->size);
    uint16_t tenths;

    if (option->size != 2 || !get_u16(&in, &tenths))
        return false;
    fprintf(out, "%u.%u secs", tenths / 10, tenths % 10);
    return true;
}

static bool put_expiry(FILE *out, const struct edns_option *option)
{
    struct reader in = reader_of(option->data, option->size);
    uint32_t seconds;

    if (option->size != 4 || !get_u32(&in, &seconds))
        return false;
    fprintf(out, "%u (", seconds);
    dig_time(out, seconds);
    fputc(')', out);
    return true;
}

/* "20326, 38696" */
static bool put_tags(FILE *out, const struct edns_option *option)
{
    struct reader in = reader_of(option->data, option->size);
    const char *between = "";
    uint16_t tag;

    if (option->size % 2 != 0)
        return false;
    for (; get_u16(&in, &tag); between = ", ")
        fprintf(out, "%s%u", between, tag);
    return true;
}

static bool put_known(FILE *out, const struct edns_option *option, bool is_reply)
{
    switch (option->code) {
    case EDNS_OPTION_SUBNET:
        return put_subnet(out, option);
    case EDNS_OPTION_EDE:
        return put_error(out, option);
    case EDNS_OPTION_KEEPALIVE:
        return put_keepalive(out, option);
    case OPTION_KEY_TAG:
        return put_tags(out, option);
    case OPTION_CLIENT_TAG:
    case OPTION_SERVER_TAG:
        return option->size == 2 && put_tags(out, option);
    case OPTION_EXPIRE:
        return put_expiry(out, option);
    case EDNS_OPTION_PADDING:
        fprintf(out, "(%u bytes)", option->size);
        return true;
    case EDNS_OPTION_COOKIE:
        put_hex(out, option, "");
        if (is_reply)
            fputs(option->size >= COOKIE_WITH_SERVER ? " (good)" : " (echoed)", out);
        return true;
    default:
        return false;
    }
}

void dig_opt_value(FILE *out, const struct edns_option *option, bool is_reply)
{
    if (option->size > 0 && !put_known(out, option, is_reply))
        put_octets(out, option);
}

static void put_option(FILE *out, const struct edns_option *option, bool is_reply)
{
    const char *name = dig_opt_name(option->code);

    if (name)
        fprintf(out, "; %s:", name);
    else
        fprintf(out, "; OPT=%u:", option->code);
    if (option->size > 0) {
        fputc(' ', out);
        dig_opt_value(out, option, is_reply);
    }
    fputc('\n', out);
}

void dig_opt(FILE *out, const struct received *message)
{
    const struct received_opt *opt = &message->opt;

    if (!opt->is_there)
        return;
    fprintf(out, ";; OPT PSEUDOSECTION:\n; EDNS: version: %u, flags:%s", opt->version,
            opt->flags & WIRE_DO ? " do" : "");
    if (opt->flags & ~WIRE_DO)
        fprintf(out, "; MBZ: 0x%04x, ", opt->flags & ~WIRE_DO & 0xffff);
    else
        fputs("; ", out);
    fprintf(out, "udp: %u\n", opt->udp_size);
    for (size_t i = 0; i < opt->count; i++)
        put_option(out, &opt->options[i], message->flags & WIRE_QR);
}
