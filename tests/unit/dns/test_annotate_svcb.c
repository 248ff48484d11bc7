#include "annotated.h"

#include "dns/annotate_svcb.h"

/* An HTTPS record with priority 1 at the root. */
#define HTTPS(len, parameters) ANNOTATED(REPLY_OF("\0\x41", len, "\0\1\0" parameters))

TEST(keys_of_each_kind_are_told)
{
    HTTPS("\x18", "\0\0\0\4\0\1\0\3"
                  "\0\1\0\3\2h2"
                  "\0\3\0\2\x01\xbb");
    TOLD("+2 key: 0 | mandatory | RFC 9460 14.3.2");
    TOLD("+2 mandatory key: 1 | alpn |");
    TOLD("+2 mandatory key: 3 | port |");
    TOLD("+3 protocol: \"h2\" |");
    TOLD("+2 port: 443 |");
    HTTPS("\x23", "\0\4\0\x08\xc0\0\2\1\xc0\0\2\2"
                  "\0\6\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
    TOLD("+4 address: 192.0.2.1 |");
    TOLD("+4 address: 192.0.2.2 |");
    TOLD("+16 address: 2001:db8::1 |");
    HTTPS("\x18", "\0\2\0\0\0\7\0\3/a?\xff\0\0\2\x01z\0\x08\0\0");
    TOLD("+2 key: 2 | no-default-alpn |");
    TOLD("+3 path: \"/a?\" |");
    TOLD("+2 key: 65280 | without a name here |");
    TOLD("+2 value: \"\\001z\" |");
}

TEST(the_encrypted_greeting_is_told)
{
    HTTPS("\x27", "\0\5\0\x20\x00\x1e\xfe\x0d\x00\x1a\x07\x00\x20\x00\x04KEYS"
                  "\x00\x04\x00\x01\x00\x03\x20\x07pub.org\x00\x00");
    TOLD("+2 version: 0xfe0d |  | draft-ietf-tls-esni 4");
    TOLD("+1 configuration id: 7 |");
    TOLD("+2 key exchange: 32 | DHKEM(X25519, HKDF-SHA256) |");
    TOLD("+4 public key: 4 octets |");
    TOLD("+2 key derivation: 1 | HKDF-SHA256 |");
    TOLD("+2 encryption: 3 | ChaCha20Poly1305 |");
    TOLD("+1 longest name: 32 |");
    TOLD("+8 public name: \"pub.org\" |");
    HTTPS("\x11", "\0\5\0\x0a\0\x08\xff\1\0\4"
                  "abcd");
    TOLD("+2 version: 0xff01 | not known here |");
    TOLD("+4 octets: 4 octets |");
}

TEST(a_value_that_is_no_such_value_is_octets)
{
    HTTPS("\x0c", "\0\3\0\5\1\xbb"
                  "abc");
    TOLD("+2 port: 443 |");
    TOLD("+3 octets: 3 octets | not what the key calls for |");
    HTTPS("\x0a", "\0\1\0\3\5h2");
    TOLD("+3 octets: 3 octets | not what the key calls for |");
    HTTPS("\x08", "\0\2\0\1x");
    TOLD("+1 octets: 1 octet | not what the key calls for |");
    HTTPS("\x09", "\0\3\0\x09\1\xbb");
    TOLD("+6 octets: 6 octets | not what the type calls for |");
    HTTPS("\x12", "\0\5\0\x0b\0\x09\xfe\x0d\0\5\7\0\x20\0\x09");
    TOLD("+2 octets: 2 octets | not what the key calls for |");
}

/* Every key with lengths that fit and octets that may not. */
TEST(any_parameters_are_covered)
{
    uint8_t wire[36 + 3 + 64] = REPLY_OF("\0\x41", "\x43", "\0\1\0");

    srandom(11);
    for (unsigned i = 0; i < 40000; i++) {
        for (size_t at = 39; at < sizeof wire; at++)
            wire[at] = (uint8_t)(random() % 4 ? random() % 4 : random());
        wire[39] = 0;
        wire[40] = (uint8_t)(i % 10);
        wire[41] = 0;
        wire[42] = (uint8_t)(random() % 61);
        if (i % 2) {
            wire[43] = 0;
            wire[44] = (uint8_t)(random() % 60);
            wire[45] = 0xfe;
            wire[46] = 0x0d;
        }
        annotated_hold(wire, sizeof wire);
    }
}

GROUP(NULL, annotated_end);
