/* A packet octet by octet. */
#include "records.h"

#include "web/packet_json.h"

static json_t *said;

static void end(void)
{
    json_decref(said);
    said = NULL;
}

FIXTURE(packet, NULL, end);

static void tell(const char *wire, size_t len, size_t size)
{
    said = packet_json("question", (const uint8_t *)wire, len, size);
    assert_non_null(said);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int number_of(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

TEST_WITH(packet, each_octet_is_in_one_field)
{
    int at = 0;
    size_t i;
    json_t *field;

    tell(RECORDS_QUESTION, 29, 29);
    assert_string_equal(text_of(said, "what"), "question");
    assert_int_equal(number_of(said, "len"), 29);
    assert_string_equal(text_of(said, "hex"), "123401000001000000000000037757770765"
                                              "78616d706c6500001c0001");
    json_array_foreach(json_object_get(said, "fields"), i, field)
    {
        if (number_of(field, "len") == 0)
            continue;
        assert_int_equal(number_of(field, "offset"), at);
        at += number_of(field, "len");
    }
    assert_int_equal(at, 29);
}

TEST_WITH(packet, a_field_has_its_name_value_meaning_and_source)
{
    const json_t *id;

    tell(RECORDS_QUESTION, 29, 29);
    id = json_array_get(json_object_get(said, "fields"), 1);
    assert_int_equal(number_of(id, "offset"), 0);
    assert_int_equal(number_of(id, "len"), 2);
    assert_int_equal(number_of(id, "depth"), 1);
    assert_string_equal(text_of(id, "name"), "id");
    assert_string_equal(text_of(id, "value"), "4660");
    assert_string_equal(text_of(id, "meaning"), "a reply has that of its query");
    assert_string_equal(text_of(id, "source"), "RFC 1035 4.1.1");
}

TEST_WITH(packet, one_that_was_cut_tells_its_size)
{
    tell(RECORDS_QUESTION, 20, 2000);
    assert_int_equal(number_of(said, "len"), 2000);
    assert_int_equal(strlen(text_of(said, "hex")), 40);
}

TEST_WITH(packet, an_empty_one_has_no_fields)
{
    tell("", 0, 0);
    assert_string_equal(text_of(said, "hex"), "");
    assert_int_equal(json_array_size(json_object_get(said, "fields")), 0);
}
