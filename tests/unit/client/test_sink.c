#include "../check.h"

#include "captured.h"

TEST(a_message_is_handed_over)
{
    forget_captured();
    sink_take(&captured, (const uint8_t *)QUERY, QUERY_SIZE, "here");
    assert_int_equal(taken, 1);
    assert_string_equal(about, "here");
}

TEST(a_complaint_is_a_line)
{
    char text[400];

    forget_captured();
    sink_complain(&captured, "packet %d: %s", 3, "cut");
    assert_string_equal(complaint, "packet 3: cut");
    forget_captured();
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    sink_complain(&captured, "%s", text);
    assert_int_equal(strlen(complaint), 255);
}
