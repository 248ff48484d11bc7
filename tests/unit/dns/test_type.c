#include "../check.h"

#include "dns/type.h"

TEST(types_have_their_registered_names)
{
    char text[TYPE_TEXT];

    assert_string_equal(type_to_text(15, text), "MX");
    assert_string_equal(type_to_text(255, text), "ANY");
    assert_string_equal(type_to_text(260, text), "AMTRELAY");
    assert_string_equal(type_to_text(32768, text), "TA");
    assert_string_equal(type_to_text(54, text), "TYPE54");
    assert_string_equal(type_to_text(65535, text), "TYPE65535");
}

TEST(a_text_leads_back_to_its_type)
{
    char text[TYPE_TEXT];

    for (unsigned type = 1; type <= UINT16_MAX; type++) {
        assert_int_equal(type_from_text(type_to_text((uint16_t)type, text)), type);
        assert_true(strlen(text) < TYPE_TEXT - 1);
    }
}

TEST(a_word_is_a_type_only_if_all_of_it_is)
{
    assert_int_equal(type_from_text("A"), 1);
    assert_int_equal(type_from_text("mx"), 15);
    assert_int_equal(type_from_text("Https"), 65);
    assert_int_equal(type_from_text("TYPE65280"), 65280);
    assert_int_equal(type_from_text("AMTRELAY"), 260);
    assert_int_equal(type_from_text("any"), 255);
    assert_int_equal(type_from_text("type28"), 28);
    assert_int_equal(type_from_text("host.test"), 0);
    assert_int_equal(type_from_text("mx."), 0);
    assert_int_equal(type_from_text(""), 0);
    assert_int_equal(type_from_text("TYPE"), 0);
    assert_int_equal(type_from_text("TYPE0"), 0);
    assert_int_equal(type_from_text("TYPE12x"), 0);
    assert_int_equal(type_from_text("TYPE-5"), 0);
    assert_int_equal(type_from_text("TYPE+5"), 0);
    assert_int_equal(type_from_text("TYPE65536"), 0);
    assert_int_equal(type_from_text("TYPE99999999999999999999"), 0);
}

TEST(a_class_is_a_word_or_a_number)
{
    assert_int_equal(class_from_text("in"), 1);
    assert_int_equal(class_from_text("Chaos"), 3);
    assert_int_equal(class_from_text("HS"), 4);
    assert_int_equal(class_from_text("CLASS255"), 255);
    assert_int_equal(class_from_text("any"), 0);
    assert_int_equal(class_from_text("CLASS"), 0);
    assert_int_equal(class_from_text("inn"), 0);
}
