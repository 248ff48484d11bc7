#include "../check.h"

#include "base/name_servers.h"

static struct name_servers servers;
static struct name_server_row rows[NAME_SERVERS_ROWS];

static void clear(void)
{
    memset(&servers, 0, sizeof servers);
}

FIXTURE(name_servers, clear, NULL);

TEST_WITH(name_servers, a_new_one_is_empty)
{
    assert_int_equal(name_servers_read(&servers, rows), 0);
}

TEST_WITH(name_servers, rows_are_read_as_they_were_written)
{
    const struct name_server_row written[] = {
        {.address = "192.0.2.1:53", .states = 2, .rtt_us = 3, .asked = 4, .recheck_at = 5},
        {.address = "[::1]:53", .answered = 6, .failed = 7},
    };

    name_servers_write(&servers, written, 2);
    assert_int_equal(name_servers_read(&servers, rows), 2);
    assert_memory_equal(rows, written, sizeof written);
    name_servers_write(&servers, written + 1, 1);
    assert_int_equal(name_servers_read(&servers, rows), 1);
    assert_string_equal(rows[0].address, "[::1]:53");
}

TEST_WITH(name_servers, addresses_are_printable_and_end)
{
    struct name_server_row row = {.address = "a\033b c\n"};

    memset(row.address + 6, 'x', sizeof row.address - 6);
    name_servers_write(&servers, &row, 1);
    assert_int_equal(name_servers_read(&servers, rows), 1);
    assert_int_equal(strncmp(rows[0].address, "a?b c?xxx", 9), 0);
    assert_int_equal(strlen(rows[0].address), NAME_SERVER_ADDRESS - 1);
}

/* Its writer may also have died in the middle, or have been replaced. */
TEST_WITH(name_servers, nothing_is_read_of_one_that_is_being_written)
{
    const struct name_server_row row = {.address = "192.0.2.1:53"};

    name_servers_write(&servers, &row, 1);
    servers.lock.version |= 1;
    assert_int_equal(name_servers_read(&servers, rows), 0);
    name_servers_write(&servers, &row, 1); /* by its successor */
    assert_int_equal(name_servers_read(&servers, rows), 1);
    servers.list.count = 1000;
    assert_int_equal(name_servers_read(&servers, rows), 0);
}

TEST(each_state_has_a_word)
{
    assert_string_equal(name_server_words[NAME_SERVER_ANSWERS], "answers");
    assert_string_equal(name_server_words[NAME_SERVER_WITHOUT_EDNS], "without EDNS");
}
