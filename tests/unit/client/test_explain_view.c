#include "../written.h"
#include "found.h"

#include "client/explain_view.h"

FIXTURE(view, NULL, found_end);

static const char *show(bool is_coloured)
{
    FILE *out = written_begin();

    explain_view(&found, is_coloured, out);
    return written_end(out);
}

TEST_WITH(view, who_was_asked_how_long_it_took_and_what_it_said)
{
    found_begin("www", "files mdns4_minimal [NOTFOUND=return] dns");
    found_by(found_source("dns"), "192.0.2.80", "www.example.test");
    found_source("mdns4_minimal")->outcome = FINDING_UNAVAILABLE;
    found_source("dns")->took_us = 21400;
    found_by_all("192.0.2.80", "www.example.test");
    found.host.search.count = 1;
    strcpy(found.host.search.domains[0], "example.test");
    found_server("192.0.2.53", VERDICT_NO_NAME);
    found_at_ours("192.0.2.80", "hosts file");
    texts_add(&found.why, "A sentence that is so long that it does not fit one line of a "
                          "terminal is wrapped.");
    texts_add(&found.why, "Another.");
    assert_string_equal(
        show(false),
        "Name:            www\n"
        "hosts: line:     files mdns4_minimal [NOTFOUND=return] dns\n"
        "Search list:     example.test, ndots:1\n"
        "\n"
        "Each source by itself\n"
        "  files                 0.10 ms  no such name\n"
        "  mdns4_minimal         0.10 ms  not available for this\n"
        "  dns                     21 ms  192.0.2.80; canonical name www.example.test\n"
        "\n"
        "All of them, as programs ask\n"
        "  getaddrinfo()         0.25 ms  192.0.2.80; canonical name www.example.test\n"
        "\n"
        "Over DNS\n"
        "  192.0.2.53              21 ms  no such name (NXDOMAIN)\n"
        "  127.0.0.1 port 5353     21 ms  192.0.2.80 (TTL 60); from: hosts file\n"
        "\n"
        "Why\n"
        "  - A sentence that is so long that it does not fit one line of a terminal is\n"
        "    wrapped.\n"
        "  - Another.\n");
}

TEST_WITH(view, what_differs_by_a_flag_or_by_nscd_has_a_row_of_its_own)
{
    found_begin("a.test", "files");
    found_by_all("192.0.2.1", NULL);
    found.host.has_nscd = true;
    assert_null(strstr(show(false), "nscd"));
    assert_null(strstr(written, "AI_ADDRCONFIG"));
    found.with_config.outcome = FINDING_NO_NAME;
    texts_add(&found.without_nscd.found, "192.0.2.2");
    assert_non_null(strstr(show(false),
                           "\n  AI_ADDRCONFIG    0.25 ms  no such name\n"
                           "  without nscd     0.25 ms  192.0.2.1, 192.0.2.2\n"));
}

TEST_WITH(view, a_source_that_stands_there_twice_is_shown_once)
{
    found_begin("a.test", "dns files dns");
    show(false);
    assert_non_null(strstr(written, "\n  dns "));
    assert_null(strstr(strstr(written, "\n  dns ") + 1, "\n  dns "));
}

TEST_WITH(view, an_address_is_explained_with_other_words)
{
    found_begin("192.0.2.1", "files");
    found.subject.is_address = true;
    show(false);
    assert_memory_equal(written, "Address:         192.0.2.1\n", 27);
    assert_non_null(strstr(written, "  getnameinfo()    0.25 ms  no name\n"));
}

TEST_WITH(view, a_word_that_is_too_long_for_a_line_is_not_cut)
{
    char word[121];

    memset(word, 'x', 120);
    word[120] = '\0';
    found_begin("a.test", "files");
    texts_put(&found.why, "Here %s it is.", word);
    show(false);
    assert_non_null(strstr(written, "  - Here\n    xxxx"));
    assert_non_null(strstr(written, "xxxx\n    it is.\n"));
}

TEST_WITH(view, nothing_of_the_line_reaches_a_terminal_as_it_is)
{
    found_begin("a.test", "\033[31m");
    show(false);
    assert_null(strchr(written, '\033'));
    assert_non_null(strstr(written, "hosts: line:     \\027[31m (libc cannot use it)\n"));
    found_begin("a.test", "fi\001les");
    assert_non_null(strstr(show(false), "\n  fi\\001les "));
}

TEST_WITH(view, colours_are_around_headings_times_and_what_was_found)
{
    found_begin("a.test", "files");
    found_by(found_source("files"), "192.0.2.1", NULL);
    show(true);
    assert_non_null(strstr(written, "\n\033[1mEach source by itself\033[0m\n"));
    assert_non_null(strstr(written, "\033[2m0.10 ms\033[0m  \033[32m192.0.2.1\033[0m\n"));
    assert_non_null(strstr(written, "\033[2m0.25 ms\033[0m  no such name\n"));
    assert_null(strchr(show(false), '\033'));
}
