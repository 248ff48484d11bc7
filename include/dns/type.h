/*
 * The types and classes of records, and the names that IANA has registered for them, even
 * those that ldns does not know.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Types that need a decision of ours (RFC 1035, 1876, 2845, 2930, 2931, 3123, 4025,
 * 4034, 5155, 6891, 7477). Others are numbers. */
enum {
    TYPE_A = 1,
    TYPE_NS = 2,
    TYPE_CNAME = 5,
    TYPE_SOA = 6,
    TYPE_WKS = 11,
    TYPE_PTR = 12,
    TYPE_TXT = 16,
    TYPE_SIG = 24,
    TYPE_AAAA = 28,
    TYPE_LOC = 29,
    TYPE_OPT = 41,
    TYPE_APL = 42,
    TYPE_DS = 43,
    TYPE_IPSECKEY = 45,
    TYPE_NSEC = 47,
    TYPE_DNSKEY = 48,
    TYPE_NSEC3 = 50,
    TYPE_CSYNC = 62,
    TYPE_SPF = 99,
    TYPE_TKEY = 249,
    TYPE_TSIG = 250,
    TYPE_IXFR = 251,
    TYPE_AXFR = 252,
    TYPE_MAILB = 253,
    TYPE_MAILA = 254,
    TYPE_ANY = 255,
};

enum { CLASS_IN = 1, CLASS_CH = 3, CLASS_HS = 4, CLASS_ANY = 255 };

/* Room for "TYPE65535" or "CLASS65535" or the longest name, and the NUL. */
enum { TYPE_TEXT = 16 };

/* "MX", or "TYPE65280" for a type without a name (RFC 3597 section 5); returns `text`. */
const char *type_to_text(uint16_t type, char text[static TYPE_TEXT]);
const char *class_to_text(uint16_t class, char text[static TYPE_TEXT]);

/* The number of a type by its word, "MX" or "TYPE65280" in any case; 0: not a type. */
uint16_t type_from_text(const char *word);
/* The number of a class by its word, "CH" or "CLASS3" in any case; 0: not a class. ANY is
 * a type. */
uint16_t class_from_text(const char *word);

/* The type whose word is nearest, "MX" for "MXX"; NULL if none is near. */
const char *type_nearest(const char *word);

/* True for A and AAAA. */
static inline bool type_is_address(uint16_t type)
{
    return type == TYPE_A || type == TYPE_AAAA;
}

/* True if ldns knows what the data of this type is made of. */
bool type_is_of_ldns(uint16_t type);
