#include "dns/reverse.h"

#include <string.h>

static const struct name ip4_apex = NAME_OF("\7in-addr\4arpa"),
                         ip6_apex = NAME_OF("\3ip6\4arpa");

enum {
    IP4_LABELS = 4,
    IP6_LABELS = 32,
    LABELS_MAX = 127, /* of one octet each, in 255 */
};

/* Collects the labels that stand before the apex, and counts them; -1 if the name is
 * neither the apex nor below it. */
static int labels_below(struct name name, struct name apex,
                        const uint8_t *labels[static LABELS_MAX])
{
    int count = 0;

    for (; name.len > apex.len; name = name_parent(name))
        labels[count++] = name.wire;
    return name_equal(name, apex) ? count : -1;
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

static enum reverse_kind parse_ip4(const uint8_t *const *labels, int count,
                                   uint8_t *address)
{
    uint8_t octet;

    if (count > IP4_LABELS)
        return REVERSE_JUNK;
    for (int i = 0; i < count; i++) { /* the last octet of an address comes first */
        if (!parse_octet(labels[i], &octet))
            return REVERSE_JUNK;
        address[count - 1 - i] = octet;
    }
    return count == IP4_LABELS ? REVERSE_IP4 : REVERSE_PARTIAL;
}

static enum reverse_kind parse_ip6(const uint8_t *const *labels, int count,
                                   uint8_t *address)
{
    uint8_t nibble;

    if (count > IP6_LABELS)
        return REVERSE_JUNK;
    memset(address, 0, 16);
    for (int i = 0; i < count; i++) {
        int place = count - 1 - i;

        if (!parse_nibble(labels[i], &nibble))
            return REVERSE_JUNK;
        address[place / 2] |= (uint8_t)(place % 2 ? nibble : nibble << 4);
    }
    return count == IP6_LABELS ? REVERSE_IP6 : REVERSE_PARTIAL;
}

enum reverse_kind reverse_parse(struct name name, uint8_t address[static 16])
{
    const uint8_t *labels[LABELS_MAX];
    int count = labels_below(name, ip4_apex, labels);

    if (count >= 0)
        return parse_ip4(labels, count, address);
    count = labels_below(name, ip6_apex, labels);
    return count >= 0 ? parse_ip6(labels, count, address) : REVERSE_NONE;
}

bool reverse_is_mapped(const uint8_t address[static 16])
{
    static const uint8_t prefix[12] = {[10] = 0xff, 0xff};

    return memcmp(address, prefix, sizeof prefix) == 0;
}

struct reverse_part reverse_part_of(struct name name)
{
    const uint8_t *labels[LABELS_MAX];
    int count = labels_below(name, ip4_apex, labels);

    if (count >= 0)
        return (struct reverse_part){4, (uint8_t)(count * 8)};
    count = labels_below(name, ip6_apex, labels);
    return (struct reverse_part){16, (uint8_t)(count * 4)};
}
