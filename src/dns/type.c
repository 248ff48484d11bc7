#include "dns/type.h"

#include "base/near.h"

#include <ldns/ldns.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* IANA, Domain Name System (DNS) Parameters, "Resource Record (RR) TYPEs". */
static const struct {
    uint16_t type;
    const char *name;
} beside_ldns[] = {
    {56, "NINFO"},  {57, "RKEY"},  {66, "DSYNC"},     {67, "HHIT"},     {68, "BRID"},
    {100, "UINFO"}, {101, "UID"},  {102, "GID"},      {103, "UNSPEC"},  {128, "NXNAME"},
    {251, "IXFR"},  {252, "AXFR"}, {253, "MAILB"},    {254, "MAILA"},   {255, "ANY"},
    {258, "AVC"},   {259, "DOA"},  {260, "AMTRELAY"}, {261, "RESINFO"}, {262, "WALLET"},
    {263, "CLA"},   {264, "IPN"},  {32768, "TA"},
};

bool type_is_of_ldns(uint16_t type)
{
    const ldns_rr_descriptor *known = ldns_rr_descript(type);

    /* Among the low numbers it has rows for those that it does not know, "TYPE54". */
    return known && known->_name && strncmp(known->_name, "TYPE", 4) != 0;
}

/* NULL for a type without a name. */
static const char *type_name(uint16_t type)
{
    for (size_t i = 0; i < sizeof beside_ldns / sizeof *beside_ldns; i++)
        if (beside_ldns[i].type == type)
            return beside_ldns[i].name;
    return type_is_of_ldns(type) ? ldns_rr_descript(type)->_name : NULL;
}

const char *type_to_text(uint16_t type, char text[static TYPE_TEXT])
{
    const char *name = type_name(type);

    if (name)
        snprintf(text, TYPE_TEXT, "%s", name);
    else
        snprintf(text, TYPE_TEXT, "TYPE%u", type);
    return text;
}

const char *class_to_text(uint16_t class, char text[static TYPE_TEXT])
{
    char *name = ldns_rr_class2str((ldns_rr_class) class);

    snprintf(text, TYPE_TEXT, "%s", name ? name : "?");
    free(name);
    return text;
}

/* "TYPE65280", "CLASS3" (RFC 3597 section 5). TYPE12x, which ldns takes, may be a host. */
static uint16_t generic_number(const char *digits)
{
    char *end;
    unsigned long number;

    if (*digits < '0' || *digits > '9')
        return 0;
    number = strtoul(digits, &end, 10);
    return *end == '\0' && number <= UINT16_MAX ? (uint16_t)number : 0;
}

uint16_t type_from_text(const char *word)
{
    if (strncasecmp(word, "TYPE", 4) == 0)
        return generic_number(word + 4);
    for (size_t i = 0; i < sizeof beside_ldns / sizeof *beside_ldns; i++)
        if (strcasecmp(beside_ldns[i].name, word) == 0)
            return beside_ldns[i].type;
    return (uint16_t)ldns_get_rr_type_by_name(word);
}

uint16_t class_from_text(const char *word)
{
    if (strncasecmp(word, "CLASS", 5) == 0)
        return generic_number(word + 5);
    if (strcasecmp(word, "IN") == 0)
        return CLASS_IN;
    if (strcasecmp(word, "CH") == 0 || strcasecmp(word, "CHAOS") == 0)
        return CLASS_CH;
    return strcasecmp(word, "HS") == 0 || strcasecmp(word, "HESIOD") == 0 ? CLASS_HS : 0;
}

const char *type_nearest(const char *word)
{
    for (unsigned type = 1; type <= UINT16_MAX; type++) {
        const char *name = type_name((uint16_t)type);

        if (name && near_is(word, name))
            return name;
    }
    return NULL;
}
