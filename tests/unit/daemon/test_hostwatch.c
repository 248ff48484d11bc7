/* The host's files and addresses change, in the lab's private /etc and network. */
#include "../limit.h"
#include "../lookup/lab_lookup.h"
#include "../turn.h"

#include "daemon/hostwatch.h"

#include <sys/stat.h>

static struct loop *loop;
static struct hostwatch *hosts;
static unsigned changes;
static bool waits; /* until something is told */

static void changed(void *context)
{
    (void)context;
    changes++;
    if (waits)
        loop_stop(loop);
}

static void renew(void *context)
{
    (void)context;
}

static void start(void)
{
    need_lab();
    loop = loop_new();
    hosts = hostwatch_new(loop, changed, renew, NULL);
    changes = 0;
    assert_non_null(hosts);
}

static void stop(void)
{
    hostwatch_free(hosts);
    loop_free(loop);
    unlink("/etc/gai.conf");
    unlink("/etc/resolv.new");
    lab_restore();
}

FIXTURE(watch, start, stop);

/* Runs the loop until every change has been told, and returns how often that was. */
static unsigned told(void)
{
    changes = 0;
    turn(loop);
    return changes;
}

/* Waits for a change that inotify does not tell: a look does so some time later, or
 * the test is ended. */
static void is_told_later(void)
{
    waits = true;
    assert_int_equal(loop_run(loop), 0);
    waits = false;
}

TEST_WITH(watch, nothing_is_told_while_nothing_happens)
{
    assert_int_equal(told(), 0);
}

TEST_WITH(watch, a_file_written_in_place_is_told)
{
    static const char *const names[] = {"hosts", "nsswitch.conf", "resolv.conf",
                                        "host.conf"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        etc_write(names[i], "# nothing\n");
        assert_int_not_equal(told(), 0);
    }
}

TEST_WITH(watch, a_file_that_comes_and_goes_is_told)
{
    lab_put("/etc/gai.conf", "# nothing\n", 10);
    assert_int_not_equal(told(), 0);
    assert_int_equal(unlink("/etc/gai.conf"), 0);
    assert_int_not_equal(told(), 0);
}

TEST_WITH(watch, a_file_replaced_by_another_is_told)
{
    lab_keep("/etc/resolv.conf");
    lab_put("/etc/resolv.new", "nameserver 127.0.0.1\n", 21);
    assert_int_equal(told(), 0);
    assert_int_equal(rename("/etc/resolv.new", "/etc/resolv.conf"), 0);
    assert_int_not_equal(told(), 0);
    lab_put("/etc/resolv.conf", "nameserver 127.0.0.2\n", 21); /* the new one too */
    assert_int_not_equal(told(), 0);
}

/* /etc/resolv.conf leads into /run, as resolvconf and NetworkManager make it. */
TEST_WITH(watch, a_link_and_what_it_leads_to_are_watched)
{
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
TEST_WITH(watch, a_file_mounted_over_another_is_watched)
{
    lab_put("/run/hosts", "127.0.0.1 localhost\n", 20);
    assert_int_equal(system("mount --bind /run/hosts /etc/hosts"), 0);
    is_told_later();
    lab_put("/run/hosts", "127.0.0.2 localhost\n", 20);
    assert_int_not_equal(told(), 0);
    assert_int_equal(system("umount /etc/hosts"), 0);
    is_told_later();
}

TEST_WITH(watch, a_file_system_mounted_over_a_folder_on_the_way_is_watched)
{
    lab_keep("/etc/hosts");
    assert_int_equal(system("mkdir /run/on; ln -sf /run/on/hosts /etc/hosts"), 0);
    assert_int_not_equal(told(), 0);
    assert_int_equal(
        system("mount -t tmpfs test /run/on; echo 127.0.0.1 localhost >/run/on/hosts"), 0);
    is_told_later();
    lab_put("/run/on/hosts", "127.0.0.2 localhost\n", 20);
    assert_int_not_equal(told(), 0);
    assert_int_equal(system("umount /run/on; rm /etc/hosts"), 0);
    is_told_later();
}

/* Starts with no descriptor left for inotify. */
static void start_without_inotify(void)
{
    need_lab();
    loop = loop_new();
    limit_begin(RLIMIT_NOFILE, 0);
    hosts = hostwatch_new(loop, changed, renew, NULL);
    limit_end(RLIMIT_NOFILE);
    assert_non_null(hosts);
    changes = 0;
}

FIXTURE(look, start_without_inotify, stop);

TEST_WITH(look, edits_are_told_without_inotify)
{
    static const char *const steps[] = {
        "echo >>/etc/hosts",
        "echo >>/etc/nsswitch.conf",
        "echo >/etc/resolv.new; mv /etc/resolv.new /etc/resolv.conf",
        "rm /etc/host.conf",
        "echo >/etc/gai.conf",
        "mkdir -p /run/systemd/resolve/netif",
        "echo >/run/systemd/resolve/netif/2",
        "rm -r /run/systemd",
    };

    lab_keep("/etc/hosts");
    lab_keep("/etc/nsswitch.conf");
    lab_keep("/etc/resolv.conf");
    lab_keep("/etc/host.conf");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(system(steps[i]), 0);
        is_told_later();
    }
}

TEST_WITH(watch, other_files_are_not_told)
{
    lab_put("/etc/hosts.other", "x", 1);
    assert_int_equal(unlink("/etc/hosts.other"), 0);
    assert_int_equal(told(), 0);
}

TEST_WITH(watch, an_address_that_comes_or_goes_is_told)
{
    assert_int_equal(system("ip address add 10.99.0.1/32 dev lo"), 0);
    assert_int_not_equal(told(), 0);
    assert_int_equal(system("ip address del 10.99.0.1/32 dev lo"), 0);
    assert_int_not_equal(told(), 0);
    assert_int_equal(told(), 0);
}

/* Its folders come with it. */
TEST_WITH(watch, resolved_that_starts_or_learns_of_a_link_is_told)
{
    static const char *const steps[] = {
        "mkdir -p /run/systemd/resolve",
        "touch /run/systemd/resolve/io.systemd.Resolve",
        "mkdir /run/systemd/resolve/netif",
        "echo DOMAINS=office >/run/systemd/resolve/netif/2",
    };

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(system(steps[i]), 0);
        assert_int_not_equal(told(), 0);
    }
    assert_int_equal(system("touch /run/systemd/other"), 0);
    assert_int_equal(told(), 0);
    assert_int_equal(system("rm -r /run/systemd"), 0);
}
