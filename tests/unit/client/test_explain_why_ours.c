#include "why.h"

#include "client/explain_why_ours.h"

#define ASSERT_OURS(...) ASSERT_WHY(explain_why_ours, __VA_ARGS__)

TEST_WITH(why, nothing_is_to_be_said_where_it_agrees)
{
    found_begin("a.test", "files dns");
    found_by_all("192.0.2.1", NULL);
    found_at_ours("192.0.2.1", "DNS server 192.0.2.53 over UDP");
    ASSERT_OURS(NULL);
}

static void differ_from_ours(void)
{
    found_begin("a.test", "files dns");
    found_by(found_source("files"), "10.0.0.2", NULL);
    found_by_all("10.0.0.2", NULL);
    found_at_ours("10.0.0.1", "hosts file");
}

TEST_WITH(why, our_server_keeps_answers)
{
    struct finding_answer *answer;

    differ_from_ours();
    ASSERT_OURS(NULL);
    answer = &found.servers[0].answers[0];
    answer->source.has_age = true;
    answer->source.age = 12;
    answer->source.left = 48;
    ASSERT_OURS("What 127.0.0.1 port 5353 says is 12 s old, and would now be found "
                "otherwise; it is kept for 48 s more (hostdnsctl flush forgets it).");
    answer->source.how = WAY_STALE;
    ASSERT_OURS("What 127.0.0.1 port 5353 says is stale, 12 s old: it could not look the "
                "name up again.");
}

TEST_WITH(why, an_answer_of_one_family_may_be_stale)
{
    struct finding_answer *answers;

    found_begin("a.test", "files dns");
    found.all.outcome = FINDING_FAILED;
    answers = found_at_ours("10.0.0.1", "DNS server 192.0.2.53")->answers;
    answers[0].source.how = WAY_STALE;
    answers[0].source.has_age = true;
    answers[0].source.age = 12;
    answers[1].verdict = VERDICT_FAILED;
    ASSERT_OURS("What 127.0.0.1 port 5353 says is stale, 12 s old: it could not look the "
                "name up again.");
}

TEST_WITH(why, our_server_has_names_of_its_own)
{
    differ_from_ours();
    strcpy(found.servers[0].answers[0].source.text, "the server itself");
    ASSERT_OURS("127.0.0.1 port 5353 answers for this name by itself: it is a special one, "
                "or one that the operator has given.");
}

TEST_WITH(why, our_server_finds_names_of_the_hosts_file_with_a_final_dot)
{
    found_begin("a.test.", "files dns");
    found_at_ours("10.0.0.1", "hosts file");
    ASSERT_OURS("The final dot is a part of the name in the hosts file, and of no name in "
                "DNS: 127.0.0.1 port 5353 finds it without the dot.");
}

TEST_WITH(why, our_server_fails_where_a_denial_is_not_sure)
{
    found_begin("a.test", "files resolve");
    found_server("127.0.0.1 port 5353", VERDICT_FAILED);
    found.servers[0].is_ours = true;
    found.servers[0].answers[0].rcode = found.servers[0].answers[1].rcode = 2;
    ASSERT_OURS("127.0.0.1 port 5353 says SERVFAIL where getaddrinfo() says \"no such "
                "name\": it passes on no denial that nobody has confirmed.");
}

TEST_WITH(why, our_server_answers_in_time)
{
    found_begin("a.local", "files mdns4_minimal");
    found_server("127.0.0.1 port 5353", VERDICT_FAILED);
    found.servers[0].is_ours = true;
    found.servers[0].answers[0].rcode = found.servers[0].answers[1].rcode = 2;
    found.all.took_us = 5000000;
    ASSERT_OURS("127.0.0.1 port 5353 does not wait that long, and says SERVFAIL.");
    found.all.outcome = FINDING_SILENT;
    found.all.took_us = -1;
    ASSERT_OURS("127.0.0.1 port 5353 does not wait that long, and says SERVFAIL.");
}

TEST_WITH(why, our_server_may_have_more_names_for_an_address)
{
    found_begin("10.0.0.1", "files dns");
    found.subject.is_address = true;
    found_by(&found.all, "one.test", NULL);
    found_at_ours("two.test one.test", "DNS server 192.0.2.53 over UDP");
    found.servers[0].answers[0].source.has_age = true;
    ASSERT_OURS(NULL);
    strcpy(found.all.found.all[0], "ano.test");
    why_find(explain_why_ours);
    assert_int_equal(why_texts.count, 1);
}

TEST_WITH(why, our_server_does_not_matter_if_it_is_not_there)
{
    found_begin("a.test", "files dns");
    found_by_all("10.0.0.2", NULL);
    found_server("127.0.0.1 port 5353", VERDICT_UNREACHABLE)->is_ours = true;
    ASSERT_OURS(NULL);
}
