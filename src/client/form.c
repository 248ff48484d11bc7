#include "client/form.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 }; /* IANA, Address Family Numbers */

static bool parse_octet(const char digits[2], uint8_t *octet)
{
    char text[] = {digits[0], digits[0] ? digits[1] : '\0', '\0'};

    *octet = (uint8_t)strtoul(text, NULL, 16);
    return isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]);
}

bool form_parse_cookie(struct ask_form *form, const char *text)
{
    uint8_t size = 0;

    for (; *text && size < sizeof form->cookie; text += 2)
        if (!parse_octet(text, &form->cookie[size++]))
            return false;
    form->cookie_size = size;
    return *text == '\0' && (size == EDNS_CLIENT_COOKIE || size >= 2 * EDNS_CLIENT_COOKIE);
}

bool form_draw_cookie(struct ask_form *form)
{
    form->cookie_size = EDNS_CLIENT_COOKIE;
    return getrandom(form->cookie, EDNS_CLIENT_COOKIE, 0) == EDNS_CLIENT_COOKIE;
}

static bool parse_bits(const char *text, unsigned most, uint8_t *bits)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    *bits = (uint8_t)number;
    return isdigit((unsigned char)*text) && *end == '\0' && number <= most;
}

static void clear_behind(uint8_t *address, size_t size, unsigned bits)
{
    for (size_t i = 0; i < size; i++) {
        unsigned kept = bits > 8 * i ? bits - 8 * (unsigned)i : 0;

        if (kept < 8)
            address[i] &= (uint8_t)(0xff00u >> kept);
    }
}

static bool parse_address(struct ask_form *form, const char *text, unsigned *bits)
{
    *bits = 32;
    form->subnet_family = FAMILY_IPV4;
    if (inet_pton(AF_INET, text, form->subnet) == 1)
        return true;
    *bits = 128;
    form->subnet_family = FAMILY_IPV6;
    return inet_pton(AF_INET6, text, form->subnet) == 1;
}

bool form_parse_subnet(struct ask_form *form, const char *text)
{
    const char *slash = strchrnul(text, '/');
    char address[INET6_ADDRSTRLEN];
    unsigned bits;

    form->has_subnet = true;
    if (strcmp(text, "0") == 0)
        return form_parse_subnet(form, "0.0.0.0/0");
    if ((size_t)(slash - text) >= sizeof address)
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    if (!parse_address(form, address, &bits))
        return false;
    form->subnet_bits = (uint8_t)bits;
    if (*slash && !parse_bits(slash + 1, bits, &form->subnet_bits))
        return false;
    clear_behind(form->subnet, sizeof form->subnet, form->subnet_bits);
    return true;
}
