#include "../check.h"

#include "web/mhd.h"

TEST(the_library_is_loaded_with_all_that_is_used)
{
    const char *why = NULL;

    assert_null(mhd.start_daemon);
    assert_true(mhd_load(&why));
    assert_null(why);
    assert_non_null(mhd.start_daemon);
    assert_non_null(mhd.destroy_response);
}
