#include "../check.h"

#include "dns/rcode.h"

TEST(a_code_with_a_name_has_that_text)
{
    assert_string_equal(rcode_text(RCODE_NOERROR), "NOERROR");
    assert_string_equal(rcode_text(RCODE_FORMERR), "FORMERR");
    assert_string_equal(rcode_text(RCODE_SERVFAIL), "SERVFAIL");
    assert_string_equal(rcode_text(RCODE_NXDOMAIN), "NXDOMAIN");
    assert_string_equal(rcode_text(RCODE_NOTIMP), "NOTIMP");
    assert_string_equal(rcode_text(RCODE_REFUSED), "REFUSED");
    assert_string_equal(rcode_text(9), "NOTAUTH");
    assert_string_equal(rcode_text(RCODE_BADVERS), "BADVERS");
}

TEST(a_code_without_a_name_is_a_number)
{
    assert_string_equal(rcode_text(12), "RCODE 12");
    assert_string_equal(rcode_text(15), "RCODE 15");
    assert_string_equal(rcode_text(24), "RCODE 24");
    assert_string_equal(rcode_text(4294967295), "RCODE 4294967295");
}
