#include "../check.h"

#include "dns/numbers.h"

TEST(numbers_have_the_names_of_iana)
{
    assert_string_equal(numbers_name(NUMBERS_ALGORITHM, 13), "ECDSAP256SHA256");
    assert_string_equal(numbers_name(NUMBERS_ALGORITHM, 15), "ED25519");
    assert_string_equal(numbers_name(NUMBERS_DIGEST, 2), "SHA-256");
    assert_string_equal(numbers_name(NUMBERS_SSH_KEY, 4), "Ed25519");
    assert_string_equal(numbers_name(NUMBERS_SVCB_KEY, 6), "ipv6hint");
    assert_string_equal(numbers_name(NUMBERS_HPKE_AEAD, 0xffff), "Export-only");
}

TEST(others_have_none)
{
    assert_string_equal(numbers_name(NUMBERS_ALGORITHM, 4), "");
    assert_string_equal(numbers_name(NUMBERS_ALGORITHM, 65535), "");
    assert_string_equal(numbers_name(NUMBERS_NONE, 1), "");
}
