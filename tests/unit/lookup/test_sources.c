#include "lab.h"

#include "lookup/sources.h"

#include <sys/stat.h>

static void dns_last_has_nothing_behind_it(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: files dns\n"));
}

static void dns_alone_has_nothing_behind_it(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: dns\n"));
}

static void files_behind_dns_are_seen(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("hosts: dns files\n"));
}

static void a_source_behind_dns_is_seen_where_others_stand_before_it(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("hosts: files dns myhostname\n"));
}

static void a_line_without_dns_has_nothing_behind_it(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: files myhostname\n"));
}

static void an_empty_line_has_nothing_behind_dns(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts:\n"));
}

static void a_source_whose_name_begins_with_dns_is_another(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: dnssd files\n"));
}

static void actions_before_dns_are_no_sources(void **state)
{
    (void)state;
    assert_false(
        sources_follow_dns_in("hosts: files mdns4_minimal [NOTFOUND=return] dns\n"));
}

static void actions_behind_dns_are_no_sources(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: files dns [!UNAVAIL=return]\n"));
}

static void an_action_may_hold_blanks(void **state)
{
    (void)state;
    assert_false(
        sources_follow_dns_in("hosts: files dns [ NOTFOUND=return  TRYAGAIN=return ]\n"));
}

static void a_source_behind_dns_and_its_action_is_seen(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("hosts: dns [NOTFOUND=continue] files\n"));
}

static void actions_need_no_blanks_around_them(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("hosts: dns[NOTFOUND=continue]files\n"));
}

static void an_action_that_does_not_end_hides_no_other_line(void **state)
{
    (void)state;
    assert_false(
        sources_follow_dns_in("hosts: files dns [NOTFOUND=return\nnetworks: dns files\n"));
}

static void tabs_separate_as_blanks_do(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("hosts:\tfiles\tdns\tmyhostname\n"));
}

static void the_line_may_start_with_blanks(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in(" \thosts: files dns\n"));
}

static void the_colon_may_stand_between_blanks(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts : files dns\n"));
}

static void the_colon_may_touch_the_first_source(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("hosts:dns files\n"));
}

static void the_last_line_needs_no_newline(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: files dns"));
}

static void a_comment_line_says_nothing(void **state)
{
    (void)state;
    assert_false(
        sources_follow_dns_in("# hosts: dns files\n#hosts: dns files\nhosts: files dns\n"));
}

static void a_comment_behind_the_sources_holds_no_source(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: files dns # myhostname\n"));
}

static void a_comment_needs_no_blank_before_it(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("hosts: files dns#myhostname\n"));
}

static void other_databases_are_passed_over(void **state)
{
    (void)state;
    assert_false(sources_follow_dns_in("passwd: files\nnetworks: dns files\n"
                                       "hosts: files dns\nhostsfoo: dns files\n"));
}

/* Seen on glibc 2.36, whose parser stores each line over the one before. */
static void of_several_lines_the_last_counts(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("hosts: files dns\nhosts: dns files\n"));
    assert_false(sources_follow_dns_in("hosts: dns files\nhosts: files dns\n"));
}

/* libc has an order of its own then, which differs between distributions. */
static void without_the_line_any_order_is_possible(void **state)
{
    (void)state;
    assert_true(sources_follow_dns_in("passwd: files\n"));
    assert_true(sources_follow_dns_in(""));
}

static void files_and_then_dns_are_plain(void **state)
{
    (void)state;
    assert_true(sources_are_plain_in("hosts: files dns\n"));
    assert_true(
        sources_are_plain_in("passwd: files ldap\n \thosts :\tfiles  dns # no more"));
    assert_true(sources_are_plain_in("hosts: ldap\nhosts:files dns#\n"));
}

static void another_source_or_order_is_not_plain(void **state)
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

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_are_plain_in(lines[i]));
}

static void actions_are_not_plain(void **state)
{
    static const char *const lines[] = {
        "hosts: files [NOTFOUND=continue] dns\n", "hosts: files[NOTFOUND=continue]dns\n",
        "hosts: files [SUCCESS=merge] dns\n",     "hosts: files dns [NOTFOUND=return]\n",
        "hosts: files dns[!UNAVAIL=return]\n",    "hosts: [NOTFOUND=return] files dns\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_are_plain_in(lines[i]));
}

static void dns_is_the_end_of_these(void **state)
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

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(sources_end_in_dns_in(lines[i]));
}

/* Actions may end the search before DNS with the code that tells of DNS without a server.
 */
static void dns_is_not_the_end_of_these(void **state)
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

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_end_in_dns_in(lines[i]));
}

static void what_the_hosts_file_says_is_seen_at_once(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(sources_look().plain && sources_look().end_in_dns);
    assert_false(sources_look().follow_dns);
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_false(sources_look().plain || sources_look().end_in_dns);
    assert_true(sources_look().follow_dns);
    assert_int_equal(unlink("/etc/nsswitch.conf"), 0);
    assert_false(sources_look().plain || sources_look().end_in_dns);
}

static void plain_sources_with_a_short_hosts_file_are_quick(void **state)
{
    static char text[4097];

    (void)state;
    memset(text, '\n', sizeof text - 1);
    etc_write("hosts", text);
    assert_true(sources_are_quick(1));
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_false(sources_are_quick(2));
}

static void a_long_hosts_file_takes_time(void **state)
{
    static char text[4098];

    (void)state;
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

static void they_are_looked_at_once_in_a_millisecond(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(sources_are_quick(1));
    etc_write("nsswitch.conf", "hosts: dns\n");
    assert_true(sources_are_quick(1));
    assert_false(sources_are_quick(2));
}

static void the_file_of_the_host_is_read(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_true(sources_follow_dns());
}

static void a_changed_file_is_read_again(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_true(sources_follow_dns());
    etc_write("nsswitch.conf", "hosts: files dns\n"); /* of the same size */
    assert_false(sources_follow_dns());
}

static void without_the_file_any_order_is_possible(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_false(sources_follow_dns());
    assert_int_equal(unlink("/etc/nsswitch.conf"), 0);
    assert_true(sources_follow_dns());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dns_last_has_nothing_behind_it),
        cmocka_unit_test(dns_alone_has_nothing_behind_it),
        cmocka_unit_test(files_behind_dns_are_seen),
        cmocka_unit_test(a_source_behind_dns_is_seen_where_others_stand_before_it),
        cmocka_unit_test(a_line_without_dns_has_nothing_behind_it),
        cmocka_unit_test(an_empty_line_has_nothing_behind_dns),
        cmocka_unit_test(a_source_whose_name_begins_with_dns_is_another),
        cmocka_unit_test(actions_before_dns_are_no_sources),
        cmocka_unit_test(actions_behind_dns_are_no_sources),
        cmocka_unit_test(an_action_may_hold_blanks),
        cmocka_unit_test(a_source_behind_dns_and_its_action_is_seen),
        cmocka_unit_test(actions_need_no_blanks_around_them),
        cmocka_unit_test(an_action_that_does_not_end_hides_no_other_line),
        cmocka_unit_test(tabs_separate_as_blanks_do),
        cmocka_unit_test(the_line_may_start_with_blanks),
        cmocka_unit_test(the_colon_may_stand_between_blanks),
        cmocka_unit_test(the_colon_may_touch_the_first_source),
        cmocka_unit_test(the_last_line_needs_no_newline),
        cmocka_unit_test(a_comment_line_says_nothing),
        cmocka_unit_test(a_comment_behind_the_sources_holds_no_source),
        cmocka_unit_test(a_comment_needs_no_blank_before_it),
        cmocka_unit_test(other_databases_are_passed_over),
        cmocka_unit_test(of_several_lines_the_last_counts),
        cmocka_unit_test(without_the_line_any_order_is_possible),
        cmocka_unit_test(files_and_then_dns_are_plain),
        cmocka_unit_test(another_source_or_order_is_not_plain),
        cmocka_unit_test(actions_are_not_plain),
        cmocka_unit_test(dns_is_the_end_of_these),
        cmocka_unit_test(dns_is_not_the_end_of_these),
        lab_test(what_the_hosts_file_says_is_seen_at_once),
        lab_test(plain_sources_with_a_short_hosts_file_are_quick),
        lab_test(a_long_hosts_file_takes_time),
        lab_test(they_are_looked_at_once_in_a_millisecond),
        lab_test(the_file_of_the_host_is_read),
        lab_test(a_changed_file_is_read_again),
        lab_test(without_the_file_any_order_is_possible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
