/* Where it is not needed; that it finds the domain is for tests/system/test_explain.py. */
#include "why.h"

#include "client/explain_search.h"

FIXTURE(search, NULL, found_end);

static void assert_not_searched(void)
{
    assert_true(explain_search(&found, NULL));
    assert_null(found.searched);
}

TEST_WITH(search, nothing_is_asked_if_dns_agrees)
{
    found_begin("a.test", "files dns");
    found.host.search.count = 1;
    strcpy(found.host.search.domains[0], "invalid");
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_at_server("192.0.2.53", "192.0.2.1");
    assert_not_searched();
}

TEST_WITH(search, nothing_is_asked_if_nothing_was_found)
{
    found_begin("a.test", "files dns");
    found_server("192.0.2.53", VERDICT_NO_NAME);
    assert_not_searched();
    found_begin("a.test", "files");
    found_by(found_source("files"), "192.0.2.1", NULL);
    found_server("192.0.2.53", VERDICT_NO_NAME);
    assert_not_searched();
}

TEST_WITH(search, without_domains_there_is_nothing_to_ask)
{
    found_begin("a.test", "files dns");
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_server("192.0.2.53", VERDICT_NO_NAME);
    assert_not_searched();
}

TEST_WITH(search, a_final_dot_keeps_a_name_as_it_is)
{
    found_begin("a.test.", "files dns");
    found.host.search.count = 1;
    strcpy(found.host.search.domains[0], "invalid");
    found_by(found_source("dns"), "192.0.2.1", NULL);
    found_server("192.0.2.53", VERDICT_NO_NAME);
    assert_not_searched();
}
