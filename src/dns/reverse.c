#include "dns/reverse.h"

#include <string.h>

static const uint8_t ip4_apex[] = "\7in-addr\4arpa", ip6_apex[] = "\3ip6\4arpa";

enum {
    IP4_LABELS = 4,
    IP6_LABELS = 32,
    LABELS_MAX = 127, /* of one octet each, in 255 */
};

/* Offsets of the labels that stand before the apex; -1 if the name is not below it. */
static int labels_below(const uint8_t *name, size_t len, const uint8_t *apex,
                        size_t apex_len, size_t labels[static LABELS_MAX])
{
    size_t at = 0;
    int count = 0;

    while (len - at > apex_len) {
        labels[count++] = at;
        at += name[at] + 1u;
    }
    return name_equal(name + at, len - at, apex, apex_len) ? count : -1;
}

/* A decimal number up to 255 without leading zeros. */
static bool parse_octet(const uint8_t *label, uint8_t *value)
{
    unsigned number = 0;

    if (label[0] > 3 || (label[0] > 1 && label[1] == '0'))
        return false;
    for (unsigned i = 1; i <= label[0]; i++) {
        if (label[i] < '0' || label[i] > '9')
            return false;
        number = number * 10 + (label[i] - '0');
    }
    *value = (uint8_t)number;
    return number <= UINT8_MAX;
}

static bool parse_nibble(const uint8_t *label, uint8_t *value)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digit;
    const char *found;

    name_fold(&digit, label + 1, 1);
    found = label[0] == 1 && digit != 0 ? strchr(digits, digit) : NULL;
    if (!found)
        return false;
    *value = (uint8_t)(found - digits);
    return true;
}

static enum reverse_kind parse_ip4(const uint8_t *name, const size_t *labels, int count,
                                   uint8_t *address)
{
    uint8_t octet;

    if (count > IP4_LABELS)
        return REVERSE_JUNK;
    for (int i = 0; i < count; i++) { /* the last octet of an address comes first */
        if (!parse_octet(name + labels[i], &octet))
            return REVERSE_JUNK;
        address[count - 1 - i] = octet;
    }
    return count == IP4_LABELS ? REVERSE_IP4 : REVERSE_PARTIAL;
}

static enum reverse_kind parse_ip6(const uint8_t *name, const size_t *labels, int count,
                                   uint8_t *address)
{
    uint8_t nibble;

    if (count > IP6_LABELS)
        return REVERSE_JUNK;
    memset(address, 0, 16);
    for (int i = 0; i < count; i++) {
        int place = count - 1 - i;

        if (!parse_nibble(name + labels[i], &nibble))
            return REVERSE_JUNK;
        address[place / 2] |= (uint8_t)(place % 2 ? nibble : nibble << 4);
    }
    return count == IP6_LABELS ? REVERSE_IP6 : REVERSE_PARTIAL;
}

enum reverse_kind reverse_parse(const uint8_t *name, size_t len, uint8_t address[static 16])
{
    size_t labels[LABELS_MAX];
    int count = labels_below(name, len, ip4_apex, sizeof ip4_apex, labels);

    if (count >= 0)
        return parse_ip4(name, labels, count, address);
    count = labels_below(name, len, ip6_apex, sizeof ip6_apex, labels);
    return count >= 0 ? parse_ip6(name, labels, count, address) : REVERSE_NONE;
}
