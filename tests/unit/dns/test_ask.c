#include "../check.h"

#include "dns/ask.h"

TEST(a_query_is_header_question_and_opt)
{
    static const char behind_id[] = "\1\0\0\1\0\0\0\0\0\1"  /* RD; a question, a record */
                                    "\2Ab\4test\0\0\17\0\1" /* MX IN, in its letter case */
                                    "\0\0\51\4\xd0\0\0\0\0\0\0"; /* OPT, 1232 octets */
    struct ask ask;

    assert_int_equal(ask_build(&ask, "Ab.test", 15, &(struct ask_form){0}), 0);
    assert_int_equal(wire_id(ask.wire), ask.id);
    assert_int_equal(ask.size, 2 + sizeof behind_id - 1);
    assert_memory_equal(ask.wire + 2, behind_id, sizeof behind_id - 1);
    assert_string_equal(ask.name, "Ab.test.");
}

TEST(the_form_says_what_else_is_asked_for)
{
    const struct ask_form form = {.class = 3,
                                  .is_iterative = true,
                                  .has_ad = true,
                                  .has_cd = true,
                                  .edns_version = 1,
                                  .udp_size = 4096,
                                  .has_do = true,
                                  .has_nsid = true,
                                  .has_subnet = true,
                                  .subnet_family = 1,
                                  .subnet_bits = 17,
                                  .subnet = {10, 9, 128},
                                  .cookie_size = 8,
                                  .cookie = {1, 2, 3, 4, 5, 6, 7, 8}};
    const uint8_t flags[] = {0x00, 0x30}, class[] = {0, 3};
    const uint8_t opt[] = {
        0, 0,  41,   0x10, 0x00,                                 /* up to 4,096 octets */
        0, 1,  0x80, 0x00, 0,    4 + 11 + 12,                    /* version 1, DO */
        0, 3,  0,    0,                                          /* NSID */
        0, 8,  0,    7,    0,    1,           17, 0, 10, 9, 128, /* the subnet, as much as
                                                                    17 bits need */
        0, 10, 0,    8,    1,    2,           3,  4, 5,  6, 7,   8, /* the cookie */
    };
    struct ask ask;

    assert_int_equal(ask_build(&ask, ".", 16, &form), 0);
    assert_memory_equal(ask.wire + 2, flags, 2);
    assert_memory_equal(ask.wire + 12 + 1 + 2, class, 2);
    assert_int_equal(ask.size, 12 + 5 + sizeof opt);
    assert_memory_equal(ask.wire + 12 + 5, opt, sizeof opt);
}

TEST(without_edns_there_is_no_opt)
{
    struct ask ask;

    assert_int_equal(ask_build(&ask, ".", 2, &(struct ask_form){.without_edns = true}), 0);
    assert_int_equal(ask.size, 12 + 5);
    assert_int_equal(ask.wire[11], 0);
}

TEST(a_final_dot_changes_nothing)
{
    struct ask with, without;

    assert_int_equal(ask_build(&with, "ab.test.", 1, &(struct ask_form){0}), 0);
    assert_int_equal(ask_build(&without, "ab.test", 1, &(struct ask_form){0}), 0);
    assert_int_equal(with.size, without.size);
    assert_memory_equal(with.wire + 2, without.wire + 2, with.size - 2);
    assert_string_equal(with.name, without.name);
}

TEST(the_root_is_a_name)
{
    struct ask ask;

    assert_int_equal(ask_build(&ask, ".", 2, &(struct ask_form){0}), 0);
    assert_string_equal(ask.name, ".");
    assert_int_equal(ask.size, 12 + 1 + 4 + 11);
}

TEST(odd_octets_are_printed_as_escapes)
{
    struct ask ask;

    assert_int_equal(ask_build(&ask, "m\xc3\xbcl\\.a b\x1b.test", 1, &(struct ask_form){0}),
                     0);
    assert_string_equal(ask.name, "m\\195\\188l\\.a\\032b\\027.test.");
    assert_int_equal(ask.question.name[0], 9);
}

TEST(what_is_no_domain_name_is_refused)
{
    char label[65 + 6], name[300] = "";
    struct ask ask;

    assert_int_equal(ask_build(&ask, "", 1, &(struct ask_form){0}), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(ask_build(&ask, "a..b", 1, &(struct ask_form){0}), -1);
    assert_int_equal(ask_build(&ask, ".a", 1, &(struct ask_form){0}), -1);
    assert_int_equal(ask_build(&ask, "a\\", 1, &(struct ask_form){0}), -1);

    memset(label, 'x', 64);
    strcpy(label + 64, ".test");
    assert_int_equal(ask_build(&ask, label, 1, &(struct ask_form){0}), -1);
    assert_int_equal(ask_build(&ask, label + 1, 1, &(struct ask_form){0}), 0);

    /* 253 characters are 255 octets on the wire, the most there may be. */
    for (size_t i = 0; i < 126; i++)
        strcat(name, "x.");
    assert_int_equal(ask_build(&ask, strcat(name, "y"), 1, &(struct ask_form){0}), 0);
    assert_int_equal(ask.question.name_len, 255);
    assert_int_equal(ask.size, 12 + 255 + 4 + 11);
    assert_int_equal(ask_build(&ask, strcat(name, "y"), 1, &(struct ask_form){0}), -1);
    assert_int_equal(errno, EINVAL);
}

TEST(the_text_of_the_longest_odd_name_fits)
{
    char name[256];
    struct ask ask;

    memset(name, 0x80, 253);
    name[63] = name[127] = name[191] = '.';
    name[253] = '\0';
    assert_int_equal(ask_build(&ask, name, 1, &(struct ask_form){0}), 0);
    assert_int_equal(strlen(ask.name), 250 * 4 + 4);
}

TEST(ids_are_drawn_anew)
{
    struct ask first, next;
    int equal = 0;

    assert_int_equal(ask_build(&first, "a.test", 1, &(struct ask_form){0}), 0);
    for (int i = 0; i < 16; i++) {
        assert_int_equal(ask_build(&next, "a.test", 1, &(struct ask_form){0}), 0);
        equal += next.id == first.id;
    }
    assert_true(equal < 4);
}

TEST(addresses_have_reverse_names)
{
    char name[ASK_TEXT];

    assert_true(ask_reverse("192.0.2.10", name));
    assert_string_equal(name, "10.2.0.192.in-addr.arpa.");
    assert_true(ask_reverse("2001:db8::10", name));
    assert_string_equal(name, "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
                              "8.b.d.0.1.0.0.2.ip6.arpa.");
    assert_false(ask_reverse("host.test", name));
    assert_false(ask_reverse("192.0.2", name));
    assert_false(ask_reverse("", name));
    assert_false(ask_reverse("fe80::1%lo", name));
}

/* The reply without records to "ab.test MX"; each case breaks one octet of it. */
enum { REPLY_SIZE = 12 + 9 + 4 };

static void make_reply(struct ask *ask, uint8_t reply[REPLY_SIZE])
{
    assert_int_equal(ask_build(ask, "ab.test", 15, &(struct ask_form){0}), 0);
    memcpy(reply, ask->wire, REPLY_SIZE);
    reply[2] = 0x81;
    reply[11] = 0;
}

static bool is_reply_with(size_t at, uint8_t octet)
{
    uint8_t reply[REPLY_SIZE];
    struct ask ask;

    make_reply(&ask, reply);
    reply[at] = octet;
    return ask_is_reply(&ask, reply, sizeof reply);
}

TEST(a_true_reply_is_believed)
{
    assert_true(is_reply_with(2, 0x81));
    assert_true(is_reply_with(3, 0x82)); /* SERVFAIL */
    assert_true(is_reply_with(2, 0x83)); /* TC */
}

TEST(letter_case_does_not_matter)
{
    assert_true(is_reply_with(13, 'A'));
}

TEST(a_reply_to_something_else_is_not_believed)
{
    uint8_t reply[REPLY_SIZE];
    struct ask ask;

    make_reply(&ask, reply);
    reply[0] ^= 1;
    assert_false(ask_is_reply(&ask, reply, sizeof reply)); /* id */
    assert_false(is_reply_with(2, 0x01));                  /* a query */
    assert_false(is_reply_with(2, 0xa1));                  /* opcode NOTIFY */
    assert_false(is_reply_with(5, 2));                     /* two questions */
    assert_false(is_reply_with(5, 0));                     /* none */
    assert_false(is_reply_with(13, 'x'));                  /* name */
    assert_false(is_reply_with(22, 16));                   /* type */
    assert_false(is_reply_with(24, 3));                    /* class */
}

TEST(a_part_of_a_reply_is_not_believed)
{
    uint8_t reply[REPLY_SIZE];
    struct ask ask;

    make_reply(&ask, reply);
    for (size_t size = 0; size < sizeof reply; size++)
        assert_false(ask_is_reply(&ask, reply, size));
}

/* It could not read the question, so it cannot repeat it. */
TEST(formerr_may_come_without_question)
{
    uint8_t reply[REPLY_SIZE];
    struct ask ask;

    make_reply(&ask, reply);
    reply[5] = 0;
    reply[3] = 1; /* FORMERR */
    assert_true(ask_is_reply(&ask, reply, 12));
    reply[3] = 4; /* NOTIMP */
    assert_true(ask_is_reply(&ask, reply, 12));
    reply[3] = 3; /* NXDOMAIN */
    assert_false(ask_is_reply(&ask, reply, 12));
}
