/* Each case runs in a process of its own, since privileges do not come back. */
#include "../in_child.h"

#include "daemon/privileges.h"

/* A number from /proc/self/status, in hexadecimal. */
static unsigned long status_of(const char *key)
{
    FILE *file = fopen("/proc/self/status", "re");
    unsigned long value = ~0UL;
    char line[256];

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtoul(line + strlen(key) + 1, NULL, 16);
    if (file)
        fclose(file);
    return value;
}

TEST(root_and_strangers_may_not_be_it)
{
    assert_false(privileges_may_be("root"));
    assert_false(privileges_may_be("no-such-user"));
    assert_false(privileges_may_be(""));
    assert_true(privileges_may_be("nobody"));
}

/* 0 if all is as it should be. A user other than root has nothing to give up. */
static int drop_to_default(void)
{
    bool was_root = geteuid() == 0;

    if (privileges_drop("", false) == -1)
        return 1;
    return was_root && status_of("CapEff:") != 0x400 ? 2 : 0;
}

static int drop_all(void)
{
    if (privileges_drop("", false) == -1 || privileges_drop_rest() == -1)
        return 1;
    return status_of("CapEff:") == 0 && status_of("CapPrm:") == 0 &&
                   status_of("CapAmb:") == 0
               ? 0
               : 2;
}

static int become_root_again(void)
{
    if (privileges_drop("", false) == -1)
        return 1;
    return geteuid() != 0 && (setuid(0) == 0 || seteuid(0) == 0) ? 2 : 0;
}

static int become_stranger(void)
{
    return geteuid() != 0 || privileges_drop("no-such-user", false) == -1 ? 0 : 2;
}

TEST(root_keeps_one_capability)
{
    assert_int_equal(in_child(drop_to_default), 0);
}

TEST(a_child_keeps_none)
{
    assert_int_equal(in_child(drop_all), 0);
}

TEST(there_is_no_way_back)
{
    assert_int_equal(in_child(become_root_again), 0);
}

TEST(without_the_user_it_does_not_go_on_as_root)
{
    assert_int_equal(in_child(become_stranger), 0);
}
