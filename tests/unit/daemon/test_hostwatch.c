/* The host's files and addresses change, in the lab's private /etc and network. */
#include "../lookup/lab.h"

#include "base/clock.h"
#include "daemon/hostwatch.h"

#include <sys/stat.h>

static struct loop *loop;
static struct hostwatch *hosts;
static unsigned changes;

static void changed(void *context)
{
    (void)context;
    changes++;
}

static int start(void **state)
{
    (void)state;
    need_lab();
    loop = loop_new();
    hosts = hostwatch_new(loop, changed, NULL);
    changes = 0;
    return hosts ? 0 : -1;
}

static int stop(void **state)
{
    hostwatch_free(hosts);
    loop_free(loop);
    unlink("/etc/gai.conf");
    unlink("/etc/resolv.new");
    return lab_restore(state);
}

static void stop_loop(void *context)
{
    loop_stop(context);
}

/* Runs the loop until all that has happened has been told; how often that was. */
static unsigned told(void)
{
    struct timer timer;

    changes = 0;
    timer_init(&timer, stop_loop, loop);
    timer_set(loop, &timer, clock_ms());
    assert_int_equal(loop_run(loop), 0);
    return changes;
}

static void nothing_is_told_while_nothing_happens(void **state)
{
    (void)state;
    assert_int_equal(told(), 0);
}

static void a_file_written_in_place_is_told(void **state)
{
    static const char *const names[] = {"hosts", "nsswitch.conf", "resolv.conf",
                                        "host.conf"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        etc_write(names[i], "# nothing\n");
        assert_int_not_equal(told(), 0);
    }
}

static void a_file_that_comes_and_goes_is_told(void **state)
{
    (void)state;
    lab_put("/etc/gai.conf", "# nothing\n", 10);
    assert_int_not_equal(told(), 0);
    assert_int_equal(unlink("/etc/gai.conf"), 0);
    assert_int_not_equal(told(), 0);
}

static void a_file_replaced_by_another_is_told(void **state)
{
    (void)state;
    lab_keep("/etc/resolv.conf");
    lab_put("/etc/resolv.new", "nameserver 127.0.0.1\n", 21);
    assert_int_equal(told(), 0);
    assert_int_equal(rename("/etc/resolv.new", "/etc/resolv.conf"), 0);
    assert_int_not_equal(told(), 0);
    lab_put("/etc/resolv.conf", "nameserver 127.0.0.2\n", 21); /* the new one too */
    assert_int_not_equal(told(), 0);
}

/* As of resolvconf or NetworkManager: /etc/resolv.conf leads into /run. */
static void a_link_and_what_it_leads_to_are_watched(void **state)
{
    (void)state;
    lab_keep("/etc/resolv.conf");
    assert_int_equal(mkdir("/run/one", 0755), 0);
    assert_int_equal(mkdir("/run/two", 0755), 0);
    lab_put("/run/one/resolv.conf", "nameserver 127.0.0.1\n", 21);
    lab_put("/run/two/resolv.conf", "nameserver 127.0.0.1\n", 21);
    assert_int_equal(symlink("../run/one/resolv.conf", "/etc/resolv.new"), 0);
    assert_int_equal(rename("/etc/resolv.new", "/etc/resolv.conf"), 0);
    assert_int_not_equal(told(), 0);
    lab_put("/run/one/resolv.conf", "nameserver 127.0.0.2\n", 21);
    assert_int_not_equal(told(), 0);
    lab_put("/run/two/resolv.conf", "nameserver 127.0.0.2\n", 21);
    assert_int_equal(told(), 0);
    assert_int_equal(symlink("/run/two/resolv.conf", "/etc/resolv.new"), 0);
    assert_int_equal(rename("/etc/resolv.new", "/etc/resolv.conf"), 0);
    assert_int_not_equal(told(), 0);
    lab_put("/run/two/resolv.conf", "nameserver 127.0.0.1\n", 21);
    assert_int_not_equal(told(), 0);
    assert_int_equal(unlink("/etc/resolv.conf"), 0);
}

/* As containers have them. */
static void a_file_mounted_over_another_is_watched(void **state)
{
    (void)state;
    lab_put("/run/hosts", "127.0.0.1 localhost\n", 20);
    assert_int_equal(system("mount --bind /run/hosts /etc/hosts"), 0);
    hostwatch_free(hosts);
    hosts = hostwatch_new(loop, changed, NULL);
    lab_put("/run/hosts", "127.0.0.2 localhost\n", 20);
    assert_int_not_equal(told(), 0);
    assert_int_equal(system("umount /etc/hosts"), 0);
}

static void other_files_are_not_told(void **state)
{
    (void)state;
    lab_put("/etc/hosts.other", "x", 1);
    assert_int_equal(unlink("/etc/hosts.other"), 0);
    assert_int_equal(told(), 0);
}

static void an_address_that_comes_or_goes_is_told(void **state)
{
    (void)state;
    assert_int_equal(system("ip address add 10.99.0.1/32 dev lo"), 0);
    assert_int_not_equal(told(), 0);
    assert_int_equal(system("ip address del 10.99.0.1/32 dev lo"), 0);
    assert_int_not_equal(told(), 0);
    assert_int_equal(told(), 0);
}

#define watch_test(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        watch_test(nothing_is_told_while_nothing_happens),
        watch_test(a_file_written_in_place_is_told),
        watch_test(a_file_that_comes_and_goes_is_told),
        watch_test(a_file_replaced_by_another_is_told),
        watch_test(a_link_and_what_it_leads_to_are_watched),
        watch_test(a_file_mounted_over_another_is_watched),
        watch_test(other_files_are_not_told),
        watch_test(an_address_that_comes_or_goes_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
