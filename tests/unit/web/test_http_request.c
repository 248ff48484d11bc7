#include "../check.h"

#include "web/http_request.h"

static const struct http_hosts hosts = {.names = {"dns.example"}, .count = 1};

/* A good one; each test changes what it is about. */
static const struct http_request good = {
    .method = "GET", .version = "HTTP/1.1", .host = "127.0.0.1:8053", .host_count = 1};

static unsigned status_of(const struct http_request *request)
{
    struct http_refusal refusal = http_request_check(request, &hosts);

    assert_true((refusal.status != 0) == (refusal.text != NULL));
    return refusal.status;
}

TEST(get_and_head_are_allowed)
{
    struct http_request request = good;

    assert_int_equal(status_of(&request), 0);
    request.method = "HEAD";
    assert_int_equal(status_of(&request), 0);
}

TEST(other_methods_are_not_and_are_told_which_are)
{
    static const char *const others[] = {"POST",    "PUT",   "DELETE", "PATCH", "OPTIONS",
                                         "CONNECT", "TRACE", "get",    "GETS",  ""};
    struct http_request request = good;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        request.method = others[i];
        assert_int_equal(status_of(&request), 405);
        assert_string_equal(http_request_check(&request, &hosts).allow, "GET, HEAD");
    }
}

TEST(a_name_of_another_site_is_misdirected)
{
    struct http_request request = good;

    request.host = "dns.example:8053";
    assert_int_equal(status_of(&request), 0);
    request.host = "evil.example:8053";
    assert_int_equal(status_of(&request), 421);
}

TEST(two_hosts_or_none_are_bad)
{
    struct http_request request = good;

    request.host_count = 2;
    assert_int_equal(status_of(&request), 400);
    request.host_count = 0;
    request.host = NULL;
    assert_int_equal(status_of(&request), 400);
    request.host_count = 1; /* the header is there, but is empty */
    assert_int_equal(status_of(&request), 400);
}

TEST(http_1_0_may_leave_the_host_out_but_not_have_another)
{
    struct http_request request = good;

    request.version = "HTTP/1.0";
    request.host = "evil.example";
    assert_int_equal(status_of(&request), 421);
    request.host = NULL;
    request.host_count = 0;
    assert_int_equal(status_of(&request), 0);
}

TEST(a_body_is_refused)
{
    struct http_request request = good;

    request.has_body = true;
    assert_int_equal(status_of(&request), 413);
}
