/* Which probes are left out, which need no thread, and which answers are kept. */
#include "lab_lookup.h"

#include "lookup/probe.h"

#include <sys/stat.h>

#define HOSTS "127.0.0.1 localhost\n10.0.0.1 known.lab printer.office\n"

#define ROOT_SOA "authority . 30 SOA ns.lab. admin.lab. 1 3600 600 86400 30\n"

/* True if the answer is kept, so that nobody would read the hosts file for it. */
static bool is_kept(const char *name, const char *type)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question question = question_of(name, type);
    struct hosts_version version =
        hosts_version_now(lookup->jobs.hosts_answers, sources_now().version);
    uint64_t id;
    bool is;

    is = hosts_answers_send(lookup->jobs.hosts_answers, &version, &question,
                            lookup->send_queue, 1);
    if (is)
        lab_next(lookup, &id);
    return is;
}

static void use_hosts(const char *text)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    lab_use_hosts(text);
}

TEST_WITH(lab, one_reading_of_the_hosts_file_tells_both_families)
{
    use_hosts("10.0.0.1 canon.lab alias.lab\n10.0.0.2 two.lab\n2001:db8::2 two.lab\n");
    lab_ask("two.lab", "A");
    assert_true(is_kept("two.lab", "A"));
    assert_true(is_kept("TWO.lab", "AAAA"));
    assert_string_equal(lab_ask("two.lab", "AAAA"), "NOERROR\n"
                                                    "two.lab. 10 AAAA 2001:db8::2\n");
    lab_ask("alias.lab", "AAAA");
    assert_true(is_kept("alias.lab", "A"));
    assert_string_equal(lab_ask("alias.lab", "A"), "NOERROR\n"
                                                   "alias.lab. 10 CNAME canon.lab.\n"
                                                   "canon.lab. 10 A 10.0.0.1\n");
    assert_false(is_kept("two.lab", "MX"));
    lab_ask("two.lab", "MX");
    assert_true(is_kept("two.lab", "MX"));
}

/* The steps that are sent before the answer to the question, which is passed over. */
static struct way way_to(const char *name, const char *type)
{
    struct lab_lookup *lookup = lab_lookup();
    static struct bundle bundle;
    const uint8_t *message, *steps;
    struct watch *watch;
    struct way way;
    uint64_t id;
    size_t len;

    lab_start(4711 | MESSAGE_WAY, name, type);
    watch = loop_watch(lookup->jobs.loop, lookup->channel.left, POLLIN, lab_stop,
                       lookup->jobs.loop);
    assert_int_equal(loop_run(lookup->jobs.loop), 0);
    loop_unwatch(lookup->jobs.loop, watch);
    assert_int_equal(bundle_receive(&bundle, lookup->channel.left, CHANNEL_TRY),
                     CHANNEL_DONE);
    assert_true(bundle_next(&bundle, &message, &len));
    assert_true(message_get_way(message, len, &id, &steps, &len));
    assert_true(way_read(&way, reader_of(steps, len)));
    assert_true(bundle_next(&bundle, &message, &len));
    assert_true(message_is_answer(message, len));
    return way;
}

/* libc would read the whole file again for nothing but the steps. */
TEST_WITH(lab, what_is_kept_has_a_way_too)
{
    struct way way;

    use_hosts("10.0.0.1 one.lab\n");
    lab_ask("one.lab", "A");
    way = way_to("one.lab", "A");
    assert_int_equal(way.count, 3);
    assert_int_equal(way.steps[0].kind, WAY_PROBE);
    assert_int_equal(way.steps[0].code, WAY_SETTLED);
    assert_int_equal(way.steps[0].flags, WAY_LEFT_OUT);
    assert_int_equal(way.steps[1].kind, WAY_OWNER);
    assert_memory_equal(way.steps[1].data, "files", 5);
    assert_int_equal(way.steps[2].kind, WAY_LOOKUP);
}

TEST_WITH(lab, what_the_hosts_file_said_is_kept_until_it_changes)
{
    use_hosts("10.0.0.1 one.lab\n");
    lab_ask("one.lab", "A");
    lab_ask("1.0.0.10.in-addr.arpa", "PTR");
    assert_true(is_kept("one.lab", "A"));
    assert_true(is_kept("1.0.0.10.in-addr.arpa", "PTR"));
    etc_write("hosts", "10.0.0.2 one.lab\n");
    assert_false(is_kept("one.lab", "A"));
    assert_string_equal(lab_ask("one.lab", "A"), "NOERROR\none.lab. 10 A 10.0.0.2\n");
    use_hosts("10.0.0.3 one.lab\n");
    lab_ask("one.lab", "A");
    etc_write("nsswitch.conf", "hosts: dns\n");
    assert_string_equal(lab_ask("one.lab", "A"), "NXDOMAIN\n" ROOT_SOA);
}

TEST_WITH(lab, what_the_hosts_file_denied_is_kept_too_if_no_other_source_is_asked)
{
    use_hosts("10.0.0.1 one.lab\n");
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(lab_ask("nosuch", "A"), "NXDOMAIN\nauthority nosuch." SOA);
    assert_true(is_kept("nosuch", "A"));
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_false(is_kept("nosuch", "A"));
}

TEST_WITH(lab, what_dns_or_another_source_said_is_not_kept)
{
    use_hosts("10.0.0.1 one.lab\n");
    lab_ask("a.example.test", "A");
    assert_false(is_kept("a.example.test", "A"));
    lab_ask("localhost", "A");
    assert_false(is_kept("localhost", "A"));
    etc_write("nsswitch.conf", "hosts: files myhostname dns\n");
    lab_ask("lab-host", "A");
    assert_false(is_kept("lab-host", "A"));
}

TEST_WITH(lab, files_and_then_dns_need_no_thread_where_the_hosts_file_is_short)
{
    static char text[4097];

    memset(text, '\n', sizeof text - 1);
    etc_write("hosts", text);
    assert_true(probe_is_quick(1));
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_false(probe_is_quick(2));
}

TEST_WITH(lab, a_long_hosts_file_is_read_by_a_thread)
{
    static char text[4098];

    memset(text, '\n', sizeof text - 1);
    etc_write("hosts", text);
    assert_false(probe_is_quick(1));
    etc_write("hosts", "");
    assert_true(probe_is_quick(2));
    assert_int_equal(unlink("/etc/hosts"), 0);
    assert_true(probe_is_quick(3));
    assert_int_equal(mkfifo("/etc/hosts", 0644), 0); /* who reads it waits for ever */
    assert_false(probe_is_quick(4));
    assert_int_equal(unlink("/etc/hosts"), 0);
}

TEST_WITH(lab, the_host_is_looked_at_once_in_a_millisecond)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(probe_is_quick(1));
    etc_write("nsswitch.conf", "hosts: dns\n");
    assert_true(probe_is_quick(1));
    assert_false(probe_is_quick(2));
}

/* How the lookup goes on, and whether a denial counts. */
static enum lookup_next past(const char *name, const char *type, bool *may_be_above)
{
    struct question question = question_of(name, type);
    struct probe_plan plan = probe_plan(&lab_config, &question);

    *may_be_above = plan.may_be_above;
    return plan.next;
}

TEST_WITH(lab, what_is_known_to_be_for_dns_needs_no_probe)
{
    bool above;

    etc_write("nsswitch.conf", "hosts: files dns\n");
    lab_use_hosts(HOSTS);
    assert_int_equal(past("unknown.lab", "A", &above), LOOKUP_DNS_DECIDES);
    assert_false(above);
    assert_int_equal(past("unknown.lab", "AAAA", &above), LOOKUP_DNS_DECIDES);
    assert_int_equal(past("unknown.lab", "MX", &above), LOOKUP_RELAY);
    assert_int_equal(past("2.0.0.10.in-addr.arpa", "PTR", &above), LOOKUP_DNS_DECIDES);
    assert_int_equal(past("2.0.0.10.in-addr.arpa", "A", &above), LOOKUP_RELAY);
    assert_int_equal(past("known.lab", "A", &above), LOOKUP_DONE);
    assert_int_equal(past("office", "A", &above), LOOKUP_DNS_DECIDES);
    assert_true(above);
    assert_int_equal(past("o!d.lab", "A", &above), LOOKUP_RELAY);
    assert_int_equal(past("1.2.3.400.in-addr.arpa", "PTR", &above), LOOKUP_RELAY);
}

static struct probe_plan plan_of(const char *line, const char *name, const char *type)
{
    struct question question = question_of(name, type);

    etc_write("nsswitch.conf", line);
    return probe_plan(&lab_config, &question);
}

TEST_WITH(lab, what_only_reads_the_hosts_file_is_told)
{
    lab_use_hosts(HOSTS);
    assert_true(plan_of("hosts: files dns\n", "known.lab", "A").only_reads);
    assert_true(plan_of("hosts: dns files\n", "known.lab", "A").only_reads);
    assert_true(plan_of("hosts: myhostname files dns\n", "known.lab", "A").only_reads);
    assert_false(plan_of("hosts: files dns\n", "unknown.lab", "A").only_reads);
    assert_false(plan_of("hosts: files sss dns\n", "known.lab", "A").only_reads);
    assert_false(plan_of("hosts: files dns\n", "localhost", "A").only_reads);
}

TEST_WITH(lab, what_the_hosts_file_alone_decides_lasts)
{
    lab_use_hosts(HOSTS);
    assert_true(plan_of("hosts: files dns\n", "known.lab", "A").lasts);
    assert_true(plan_of("hosts: files dns\n", "known.lab", "MX").lasts);
    assert_true(plan_of("hosts: files myhostname dns\n", "known.lab", "A").lasts);
    assert_true(plan_of("hosts: files\n", "unknown.lab", "A").lasts);
    assert_true(plan_of("hosts: files dns\n", "1.0.0.10.in-addr.arpa", "PTR").lasts);
    /* Another source may have the word. */
    assert_false(plan_of("hosts: dns files\n", "known.lab", "A").lasts);
    assert_false(plan_of("hosts: myhostname files dns\n", "known.lab", "A").lasts);
    assert_false(plan_of("hosts: files sss dns\n", "known.lab", "A").lasts);
    assert_false(plan_of("hosts: files dns\n", "localhost", "A").lasts);
}
