#include "dns/name.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    POINTER = NAME_POINTER >> 8, /* in an octet where a length may stand */
    POINTER_COST = 8,            /* as many octets take about as long to copy */
};

bool name_get(struct reader *in, struct name *name)
{
    struct reader at = *in;
    uint8_t label;

    do {
        if (!get_u8(&at, &label) || label > NAME_LABEL_MAX || !get_skip(&at, label) ||
            at.pos - in->pos > NAME_WIRE_MAX)
            return false;
    } while (label != 0);
    name->len = at.pos - in->pos;
    return get_bytes(in, &name->wire, name->len);
}

/* Octets of the labels that stand side by side from here on. */
static size_t labels_len(const struct reader *in)
{
    size_t pos = in->pos;

    while (pos < in->size && in->data[pos] != 0 && in->data[pos] <= NAME_LABEL_MAX &&
           pos - in->pos < NAME_WIRE_MAX)
        pos += 1u + in->data[pos];
    return pos - in->pos;
}

bool name_skip(struct reader *in)
{
    size_t run;
    uint8_t end;

    if (reader_left(in) > 1 && in->data[in->pos] >= POINTER) /* as most owners are */
        return get_skip(in, 2);
    run = labels_len(in);
    if (run >= NAME_WIRE_MAX || !get_skip(in, run) || !get_u8(in, &end))
        return false;
    return end == 0 || (end >= POINTER && get_skip(in, 1));
}

/* Follows a pointer whose first octet has been read. */
static bool follow(struct reader *in, uint8_t first)
{
    uint8_t second;

    if (!get_u8(in, &second))
        return false;
    in->pos = (size_t)(first & ~POINTER) << 8 | second;
    return in->pos < in->size;
}

/* All labels up to a pointer are copied at once. When they do not fit the walk ends, or one
 * pointer to 64 KiB of labels would cost as much as these. */
bool name_expand_at_cost(struct reader *in, uint8_t out[static NAME_WIRE_MAX], size_t *len,
                         size_t *cost)
{
    struct writer to = writer_of(out, NAME_WIRE_MAX);
    struct reader at = *in;
    unsigned pointers = 0;
    const uint8_t *labels;
    size_t behind = 0;
    uint8_t end;

    do {
        size_t run = labels_len(&at);

        if (!get_bytes(&at, &labels, run) || !get_u8(&at, &end))
            return false;
        if (pointers == 0)
            behind = at.pos + (end != 0); /* the second octet of a pointer */
        put_bytes(&to, labels,
                  run + (end == 0)); /* with the root, if it stands behind them */
        if (end != 0 &&
            (end < POINTER || ++pointers > NAME_POINTERS_MAX || !follow(&at, end)))
            return false;
        if (to.failed)
            return false;
    } while (end != 0);
    in->pos = behind;
    *len = to.pos;
    *cost += to.pos + pointers * POINTER_COST;
    return true;
}

bool name_expand(struct reader *in, uint8_t out[static NAME_WIRE_MAX], size_t *len)
{
    size_t cost = 0;

    return name_expand_at_cost(in, out, len, &cost);
}

static uint8_t fold(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

/* Folds eight octets at once, since a message may have thousands of long names. The highest
 * bit of each octet, which ASCII leaves free, shows whether the other seven are above the
 * limits of capital letters. */
static uint64_t fold_eight(uint64_t octets)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t low = octets & each * 0x7f;
    uint64_t from_a = low + each * (0x80 - 'A'), beyond_z = low + each * (0x7f - 'Z');
    uint64_t is_capital = from_a & ~beyond_z & ~octets & each * 0x80;

    return octets | is_capital >> 2;
}

static uint64_t eight_at(const uint8_t *octets)
{
    uint64_t eight;

    memcpy(&eight, octets, sizeof eight);
    return eight;
}

void name_fold(uint8_t *out, const uint8_t *name, size_t len)
{
    for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
        uint64_t folded = fold_eight(eight_at(name));

        memcpy(out, &folded, sizeof folded);
        out += sizeof folded;
        name += sizeof folded;
    }
    while (len-- > 0)
        *out++ = fold(*name++);
}

/* The highest bit of each octet that is a letter. */
static uint64_t letters_of(uint64_t octets)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t low = (octets | each * 0x20) & each * 0x7f;
    uint64_t from_a = low + each * (0x80 - 'a'), beyond_z = low + each * (0x7f - 'z');

    return from_a & ~beyond_z & ~octets & each * 0x80;
}

/* Eight bits, each as the highest bit of an octet. */
static uint64_t spread(uint8_t bits)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t one_each = bits * each & 0x8040201008040201;

    return (one_each + each * 0x7f) & each * 0x80;
}

/* A letter's cases differ in the bit 0x20. */
static uint64_t change_eight(uint64_t octets, uint8_t changed)
{
    return octets ^ (letters_of(octets) & spread(changed)) >> 2;
}

static uint8_t change_octet(uint8_t octet, bool changed)
{
    uint8_t small = octet | 0x20;

    return changed && small >= 'a' && small <= 'z' ? octet ^ 0x20 : octet;
}

void name_change_case(uint8_t *name, size_t len, const uint8_t *changed)
{
    for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
        uint64_t octets = change_eight(eight_at(name), *changed++);

        memcpy(name, &octets, sizeof octets);
        name += sizeof octets;
    }
    for (size_t i = 0; i < len; i++)
        name[i] = change_octet(name[i], *changed >> i & 1);
}

bool name_has_case(const uint8_t *name, const uint8_t *before, size_t len,
                   const uint8_t *changed)
{
    for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
        if (eight_at(name) != change_eight(eight_at(before), *changed++))
            return false;
        name += sizeof(uint64_t);
        before += sizeof(uint64_t);
    }
    for (size_t i = 0; i < len; i++)
        if (name[i] != change_octet(before[i], *changed >> i & 1))
            return false;
    return true;
}

bool name_equal(struct name a, struct name b)
{
    size_t i = 0;

    if (a.len != b.len)
        return false;
    for (; i + sizeof(uint64_t) <= a.len; i += sizeof(uint64_t)) {
        uint64_t left = eight_at(a.wire + i), right = eight_at(b.wire + i);

        if (left != right && fold_eight(left) != fold_eight(right))
            return false;
    }
    for (; i < a.len; i++)
        if (fold(a.wire[i]) != fold(b.wire[i]))
            return false;
    return true;
}

struct name name_parent(struct name name)
{
    size_t label = 1u + *name.wire;

    return (struct name){name.wire + label, name.len - label};
}

int name_apex_at(struct name name, struct name apex)
{
    struct name rest = name;

    while (rest.len > apex.len)
        rest = name_parent(rest);
    return name_equal(rest, apex) ? (int)(rest.wire - name.wire) : -1;
}

static bool is_host_octet(uint8_t octet)
{
    octet = fold(octet);
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') ||
           octet == '-' || octet == '_';
}

static enum name_reach reach_of_octet(uint8_t octet)
{
    if (is_host_octet(octet))
        return NAME_EVERYWHERE;
    /* '.' ends labels; '\' is an escape to some sources; blanks and '#' end a word of the
     * hosts file. */
    if (octet == '\0' || strchr(".\\# \t\n\v\f\r", octet))
        return NAME_NOWHERE;
    return NAME_LOCAL_SOURCE;
}

/* libc takes an IPv6 address before a '%' for one with a scope, whatever follows. */
static bool has_scope(const char *text)
{
    char address[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "%");
    struct in6_addr unused;

    if (text[len] == '\0' || len >= sizeof address)
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    return inet_pton(AF_INET6, address, &unused) == 1;
}

enum name_reach name_to_host(struct name name, char text[static NAME_TEXT])
{
    /* libc's DNS refuses a leading '-' as it does odd characters. */
    bool has_dash = name.len > 1 && name.wire[1] == '-';
    enum name_reach reach = has_dash ? NAME_LOCAL_SOURCE : NAME_EVERYWHERE;
    size_t out = 0;

    for (; name.len > 1; name = name_parent(name)) {
        if (out > 0)
            text[out++] = '.';
        for (size_t i = 1; i <= *name.wire; i++) {
            enum name_reach octet = reach_of_octet(name.wire[i]);

            if (octet > reach)
                reach = octet;
            text[out++] = (char)name.wire[i];
        }
    }
    text[out] = '\0';
    return has_scope(text) ? NAME_NOWHERE : reach;
}

bool name_is_numeric(const char *text)
{
    struct in_addr ip4;
    struct in6_addr ip6;

    return inet_aton(text, &ip4) != 0 || inet_pton(AF_INET6, text, &ip6) == 1;
}

static bool is_numeric_but_for_dot(const char *text)
{
    char copy[NAME_TEXT];
    size_t len = strlen(text);

    if (len == 0 || len >= sizeof copy)
        return false;
    memcpy(copy, text, len + 1);
    if (copy[len - 1] == '.')
        copy[len - 1] = '\0';
    return name_is_numeric(copy);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads the octet that an escape stands for, behind its backslash; false: there is none. */
static bool read_escape(const char **text, uint8_t *octet)
{
    const char *at = *text;
    unsigned value;

    if (*at == '\0')
        return false;
    if (!is_digit(*at)) {
        *octet = (uint8_t)*at;
        *text = at + 1;
        return true;
    }
    if (!is_digit(at[1]) || !is_digit(at[2]))
        return false;
    value = (unsigned)((at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0'));
    *octet = (uint8_t)value;
    *text = at + 3;
    return value <= UINT8_MAX;
}

/* One label, up to its dot or the text's end. */
static bool read_label(const char **text, struct writer *to)
{
    size_t length_at = to->pos;
    uint8_t octet;

    put_u8(to, 0);
    while (**text && **text != '.') {
        octet = (uint8_t) * (*text)++;
        if (octet == '\\' && !read_escape(text, &octet))
            return false;
        put_u8(to, octet);
    }
    if (to->failed || to->pos == length_at + 1 || to->pos - length_at - 1 > NAME_LABEL_MAX)
        return false;
    to->data[length_at] = (uint8_t)(to->pos - length_at - 1);
    return true;
}

size_t name_from_text(const char *text, uint8_t name[static NAME_WIRE_MAX])
{
    struct writer to = writer_of(name, NAME_WIRE_MAX);

    if (strcmp(text, ".") != 0)
        do {
            if (!read_label(&text, &to))
                return 0;
            text += *text == '.';
        } while (*text);
    put_u8(&to, 0);
    return to.failed ? 0 : to.pos;
}

/* Octets of what stands for one octet. A log has many names, so it is written by hand. */
static size_t print_octet(uint8_t octet, char out[static 4])
{
    size_t len = 0;

    if (octet > ' ' && octet < 0x7f) {
        if (strchr(".;()\\", octet))
            out[len++] = '\\';
        out[len++] = (char)octet;
        return len;
    }
    out[0] = '\\';
    out[1] = (char)('0' + octet / 100);
    out[2] = (char)('0' + octet / 10 % 10);
    out[3] = (char)('0' + octet % 10);
    return 4;
}

const char *name_to_text(struct name name, char text[static NAME_PRINTED])
{
    size_t out = 0;

    for (; name.len > 1; name = name_parent(name)) {
        for (size_t i = 1; i <= *name.wire; i++)
            out += print_octet(name.wire[i], text + out);
        text[out++] = '.';
    }
    if (out == 0)
        text[out++] = '.';
    text[out] = '\0';
    return text;
}

size_t name_from_host(const char *text, uint8_t name[static NAME_WIRE_MAX])
{
    for (const char *c = text; *c; c++)
        if (!is_host_octet((uint8_t)*c) && *c != '.')
            return 0;
    if (strcmp(text, ".") == 0 || is_numeric_but_for_dot(text))
        return 0;
    return name_from_text(text, name);
}
