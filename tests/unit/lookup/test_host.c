/*
 * The probe: what the sources other than DNS say, and how the lookup goes on where they say
 * nothing. The names are those of tests/system/etc/hosts. For the verdict see test_job.c.
 */
#include "lab.h"

#include "lookup/host.h"

static const char *probe(const char *name, const char *type)
{
    return lab_probe(host_probe, name, type);
}

/* Without a name server. */

static void a_name_of_the_hosts_file_has_its_address(void **state)
{
    (void)state;
    assert_string_equal(probe("v4only.lab", "A"), "NOERROR\n"
                                                  "v4only.lab. 10 A 10.0.0.4\n");
}

static void a_name_of_the_hosts_file_has_no_data_of_the_other_family(void **state)
{
    (void)state;
    assert_string_equal(probe("v4only.lab", "AAAA"), "NOERROR\n"
                                                     "authority v4only.lab." SOA);
    assert_string_equal(probe("v6only.lab", "A"), "NOERROR\n"
                                                  "authority v6only.lab." SOA);
}

static void a_name_of_the_hosts_file_has_no_data_of_other_types(void **state)
{
    (void)state;
    assert_string_equal(probe("dual.lab", "MX"), "NOERROR\n"
                                                 "authority dual.lab." SOA);
}

static void any_of_a_hosts_name_is_both_families(void **state)
{
    (void)state;
    assert_string_equal(probe("dual.lab", "ANY"), "NOERROR\n"
                                                  "dual.lab. 10 A 10.0.0.10\n"
                                                  "dual.lab. 10 AAAA 2001:db8:a::10\n");
}

static void a_hosts_name_is_found_in_any_letter_case(void **state)
{
    (void)state;
    assert_string_equal(probe("V4Only.LAB", "A"), "NOERROR\n"
                                                  "V4Only.LAB. 10 A 10.0.0.4\n");
}

/* In the hosts file an alias may have other addresses than its canonical name, so a CNAME
 * would be false for one of them. */
static void an_alias_of_the_hosts_file_has_the_addresses_itself(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.1 canon.lab alias.lab\n10.0.0.3 alias.lab\n");
    assert_string_equal(probe("alias.lab", "A"), "NOERROR\n"
                                                 "alias.lab. 10 A 10.0.0.1\n"
                                                 "alias.lab. 10 A 10.0.0.3\n");
}

static void an_alias_of_the_hosts_file_is_no_cname(void **state)
{
    (void)state;
    assert_string_equal(probe("alias.lab", "CNAME"), "NOERROR\n"
                                                     "authority alias.lab." SOA);
}

static void an_address_on_several_lines_comes_once(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.2 many.lab\n10.0.0.1 many.lab\n10.0.0.2 many.lab\n");
    assert_string_equal(probe("many.lab", "A"), "NOERROR\n"
                                                "many.lab. 10 A 10.0.0.2\n"
                                                "many.lab. 10 A 10.0.0.1\n");
}

static void localhost_is_both_loopback_addresses(void **state)
{
    (void)state;
    assert_string_equal(probe("localhost", "A"), "NOERROR\n"
                                                 "localhost. 10 A 127.0.0.1\n");
    assert_string_equal(probe("localhost", "AAAA"), "NOERROR\n"
                                                    "localhost. 10 AAAA ::1\n");
}

static void a_mapped_address_is_an_a_record(void **state)
{
    (void)state;
    etc_write("hosts", "::ffff:10.0.0.44 mapped.lab\n");
    assert_string_equal(probe("mapped.lab", "A"), "NOERROR\n"
                                                  "mapped.lab. 10 A 10.0.0.44\n");
    assert_string_equal(probe("mapped.lab", "AAAA"), "NOERROR\n"
                                                     "authority mapped.lab." SOA);
}

static void a_mapped_address_and_its_plain_form_come_once(void **state)
{
    (void)state;
    etc_write("hosts", "::ffff:10.0.0.44 twice.lab\n10.0.0.44 twice.lab\n");
    assert_string_equal(probe("twice.lab", "A"), "NOERROR\n"
                                                 "twice.lab. 10 A 10.0.0.44\n");
}

static void more_addresses_than_a_message_holds_are_a_failure(void **state)
{
    static char hosts[3000 * 40];
    size_t len = 0;

    (void)state;
    need_lab();
    for (int i = 0; i < 3000; i++)
        len += (size_t)sprintf(hosts + len, "2001:db8::%x crowd.lab\n", i);
    etc_write("hosts", hosts);
    assert_string_equal(probe("crowd.lab", "AAAA"),
                        "SERVFAIL: Other Error (0): too many addresses for a message\n");
}

static void a_name_that_only_dns_may_know_asks_on(void **state)
{
    (void)state;
    assert_string_equal(probe("a.example.test", "A"), "verdict");
    assert_string_equal(probe("nosuch.lab", "A"), "verdict");
}

static void where_sources_end_before_dns_an_unknown_name_does_not_exist(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("a.example.test", "A"), "NXDOMAIN\n"
                                                      "authority example.test." SOA);
}

static void an_action_before_dns_ends_the_search(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files [NOTFOUND=return] dns\n");
    assert_string_equal(probe("nosuch.lab", "A"), "NXDOMAIN\n"
                                                  "authority lab." SOA);
}

static void a_hosts_name_asks_on_where_dns_comes_first(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_string_equal(probe("v4only.lab", "A"), "verdict");
}

/* Sources that are no DNS take such names: the hosts file does not look at characters. */
static void an_odd_name_of_the_hosts_file_is_found(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.7 odd!name.lab\n10.0.0.8 -dash.lab\n");
    assert_string_equal(probe("odd!name.lab", "A"), "NOERROR\n"
                                                    "odd!name.lab. 10 A 10.0.0.7\n");
    assert_string_equal(probe("-dash.lab", "A"), "NOERROR\n"
                                                 "-dash.lab. 10 A 10.0.0.8\n");
}

static void an_odd_name_that_the_hosts_file_lacks_asks_on(void **state)
{
    (void)state;
    assert_string_equal(probe("odd!name.example.test", "A"), "relay");
}

static void an_odd_name_that_the_hosts_file_lacks_does_not_exist_without_dns(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("odd!name.example.test", "A"), "NXDOMAIN\n"
                                                             "authority example.test." SOA);
}

/* As C strings these are "nul", and "dot" below "ted": other names, which exist here. */
static void a_name_that_is_no_c_string_is_not_taken_for_another(void **state)
{
    (void)state;
    etc_write("hosts", "10.0.0.7 nul\n10.0.0.8 dot.ted.lab\n10.0.0.9 back\\slash.lab\n");
    assert_string_equal(probe("nul\\000", "A"), "relay");
    assert_string_equal(probe("dot\\046ted.lab", "A"), "relay");
    assert_string_equal(probe("back\\092slash.lab", "A"), "relay");
}

static void a_name_that_is_no_c_string_does_not_exist_without_dns(void **state)
{
    (void)state;
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_string_equal(probe("nul\\000byte.example.test", "A"),
                        "NXDOMAIN\n"
                        "authority example.test." SOA);
}

/* getaddrinfo("127.1") would be 127.0.0.1. */
static void a_name_that_looks_like_an_address_is_a_name(void **state)
{
    (void)state;
    assert_string_equal(probe("127.1", "A"), "verdict");
    assert_string_equal(probe("1.2.3.4", "A"), "verdict");
    assert_string_equal(probe("0x7f000001", "A"), "verdict");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        lab_test(a_name_of_the_hosts_file_has_its_address),
        lab_test(a_name_of_the_hosts_file_has_no_data_of_the_other_family),
        lab_test(a_name_of_the_hosts_file_has_no_data_of_other_types),
        lab_test(any_of_a_hosts_name_is_both_families),
        lab_test(a_hosts_name_is_found_in_any_letter_case),
        lab_test(an_alias_of_the_hosts_file_has_the_addresses_itself),
        lab_test(an_alias_of_the_hosts_file_is_no_cname),
        lab_test(an_address_on_several_lines_comes_once),
        lab_test(localhost_is_both_loopback_addresses),
        lab_test(a_mapped_address_is_an_a_record),
        lab_test(a_mapped_address_and_its_plain_form_come_once),
        lab_test(more_addresses_than_a_message_holds_are_a_failure),
        lab_test(a_name_that_only_dns_may_know_asks_on),
        lab_test(where_sources_end_before_dns_an_unknown_name_does_not_exist),
        lab_test(an_action_before_dns_ends_the_search),
        lab_test(a_hosts_name_asks_on_where_dns_comes_first),
        lab_test(an_odd_name_of_the_hosts_file_is_found),
        lab_test(an_odd_name_that_the_hosts_file_lacks_asks_on),
        lab_test(an_odd_name_that_the_hosts_file_lacks_does_not_exist_without_dns),
        lab_test(a_name_that_is_no_c_string_is_not_taken_for_another),
        lab_test(a_name_that_is_no_c_string_does_not_exist_without_dns),
        lab_test(a_name_that_looks_like_an_address_is_a_name),
    };
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
