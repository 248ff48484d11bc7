#include "shown.h"

#include "client/view_json.h"

#include <jansson.h>

static json_t *object;

static json_t *parse(uint16_t type, const void *wire, size_t size)
{
    json_decref(object);
    object = json_loads(shown_by(view_json, &shown_all, type, wire, size), 0, NULL);
    assert_non_null(object);
    return object;
}

#define PARSE(type, wire) parse(type, wire, sizeof(wire) - 1)

static const char *text_of(const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static json_int_t number_of(const char *member)
{
    assert_true(json_is_integer(json_object_get(object, member)));
    return json_integer_value(json_object_get(object, member));
}

static void end(void)
{
    json_decref(object);
    object = NULL;
}

TEST(a_reply_has_the_members_of_rfc_8427)
{
    const char wire[] = HEADER("\x85\x80", COUNTS("\1", "\1", "\0", "\0")) QUESTION("\x0f")
        RECORD("\x0f", "\6") "\0\x0a\1m\xc0\x0c";
    json_t *record;

    PARSE(15, wire);
    assert_int_equal(number_of("ID"), 0x1234);
    assert_true(json_is_true(json_object_get(object, "QR")));
    assert_true(json_is_true(json_object_get(object, "AA")));
    assert_true(json_is_false(json_object_get(object, "TC")));
    assert_int_equal(number_of("Opcode"), 0);
    assert_int_equal(number_of("RCODE"), 0);
    assert_int_equal(number_of("ANCOUNT"), 1);
    assert_string_equal(text_of("QNAME"), "a.test.");
    assert_string_equal(text_of("QTYPEname"), "MX");
    record = json_array_get(json_object_get(object, "answerRRs"), 0);
    assert_int_equal(json_integer_value(json_object_get(record, "TTL")), 3600);
    assert_string_equal(json_string_value(json_object_get(record, "rdataMX")),
                        "10 m.a.test.");
    assert_string_equal(json_string_value(json_object_get(record, "RDATAHEX")),
                        "000A016D01610474657374"
                        "00");
    assert_int_equal(json_integer_value(json_object_get(record, "RDLENGTH")), 12);
}

TEST(what_the_rfc_has_no_name_for_has_ours)
{
    const char wire[] = HEADER("\x81\x82", COUNTS("\1", "\0", "\0", "\1"))
        QUESTION("\1") "\0\0\x29\4\xd0\0\0\x80\0\0\x0a\0\x0f\0\6\0\x16n\"\x1b\xff";
    json_t *edns, *option, *error;

    PARSE(1, wire);
    assert_string_equal(text_of("status"), "SERVFAIL");
    assert_string_equal(text_of("server"), "192.0.2.53:53");
    assert_string_equal(text_of("transport"), "UDP");
    assert_int_equal(number_of("time_us"), 1234);
    assert_int_equal(json_array_size(json_object_get(object, "ede")), 1);
    error = json_array_get(json_object_get(object, "ede"), 0);
    assert_int_equal(json_integer_value(json_object_get(error, "code")), 22);
    assert_string_equal(json_string_value(json_object_get(error, "name")),
                        "No Reachable Authority");
    assert_string_equal(json_string_value(json_object_get(error, "text")), "n\"\\027\\255");
    edns = json_object_get(object, "edns");
    assert_true(json_is_true(json_object_get(edns, "DO")));
    option = json_array_get(json_object_get(edns, "options"), 0);
    assert_string_equal(json_string_value(json_object_get(option, "name")), "EDE");
    assert_string_equal(json_string_value(json_object_get(option, "hex")), "00166E221BFF");
    assert_null(json_object_get(object, "error"));
}

TEST(without_a_reply_there_is_an_error)
{
    parse(1, NULL, 0);
    assert_string_equal(text_of("QNAME"), "a.test.");
    assert_string_equal(text_of("error"), "timed out");
    assert_null(json_object_get(object, "RCODE"));
}

TEST(a_broken_reply_is_shown_with_an_error)
{
    const char wire[] = HEADER("\x81\x80", COUNTS("\1", "\1", "\0", "\0")) QUESTION("\1");

    PARSE(1, wire);
    assert_string_equal(text_of("error"), "malformed reply");
    assert_int_equal(json_array_size(json_object_get(object, "answerRRs")), 0);
}

GROUP(NULL, end);
