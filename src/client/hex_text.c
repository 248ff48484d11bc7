/*
 * Lines that begin with a place belong to one message as long as each place is the number
 * of octets before it; a place of 0 begins the next message. Only comments are skipped, and
 * the lines of words in dumps of tcpdump and +wire.
 */
#include "client/hex_text.h"

#include "base/xalloc.h"
#include "client/hex_line.h"
#include "client/view_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many octets "*" may stand for in all: much more than a message has, but little
 * memory. */
enum { REPEATED_MAX = 1 << 20, DIG_A_LINE = 16 };

enum dump_kind {
    DUMP_UNKNOWN,
    DUMP_PLAIN,
    DUMP_PLACES,
    DUMP_TCPDUMP,
    DUMP_WIRE,
    DUMP_DIG, /* "19 bytes", and lines of 16 */
};

struct hex_text {
    enum dump_kind kind;
    uint8_t
        *octets; /* of the message so far; those of earlier messages are in front of them */
    size_t count;
    size_t last;     /* how many the last line had */
    size_t expected; /* DUMP_DIG */
    size_t repeated; /* octets that "*" may still stand for, in all */
    bool repeats;    /* "*" was the line before */
    hex_text_take *take;
    void *context;
};

static const char wrong_place[] = "octets are missing before it",
                  no_place[] = "a line without a place among others that have one";

bool hex_text_is(const uint8_t *octets, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((octets[i] < ' ' && !strchr("\t\r\n\f\v", octets[i])) || octets[i] == 0x7f ||
            octets[i] == 0)
            return false;
    return size > 0;
}

/* The room for the octets of the next line. */
static struct hex_octets line_of(const struct hex_text *text)
{
    return (struct hex_octets){text->octets + text->count, 0};
}

static void add_line(struct hex_text *text, const struct hex_octets *line)
{
    text->last = line->count;
    text->count += line->count;
}

static const char *end_message(struct hex_text *text)
{
    if (text->repeats)
        return "no place behind the line with *";
    if (text->kind == DUMP_DIG && text->count != text->expected)
        return "not as many octets as are told";
    if (text->count > 0)
        text->take(text->context, text->octets, text->count, text->kind == DUMP_TCPDUMP);
    text->octets += text->count;
    text->count = 0;
    return NULL;
}

/* "*" stands for lines that are as the one before it, up to the place behind it. */
static const char *repeat(struct hex_text *text, const struct hex_place *place)
{
    size_t end, more;

    text->repeats = false;
    if (!hex_place_from(place, text->count, &end))
        return wrong_place;
    more = end - text->count;
    if (text->last == 0 || more % text->last != 0)
        return wrong_place;
    if (more > text->repeated)
        return "too many lines as the one before *";
    text->repeated -= more;
    for (; text->count < end; text->count += text->last)
        memcpy(text->octets + text->count, text->octets + text->count - text->last,
               text->last);
    return NULL;
}

static const char *take_place(struct hex_text *text, const struct hex_place *place)
{
    const char *error = NULL;

    if (text->repeats)
        error = repeat(text, place);
    if (!error && text->count > 0 && hex_place_is(place, 0))
        error = end_message(text);
    if (!error && !hex_place_is(place, text->count))
        error = wrong_place;
    return error;
}

static bool is_star(const char *line)
{
    return *line == '*' && strspn(line + 1, " \t\r") == strlen(line + 1);
}

static const char *take_placed(struct hex_text *text, const char *line)
{
    struct hex_octets out;
    struct hex_place place;
    const char *rest, *error;

    if (is_star(line) && text->count > 0) {
        text->repeats = true;
        return NULL;
    }
    rest = hex_line_place(line, &place);
    if (!rest)
        return no_place;
    error = take_place(text, &place);
    out = line_of(text);
    if (!error)
        error = hex_line_dump(rest, &place, &out);
    add_line(text, &out);
    return error;
}

/* Lines with octets have four digits at the left margin and at most eight octets. */
static const char *take_wire(struct hex_text *text, const char *line)
{
    struct hex_octets out;
    struct hex_place place;
    const char *rest = hex_line_place(line, &place), *error;

    if (!rest || place.digits != line || place.has_colon || strncmp(rest, "  ", 2) != 0)
        return NULL;
    error = take_place(text, &place);
    out = line_of(text);
    if (!error)
        error = hex_line_pairs(rest, VIEW_WIRE_OCTETS, &out);
    add_line(text, &out);
    return error;
}

/* In tcpdump's output, lines of words stand between those with octets. */
static bool is_of_tcpdump(const char *line)
{
    struct hex_place place;
    const char *rest = hex_line_place(line, &place);

    return rest && strchr(" \t", *line) && place.has_colon && place.digits[-1] == 'x';
}

static const char *take_of_dig(struct hex_text *text, const char *line)
{
    size_t left = text->expected - text->count;
    struct hex_octets out = line_of(text);
    const char *error = hex_line_pairs(line, left < DIG_A_LINE ? left : DIG_A_LINE, &out);

    add_line(text, &out);
    if (!error && out.count == 0)
        error = "text that is not hexadecimal digits";
    if (!error && text->count == text->expected) {
        error = end_message(text);
        text->kind = DUMP_UNKNOWN;
    }
    return error;
}

/* dig has "19 bytes" before a reply that it cannot read. */
static bool begins_of_dig(const char *line, size_t *expected)
{
    char *end;

    if (*line < '1' || *line > '9')
        return false;
    *expected = strtoul(line, &end, 10);
    return strncmp(end, " bytes", 6) == 0 && strspn(end + 6, " \t\r") == strlen(end + 6) &&
           *expected <= UINT16_MAX;
}

/* Digits with a place of 0 before them, which is not a group like those behind it. */
static bool begins_with_place(const char *line)
{
    struct hex_place place;
    const char *rest = hex_line_place(line, &place);
    size_t group;

    if (!rest || !hex_place_is(&place, 0))
        return false;
    group = strspn(rest + strspn(rest, " \t"), "0123456789abcdefABCDEF");
    return place.has_colon || (rest[0] == ' ' && rest[1] == ' ') ||
           (group > 0 && group != place.len);
}

static bool is_comment(const char *line)
{
    line += strspn(line, " \t\r\f\v");
    return strchr(";#", *line) || strncmp(line, "//", 2) == 0;
}

static const char *take_plain(struct hex_text *text, const char *line)
{
    struct hex_octets out = line_of(text);
    const char *error = is_star(line) ? "lines are left out, and not told how many"
                                      : hex_line_plain(line, &out);

    add_line(text, &out);
    return error;
}

static const char *take_line(struct hex_text *text, const char *line)
{
    const char *error;
    size_t expected;

    if (text->kind == DUMP_WIRE)
        return take_wire(text, line);
    if (text->kind == DUMP_TCPDUMP)
        return is_of_tcpdump(line) ? take_placed(text, line) : NULL;
    if (is_comment(line))
        return NULL;
    if (text->kind == DUMP_DIG)
        return take_of_dig(text, line);
    if (begins_of_dig(line, &expected)) {
        error = end_message(text);
        text->kind = DUMP_DIG;
        text->expected = expected;
        return error;
    }
    if (text->kind == DUMP_UNKNOWN)
        text->kind = begins_with_place(line) ? DUMP_PLACES : DUMP_PLAIN;
    return text->kind == DUMP_PLACES ? take_placed(text, line) : take_plain(text, line);
}

/* Dumps with lines of words are recognised by their other lines. */
static enum dump_kind find_kind(char *lines)
{
    for (char *line = lines; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, VIEW_WIRE_LEGEND, sizeof VIEW_WIRE_LEGEND - 1) == 0)
            return DUMP_WIRE;
        if (is_of_tcpdump(line))
            return DUMP_TCPDUMP;
    }
    return DUMP_UNKNOWN;
}

size_t hex_text_room(const uint8_t *octets, size_t size)
{
    return size / 2 + (size > 0 && memchr(octets, '*', size) ? REPEATED_MAX : 0);
}

static bool read_lines(struct hex_text *text, char *lines,
                       char error[static HEX_TEXT_ERROR])
{
    const char *wrong = NULL;
    size_t number = 0;
    char *end;

    text->kind = find_kind(lines);
    for (char *line = lines; line && !wrong; line = end) {
        end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        number++;
        wrong = take_line(text, line);
    }
    if (!wrong)
        wrong = end_message(text);
    if (wrong)
        snprintf(error, HEX_TEXT_ERROR, "line %zu: %s", number, wrong);
    return !wrong;
}

bool hex_text_read(const uint8_t *octets, size_t size, uint8_t *room, hex_text_take *take,
                   void *context, char error[static HEX_TEXT_ERROR])
{
    struct hex_text text = {
        .octets = room, .repeated = REPEATED_MAX, .take = take, .context = context};
    bool has_mark = size >= 3 && memcmp(octets, "\xef\xbb\xbf", 3) == 0; /* of UTF-8 */
    size_t mark = has_mark ? 3 : 0;
    char *lines = xstrndup((const char *)octets + mark, size - mark);
    bool read = read_lines(&text, lines, error);

    free(lines);
    return read;
}
