/* The names that IANA has given to numbers in records: algorithms, digests and the like. */
#pragma once

enum numbers {
    NUMBERS_NONE, /* names nothing */
    NUMBERS_ALGORITHM,
    NUMBERS_DIGEST,
    NUMBERS_KEY_FLAGS,
    NUMBERS_NSEC3_HASH,
    NUMBERS_SSH_KEY,
    NUMBERS_SSH_DIGEST,
    NUMBERS_TLSA_USAGE,
    NUMBERS_TLSA_SELECTOR,
    NUMBERS_TLSA_MATCHING,
    NUMBERS_CAA_FLAGS,
    NUMBERS_CERT_TYPE,
    NUMBERS_ZONEMD_SCHEME,
    NUMBERS_ZONEMD_DIGEST,
    NUMBERS_PROTOCOL, /* of IP */
    NUMBERS_SVCB_KEY,
    NUMBERS_HPKE_KEM,
    NUMBERS_HPKE_KDF,
    NUMBERS_HPKE_AEAD,
};

/* "ECDSAP256SHA256"; "" for a number without a name. */
const char *numbers_name(enum numbers, unsigned value);
