#include "lab.h"

#include "lookup/servers.h"

/* The addresses in order, each with a blank behind it. */
static const char *addresses(const struct servers *servers)
{
    static char text[4 * ADDR_TEXT];
    char one[ADDR_TEXT];

    *text = '\0';
    for (size_t i = 0; i < servers->count; i++) {
        strcat(text, addr_format(&servers->addr[i], one));
        strcat(text, " ");
    }
    return text;
}

static struct servers read_from(const char *resolv_conf)
{
    struct servers servers;

    etc_write("resolv.conf", resolv_conf);
    assert_int_equal(servers_read(&servers), 0);
    return servers;
}

static void servers_stand_in_the_order_of_the_file(void **state)
{
    struct servers servers = read_from("nameserver 127.0.0.2\nnameserver 127.0.0.1\n");

    (void)state;
    assert_string_equal(addresses(&servers), "127.0.0.2:53 127.0.0.1:53 ");
}

static void servers_may_have_ipv6_addresses(void **state)
{
    struct servers servers =
        read_from("nameserver ::1\nnameserver 127.0.0.1\nnameserver 2001:db8::53\n");

    (void)state;
    assert_string_equal(addresses(&servers), "[::1]:53 127.0.0.1:53 [2001:db8::53]:53 ");
}

static void three_servers_are_used(void **state)
{
    struct servers servers = read_from("nameserver 127.0.0.1\nnameserver 127.0.0.2\n"
                                       "nameserver 127.0.0.3\nnameserver 127.0.0.4\n");

    (void)state;
    assert_string_equal(addresses(&servers), "127.0.0.1:53 127.0.0.2:53 127.0.0.3:53 ");
}

/* So libc has it. */
static void without_a_file_the_server_is_the_host_itself(void **state)
{
    struct servers servers;

    (void)state;
    etc_write("resolv.conf", "");
    assert_int_equal(unlink("/etc/resolv.conf"), 0);
    assert_int_equal(servers_read(&servers), 0);
    assert_string_equal(addresses(&servers), "127.0.0.1:53 ");
}

static void without_options_it_is_five_seconds_twice(void **state)
{
    struct servers servers = read_from("nameserver 127.0.0.1\n");

    (void)state;
    assert_int_equal(servers.timeout_ms, 5000);
    assert_int_equal(servers.attempts, 2);
    assert_false(servers.rotate || servers.use_tcp || servers.trust_ad);
}

static void options_are_read(void **state)
{
    struct servers servers =
        read_from("nameserver 127.0.0.1\n"
                  "options timeout:3 attempts:4 rotate use-vc trust-ad\n");

    (void)state;
    assert_int_equal(servers.timeout_ms, 3000);
    assert_int_equal(servers.attempts, 4);
    assert_true(servers.rotate && servers.use_tcp && servers.trust_ad);
}

static void a_time_out_of_0_is_a_second(void **state)
{
    struct servers servers = read_from("nameserver 127.0.0.1\noptions timeout:0\n");

    (void)state;
    assert_int_equal(servers.timeout_ms, 1000);
}

static void a_changed_file_is_seen(void **state)
{
    struct servers servers = read_from("nameserver 127.0.0.2\n");

    (void)state;
    servers = read_from("nameserver 127.0.0.9\n"); /* of the same size */
    assert_string_equal(addresses(&servers), "127.0.0.9:53 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        lab_test(servers_stand_in_the_order_of_the_file),
        lab_test(servers_may_have_ipv6_addresses),
        lab_test(three_servers_are_used),
        lab_test(without_a_file_the_server_is_the_host_itself),
        lab_test(without_options_it_is_five_seconds_twice),
        lab_test(options_are_read),
        lab_test(a_time_out_of_0_is_a_second),
        lab_test(a_changed_file_is_seen),
    };

    return cmocka_run_group_tests_name("servers", tests, NULL, NULL);
}
