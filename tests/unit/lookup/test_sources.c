#include "lab_lookup.h"

#include "lookup/sources.h"

#include <sys/stat.h>

TEST(dns_last_has_nothing_behind_it)
{
    assert_false(sources_follow_dns_in("hosts: files dns\n"));
}

TEST(dns_alone_has_nothing_behind_it)
{
    assert_false(sources_follow_dns_in("hosts: dns\n"));
}

TEST(files_behind_dns_are_seen)
{
    assert_true(sources_follow_dns_in("hosts: dns files\n"));
}

TEST(a_source_behind_dns_is_seen_where_others_stand_before_it)
{
    assert_true(sources_follow_dns_in("hosts: files dns myhostname\n"));
}

TEST(a_line_without_dns_has_nothing_behind_it)
{
    assert_false(sources_follow_dns_in("hosts: files myhostname\n"));
}

TEST(an_empty_line_has_nothing_behind_dns)
{
    assert_false(sources_follow_dns_in("hosts:\n"));
}

TEST(a_source_whose_name_begins_with_dns_is_another)
{
    assert_false(sources_follow_dns_in("hosts: dnssd files\n"));
}

TEST(actions_before_dns_are_no_sources)
{
    assert_false(
        sources_follow_dns_in("hosts: files mdns4_minimal [NOTFOUND=return] dns\n"));
}

TEST(actions_behind_dns_are_no_sources)
{
    assert_false(sources_follow_dns_in("hosts: files dns [!UNAVAIL=return]\n"));
}

TEST(an_action_may_hold_blanks)
{
    assert_false(
        sources_follow_dns_in("hosts: files dns [ NOTFOUND=return  TRYAGAIN=return ]\n"));
}

TEST(a_source_behind_dns_and_its_action_is_seen)
{
    assert_true(sources_follow_dns_in("hosts: dns [NOTFOUND=continue] files\n"));
}

TEST(actions_need_no_blanks_around_them)
{
    assert_true(sources_follow_dns_in("hosts: dns[NOTFOUND=continue]files\n"));
}

TEST(an_action_that_does_not_end_hides_no_other_line)
{
    assert_false(
        sources_follow_dns_in("hosts: files dns [NOTFOUND=return\nnetworks: dns files\n"));
}

TEST(tabs_separate_as_blanks_do)
{
    assert_true(sources_follow_dns_in("hosts:\tfiles\tdns\tmyhostname\n"));
}

TEST(the_line_may_start_with_blanks)
{
    assert_false(sources_follow_dns_in(" \thosts: files dns\n"));
}

TEST(the_colon_may_stand_between_blanks)
{
    assert_false(sources_follow_dns_in("hosts : files dns\n"));
}

TEST(the_colon_may_touch_the_first_source)
{
    assert_true(sources_follow_dns_in("hosts:dns files\n"));
}

TEST(the_last_line_needs_no_newline)
{
    assert_false(sources_follow_dns_in("hosts: files dns"));
}

TEST(a_comment_line_says_nothing)
{
    assert_false(
        sources_follow_dns_in("# hosts: dns files\n#hosts: dns files\nhosts: files dns\n"));
}

TEST(a_comment_behind_the_sources_holds_no_source)
{
    assert_false(sources_follow_dns_in("hosts: files dns # myhostname\n"));
}

TEST(a_comment_needs_no_blank_before_it)
{
    assert_false(sources_follow_dns_in("hosts: files dns#myhostname\n"));
}

TEST(other_databases_are_passed_over)
{
    assert_false(sources_follow_dns_in("passwd: files\nnetworks: dns files\n"
                                       "hosts: files dns\nhostsfoo: dns files\n"));
}

/* Seen on glibc 2.36, whose parser stores each line over the one before. */
TEST(of_several_lines_the_last_counts)
{
    assert_true(sources_follow_dns_in("hosts: files dns\nhosts: dns files\n"));
    assert_false(sources_follow_dns_in("hosts: dns files\nhosts: files dns\n"));
}

/* libc has an order of its own then, which differs between distributions. */
TEST(without_the_line_any_order_is_possible)
{
    assert_true(sources_follow_dns_in("passwd: files\n"));
    assert_true(sources_follow_dns_in(""));
}

TEST(files_and_then_dns_are_plain)
{
    assert_true(sources_are_plain_in("hosts: files dns\n"));
    assert_true(
        sources_are_plain_in("passwd: files ldap\n \thosts :\tfiles  dns # no more"));
    assert_true(sources_are_plain_in("hosts: ldap\nhosts:files dns#\n"));
}

TEST(another_source_or_order_is_not_plain)
{
    static const char *const lines[] = {
        "",
        "passwd: files dns\n",
        "# hosts: files dns\n",
        "hosts:\n",
        "hosts: files\nnetworks: dns\n",
        "hosts: dns\n",
        "hosts: dns files\n",
        "hosts: files dns dns\n",
        "hosts: files files dns\n",
        "hosts: files dnsx\n",
        "hosts: filesx dns\n",
        "hosts: file dns\n",
        "hosts: Files DNS\n",
        "hosts: files dns myhostname\n",
        "hosts: files myhostname dns\n",
        "hosts: myhostname files dns\n",
        "hosts: files dns\nhosts: files ldap dns\n",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_are_plain_in(lines[i]));
}

TEST(actions_are_not_plain)
{
    static const char *const lines[] = {
        "hosts: files [NOTFOUND=continue] dns\n", "hosts: files[NOTFOUND=continue]dns\n",
        "hosts: files [SUCCESS=merge] dns\n",     "hosts: files dns [NOTFOUND=return]\n",
        "hosts: files dns[!UNAVAIL=return]\n",    "hosts: [NOTFOUND=return] files dns\n",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_are_plain_in(lines[i]));
}

TEST(dns_is_the_end_of_these)
{
    static const char *const lines[] = {
        "hosts: files dns\n",
        "hosts: dns",
        "hosts: files myhostname dns # the last\n",
        "hosts: mymachines\tfiles ldap dns\npasswd: files\n",
        "hosts: files mdns4_minimal [NOTFOUND=return] dns\n",
        "hosts: files[NOTFOUND=return]dns\n",
        "hosts: dnsmasq dns\n",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(sources_end_in_dns_in(lines[i]));
}

/* Actions may end the search before DNS with the code that tells of DNS without a server.
 */
TEST(dns_is_not_the_end_of_these)
{
    static const char *const lines[] = {
        "",
        "passwd: files dns\n",
        "hosts:\n",
        "hosts: files\n",
        "hosts: files # dns\n",
        "hosts: dns files\n",
        "hosts: files dns myhostname\n",
        "hosts: files dns [NOTFOUND=return]\n",
        "hosts: files resolve [!UNAVAIL=return] dns\n",
        "hosts: ldap [TRYAGAIN=return] dns\n",
        "hosts: ldap [NOTFOUND=return TRYAGAIN=return] dns\n",
        "hosts: ldap [ NOTFOUND=return ] dns\n",
        "hosts: files [SUCCESS=merge] dns\n",
        "hosts: files [NOTFOUND=continue] dns\n",
        "hosts: files [NOTFOUND=return\nnetworks: ] dns\n",
        "hosts: files [NOTFOUND=return #] dns\n",
        "hosts: files dns]\n",
        "hosts: files dnsx\n",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_end_in_dns_in(lines[i]));
}

TEST_WITH(lab, what_the_hosts_file_says_is_seen_at_once)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(sources_look().plain && sources_look().end_in_dns);
    assert_false(sources_look().follow_dns);
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_false(sources_look().plain || sources_look().end_in_dns);
    assert_true(sources_look().follow_dns);
    assert_int_equal(unlink("/etc/nsswitch.conf"), 0);
    assert_false(sources_look().plain || sources_look().end_in_dns);
}

TEST_WITH(lab, plain_sources_with_a_short_hosts_file_are_quick)
{
    static char text[4097];

    memset(text, '\n', sizeof text - 1);
    etc_write("hosts", text);
    assert_true(sources_are_quick(1));
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_false(sources_are_quick(2));
}

TEST_WITH(lab, a_long_hosts_file_takes_time)
{
    static char text[4098];

    memset(text, '\n', sizeof text - 1);
    etc_write("hosts", text);
    assert_false(sources_are_quick(1));
    etc_write("hosts", "");
    assert_true(sources_are_quick(2));
    assert_int_equal(unlink("/etc/hosts"), 0);
    assert_true(sources_are_quick(3));
    assert_int_equal(mkfifo("/etc/hosts", 0644), 0); /* who reads it waits for ever */
    assert_false(sources_are_quick(4));
    assert_int_equal(unlink("/etc/hosts"), 0);
}

TEST_WITH(lab, they_are_looked_at_once_in_a_millisecond)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(sources_are_quick(1));
    etc_write("nsswitch.conf", "hosts: dns\n");
    assert_true(sources_are_quick(1));
    assert_false(sources_are_quick(2));
}

TEST_WITH(lab, the_file_of_the_host_is_read)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_true(sources_follow_dns());
}

TEST_WITH(lab, a_changed_file_is_read_again)
{
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_true(sources_follow_dns());
    etc_write("nsswitch.conf", "hosts: files dns\n"); /* of the same size */
    assert_false(sources_follow_dns());
}

TEST_WITH(lab, without_the_file_any_order_is_possible)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_false(sources_follow_dns());
    assert_int_equal(unlink("/etc/nsswitch.conf"), 0);
    assert_true(sources_follow_dns());
}
