/* From registries at https://www.iana.org/assignments, whose names the comments have. */
#include "dns/numbers.h"

#include <stddef.h>

struct number {
    unsigned value;
    const char *name;
};

#define LIST(...)                                                                          \
    (const struct number[])                                                                \
    {                                                                                      \
        __VA_ARGS__,                                                                       \
        {                                                                                  \
            0, NULL                                                                        \
        }                                                                                  \
    }

static const struct number *const lists[] = {
    /* DNS Security Algorithm Numbers */
    [NUMBERS_ALGORITHM] = LIST(
        {0, "DELETE"}, {1, "RSAMD5"}, {2, "DH"}, {3, "DSA"}, {5, "RSASHA1"},
        {6, "DSA-NSEC3-SHA1"}, {7, "RSASHA1-NSEC3-SHA1"}, {8, "RSASHA256"},
        {10, "RSASHA512"}, {12, "ECC-GOST"}, {13, "ECDSAP256SHA256"},
        {14, "ECDSAP384SHA384"}, {15, "ED25519"}, {16, "ED448"}, {17, "SM2SM3"},
        {23, "ECC-GOST12"}, {252, "INDIRECT"}, {253, "PRIVATEDNS"}, {254, "PRIVATEOID"}),
    /* DS RR Type Digest Algorithms */
    [NUMBERS_DIGEST] =
        LIST({0, "none: the records are to be deleted"}, {1, "SHA-1"}, {2, "SHA-256"},
             {3, "GOST R 34.11-94"}, {4, "SHA-384"}, {5, "GOST R 34.11-2012"}, {6, "SM3"}),
    /* DNSKEY Flags: 256 zone key, 128 revoked, 1 secure entry point */
    [NUMBERS_KEY_FLAGS] = LIST({0, "not a zone key"}, {256, "signs the zone"},
                               {257, "signs the keys of the zone"}, {384, "revoked"},
                               {385, "revoked, signed the keys"}),
    /* NSEC3 Hash Algorithms */
    [NUMBERS_NSEC3_HASH] = LIST({1, "SHA-1"}),
    /* SSHFP RR Types for public key algorithms */
    [NUMBERS_SSH_KEY] =
        LIST({1, "RSA"}, {2, "DSA"}, {3, "ECDSA"}, {4, "Ed25519"}, {6, "Ed448"}),
    /* SSHFP RR types for fingerprint types */
    [NUMBERS_SSH_DIGEST] = LIST({1, "SHA-1"}, {2, "SHA-256"}),
    /* TLSA Certificate Usages */
    [NUMBERS_TLSA_USAGE] = LIST(
        {0, "PKIX-TA: an authority, validated as usual"},
        {1, "PKIX-EE: the certificate itself, validated as usual"},
        {2, "DANE-TA: an authority that need not be known"},
        {3, "DANE-EE: the certificate itself, without any authority"}, {255, "PrivCert"}),
    /* TLSA Selectors */
    [NUMBERS_TLSA_SELECTOR] = LIST({0, "Cert: the full certificate"},
                                   {1, "SPKI: its public key"}, {255, "PrivSel"}),
    /* TLSA Matching Types */
    [NUMBERS_TLSA_MATCHING] =
        LIST({0, "Full: no hash"}, {1, "SHA2-256"}, {2, "SHA2-512"}, {255, "PrivMatch"}),
    /* Certification Authority Restriction Flags */
    [NUMBERS_CAA_FLAGS] =
        LIST({0, "not critical"}, {128, "critical: do not issue without knowing the tag"}),
    /* CERT RR Certificate Types */
    [NUMBERS_CERT_TYPE] =
        LIST({1, "PKIX"}, {2, "SPKI"}, {3, "PGP"}, {4, "IPKIX"}, {5, "ISPKI"}, {6, "IPGP"},
             {7, "ACPKIX"}, {8, "IACPKIX"}, {253, "URI"}, {254, "OID"}),
    /* ZONEMD Schemes */
    [NUMBERS_ZONEMD_SCHEME] = LIST({1, "SIMPLE"}),
    /* ZONEMD Hash Algorithms */
    [NUMBERS_ZONEMD_DIGEST] = LIST({1, "SHA-384"}, {2, "SHA-512"}),
    /* Assigned Internet Protocol Numbers */
    [NUMBERS_PROTOCOL] = LIST({6, "TCP"}, {17, "UDP"}),
    /* Service Parameter Keys */
    [NUMBERS_SVCB_KEY] = LIST({0, "mandatory"}, {1, "alpn"}, {2, "no-default-alpn"},
                              {3, "port"}, {4, "ipv4hint"}, {5, "ech"}, {6, "ipv6hint"},
                              {7, "dohpath"}, {8, "ohttp"}, {9, "tls-supported-groups"}),
    /* HPKE KEM Identifiers */
    [NUMBERS_HPKE_KEM] =
        LIST({16, "DHKEM(P-256, HKDF-SHA256)"}, {17, "DHKEM(P-384, HKDF-SHA384)"},
             {18, "DHKEM(P-521, HKDF-SHA512)"}, {32, "DHKEM(X25519, HKDF-SHA256)"},
             {33, "DHKEM(X448, HKDF-SHA512)"}),
    /* HPKE KDF Identifiers */
    [NUMBERS_HPKE_KDF] = LIST({1, "HKDF-SHA256"}, {2, "HKDF-SHA384"}, {3, "HKDF-SHA512"}),
    /* HPKE AEAD Identifiers */
    [NUMBERS_HPKE_AEAD] = LIST({1, "AES-128-GCM"}, {2, "AES-256-GCM"},
                               {3, "ChaCha20Poly1305"}, {0xffff, "Export-only"}),
};

const char *numbers_name(enum numbers numbers, unsigned value)
{
    const struct number *list = lists[numbers];

    for (; list && list->name; list++)
        if (list->value == value)
            return list->name;
    return "";
}
