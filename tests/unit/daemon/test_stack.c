/* In children, since a hard limit cannot be raised again. */
#include "../in_child.h"

#include "daemon/stack.h"

#include <sys/resource.h>

enum { ENOUGH = 128 * 1024 };

/* The soft limit in KiB that there is afterwards. */
static int raised(rlim_t soft, rlim_t hard)
{
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};

    if (setrlimit(RLIMIT_STACK, &limit) == -1 || stack_raise() != (hard >= ENOUGH))
        return 255;
    getrlimit(RLIMIT_STACK, &limit);
    return (int)(limit.rlim_cur / 1024);
}

static int none(void)
{
    return raised(0, ENOUGH);
}

static int more_than_enough(void)
{
    return raised(ENOUGH + 1024, 2 * ENOUGH);
}

static int too_low_for_good(void)
{
    return raised(32 * 1024, 64 * 1024);
}

TEST(a_soft_limit_is_raised_and_never_lowered)
{
    assert_int_equal(in_child(none), 128);
    assert_int_equal(in_child(more_than_enough), 129);
}

TEST(a_hard_limit_that_is_too_low_is_told)
{
    assert_int_equal(in_child(too_low_for_good), 32);
}
