#include "annotated.h"

#include "dns/annotate_data.h"

TEST(data_is_told_by_the_rules_of_its_type)
{
    ANNOTATED(REPLY_OF("\0\x1c", "\x10", "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"));
    TOLD("+16 address: 2001:db8::1 |");
    ANNOTATED(
        REPLY_OF("\0\6", "\x1a", "\1n\0\1m\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"));
    TOLD("+4 serial: 1 | rises with each change of the zone |");
    TOLD("+4 minimum: 5 s |");
    ANNOTATED(REPLY_OF("\0\x10", "\7", "\2\"\x1b\3abc"));
    TOLD("+3 text: \"\"\\027\" |");
    TOLD("+4 text: \"abc\" |");
    ANNOTATED(REPLY_OF("\0\x2e", "\x16",
                       "\0\1\x0d\2\0\0\0\x3c\x65\x92\0\x80\x65\x91\xaf\0\1\2\1n\0\xab"));
    TOLD("+2 type covered: 1 A |");
    TOLD("+4 expiration: 2024-01-01 00:00:00 UTC |");
    TOLD("+1 signature: 1 octet |");
    ANNOTATED(REPLY_OF("\0\x2f", "\7", "\1n\0\0\2\x40\1"));
    TOLD("+4 types: A MX |");
    ANNOTATED(REPLY_OF("\1\1", "\x0a", "\0\5issueca."));
    TOLD("+6 tag: \"issue\" |");
    TOLD("+3 value: \"ca.\" |");
}

TEST(numbers_are_told_by_name)
{
    ANNOTATED(REPLY_OF("\0\x30", "\6",
                       "\1\1\3\x0d"
                       "ke"));
    TOLD("+2 flags: 257 | signs the keys of the zone |");
    TOLD("+1 algorithm: 13 | ECDSAP256SHA256 |");
    ANNOTATED(REPLY_OF("\0\x2b", "\6",
                       "\x12\x34\x08\2"
                       "di"));
    TOLD("+1 algorithm: 8 | RSASHA256 |");
    TOLD("+1 digest type: 2 | SHA-256 |");
    ANNOTATED(REPLY_OF("\0\x2c", "\4",
                       "\4\2"
                       "fp"));
    TOLD("+1 algorithm: 4 | Ed25519 |");
    TOLD("+1 fingerprint type: 2 | SHA-256 |");
    ANNOTATED(REPLY_OF("\0\x34", "\5",
                       "\3\1\1"
                       "ce"));
    TOLD("+1 usage: 3 | DANE-EE: the certificate itself, without any authority |");
    TOLD("+1 selector: 1 | SPKI: its public key |");
    TOLD("+1 matching type: 1 | SHA2-256 |");
    ANNOTATED(REPLY_OF("\1\1", "\x0a", "\x80\5issueca."));
    TOLD("+1 flags: 128 | critical: do not issue without knowing the tag |");
    ANNOTATED(REPLY_OF("\0\x30", "\5",
                       "\0\2\3\x4d"
                       "k"));
    TOLD("+2 flags: 2 | 256: a zone key; 128: revoked; 1: signs keys |");
    TOLD("+1 algorithm: 77 |  |");
}

TEST(a_signature_of_a_message_is_told)
{
    ANNOTATED(REPLY_OF("\0\xfa", "\x15",
                       "\1h\0\0\0\x65\x53\xf1\0\1\x2c\0\2MM\x12\x34\0\x10\0\0"));
    TOLD("+6 time signed: 2023-11-14 22:13:20 UTC |");
    TOLD("+2 fudge: 300 |");
    TOLD("+4 MAC: 2 octets |");
    TOLD("+2 error: 16 |");
    TOLD("+2 other data: 0 octets |");
}

TEST(data_that_breaks_its_rules_is_told_as_far_as_it_keeps_them)
{
    ANNOTATED(REPLY_OF("\0\x0f", "\3", "\0\x0a\5"));
    TOLD("+2 preference: 10 |");
    TOLD("+1 octets: 1 | the name is cut |");
    ANNOTATED(REPLY_OF("\0\1", "\5", "\1\2\3\4\5"));
    TOLD("+1 octets: 1 octet | not what the type calls for |");
    ANNOTATED(REPLY_OF("\xff\0", "\2", "\1\2"));
    TOLD("+2 octets: 2 octets | a type without rules here |");
}

TEST(a_type_has_a_source)
{
    assert_string_equal(annotate_source(15), "RFC 1035 3.3.9");
    assert_string_equal(annotate_source(65280), "");
}

/* Data of any octets and length for each type. */
TEST(any_data_is_covered)
{
    uint8_t wire[36 + 48] = REPLY_OF("\0\1", "\0", "");

    srandom(2);
    for (unsigned i = 0; i < 60000; i++) {
        wire[26] = (uint8_t)(i % 300 >> 8);
        wire[27] = (uint8_t)(i % 300);
        wire[35] = (uint8_t)(random() % 50);
        for (size_t at = 36; at < sizeof wire; at++)
            wire[at] = (uint8_t)(random() % 3 ? random() % 6 : random());
        annotated_hold(wire, 36 + (size_t)random() % 49);
    }
}

GROUP(NULL, annotated_end);
