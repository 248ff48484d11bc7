/*
 * Dumps differ in details. At least two blanks stand between the octets and the text beside
 * them, but hexdump -C has two blanks in the middle as well. xxd and tcpdump show groups of
 * any size, and only the text shows whether the digits are in the order of the octets,
 * which `xxd -e` and `xxd -b` change. An ambiguous line is refused.
 */
#include "client/hex_line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_MIN = 4, PLACE_MAX = 16, PLACE_OF_OD = 7, MIDDLE = 8 };

static const char digits[] = "0123456789abcdefABCDEF", blanks[] = " \t\r\f\v";

static const char no_digits[] = "text that is not hexadecimal digits",
                  odd[] = "an odd number of digits",
                  words[] = "words of several octets, in an order that is not told",
                  gap[] = "digits behind a gap, which may be text",
                  other[] = "digits that differ from the text beside them";

static uint8_t value_of(const char *pair)
{
    char text[] = {pair[0], pair[1], '\0'};

    return (uint8_t)strtoul(text, NULL, 16);
}

static bool is_end(char letter)
{
    return letter == '\0' || strchr(blanks, letter);
}

static const char *pass_prefix(const char *line)
{
    bool has_prefix = line[0] == '0' && (line[1] == 'x' || line[1] == 'X');

    return has_prefix && isxdigit((unsigned char)line[2]) ? line + 2 : line;
}

const char *hex_line_place(const char *line, struct hex_place *place)
{
    const char *start = line + strspn(line, blanks), *rest;

    place->digits = pass_prefix(start);
    place->len = strspn(place->digits, digits);
    rest = place->digits + place->len;
    place->has_colon = *rest == ':';
    place->may_be_octal = place->digits == start && place->len == PLACE_OF_OD &&
                          (*rest == '\0' || !is_end(rest[1]));
    if (place->len < PLACE_MIN || place->len > PLACE_MAX)
        return NULL;
    if (place->has_colon)
        return rest + 1;
    return is_end(*rest) ? rest : NULL;
}

static size_t say(const struct hex_place *place, int base)
{
    char text[PLACE_MAX + 1] = "";
    char *end;
    unsigned long value;

    memcpy(text, place->digits, place->len);
    value = strtoul(text, &end, base);
    return *end || value > UINT32_MAX ? SIZE_MAX : value;
}

bool hex_place_from(const struct hex_place *place, size_t least, size_t *value)
{
    const int od[] = {8, 10}, usual[] = {16, 16};

    *value = SIZE_MAX;
    for (size_t i = 0; i < 2; i++) {
        size_t said = say(place, (place->may_be_octal ? od : usual)[i]);

        if (said >= least && said < *value)
            *value = said;
    }
    return *value != SIZE_MAX;
}

bool hex_place_is(const struct hex_place *place, size_t count)
{
    if (place->may_be_octal)
        return say(place, 8) == count || say(place, 10) == count;
    return say(place, 16) == count;
}

/* Takes a group of digits; each two of them are an octet. */
static const char *take_group(const char **line, struct hex_octets *out)
{
    size_t len = strspn(*line, digits);

    if (len == 0)
        return no_digits;
    if (len % 2 != 0)
        return odd;
    for (size_t i = 0; i < len; i += 2)
        out->octets[out->count++] = value_of(*line + i);
    *line += len;
    return NULL;
}

/* tcpdump writes a dot for a blank. */
static bool is_shown_as(uint8_t octet, char shown)
{
    if (octet == ' ')
        return shown == ' ' || shown == '.';
    return shown == (octet > ' ' && octet < 0x7f ? octet : '.');
}

/* Blanks at the end of the text are often lost. */
static bool is_beside(const char *text, const struct hex_octets *out)
{
    size_t len = strcspn(text, "\r");

    if (len > out->count)
        return false;
    for (size_t i = 0; i < out->count; i++)
        if (!is_shown_as(out->octets[i], i < len ? text[i] : ' '))
            return false;
    return true;
}

/* The text stands two blanks behind the octets, or at the end of the line if that is
 * padded; and it may itself begin with blanks. */
static bool has_text_beside(const char *gap_start, const struct hex_octets *out)
{
    size_t len = strlen(gap_start);
    const char *last = gap_start + (out->count <= len ? len - out->count : 0);

    if (strspn(gap_start, blanks) == len)
        return true; /* there is none */
    return is_beside(last, out) || is_beside(gap_start + 2, out) ||
           is_beside(gap_start + strspn(gap_start, blanks), out);
}

/* xxd and tcpdump: groups of any size, each behind one blank. */
static const char *take_groups(const char *rest, struct hex_octets *out)
{
    const char *error = NULL;

    rest += strspn(rest, blanks);
    while (*rest && !error) {
        error = take_group(&rest, out);
        if (!error && !is_end(*rest))
            error = no_digits;
        if (!*rest || error)
            break;
        if (is_end(rest[1]))
            return has_text_beside(rest, out) ? NULL : other;
        rest++;
    }
    return error;
}

static bool is_group(const char *text)
{
    size_t len = strspn(text, digits);

    return len > 0 && len % 2 == 0 && is_end(text[len]);
}

const char *hex_line_dump(const char *rest, const struct hex_place *place,
                          struct hex_octets *out)
{
    const char *error, *next;

    out->count = 0;
    if (place->has_colon)
        return take_groups(rest, out);
    rest += strspn(rest, blanks);
    while (*rest) {
        if (strspn(rest, digits) > 2)
            return words;
        error = take_group(&rest, out);
        if (error)
            return error;
        if (!is_end(*rest))
            return no_digits;
        next = rest + strspn(rest, blanks);
        if (next - rest > 1 && !is_group(next))
            break;
        if (next - rest > 1 && !(next - rest == 2 && out->count == MIDDLE))
            return gap;
        rest = next;
    }
    return NULL;
}

const char *hex_line_pairs(const char *line, size_t most, struct hex_octets *out)
{
    out->count = 0;
    line += strspn(line, blanks);
    while (out->count < most && *line && !is_end(*line)) {
        if (strspn(line, digits) != 2 || !is_end(line[2]))
            return no_digits;
        out->octets[out->count++] = value_of(line);
        line += line[2] ? 3 : 2;
    }
    return NULL;
}

/* ";", "#" and "//" begin a comment if a word could begin there. */
static bool is_comment(const char *at, const char *line)
{
    bool begins = at == line || is_end(at[-1]);

    return (begins && (*at == '#' || (at[0] == '/' && at[1] == '/'))) ||
           (*at == ';' && (begins || is_end(at[1])));
}

/* The text of od -t x1z, from its sign to the end of the line. */
static bool is_text(const char *at)
{
    const char *end = *at == '>' ? strrchr(at, '<') : NULL;

    return end && strspn(end + 1, blanks) == strlen(end + 1);
}

/* "\x12" is one octet, whatever follows. */
static const char *take_escape(const char **at, struct hex_octets *out)
{
    if (strspn(*at + 2, digits) != 2)
        return odd;
    out->octets[out->count++] = value_of(*at + 2);
    *at += 4;
    return NULL;
}

const char *hex_line_plain(const char *line, struct hex_octets *out)
{
    const char *error = NULL;

    out->count = 0;
    for (const char *at = line; *at && !error;) {
        if (is_comment(at, line) || is_text(at))
            break;
        if (at[0] == '\\' && at[1] == 'x') {
            error = take_escape(&at, out);
        } else if (strchr(",:;-\"{}", *at) || is_end(*at)) {
            at++;
        } else {
            at = pass_prefix(at);
            error = take_group(&at, out);
            if (!error && *at && !strchr(",:;-\"}\\", *at) && !is_end(*at))
                error = no_digits;
        }
    }
    return error;
}
