#include "../written.h"

#include "client/completion.h"

static struct completion completion;

static void offer(const wchar_t *typed)
{
    static const wchar_t *const lines[] = {
        L"mail.example.test MX", L"www.example.test @192.0.2.1#53",
        L"MAIL.Example.test",    L"mx mailing.test",
        L"192.0.2.1 # mad",      L"b\u00fccher.test",
    };

    completion_begin(&completion, typed, wcslen(typed));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        completion_take(&completion, lines[i]);
}

/* How many names fit, and what can be put behind what is typed. */
static void assert_completion(const wchar_t *typed, size_t names, const wchar_t *expected)
{
    const wchar_t *rest;
    size_t count;

    offer(typed);
    assert_int_equal(completion.count, names);
    rest = completion_rest(&completion, &count);
    assert_int_equal(count, wcslen(expected));
    assert_int_equal(wcsncmp(rest, expected, count), 0);
    completion_free(&completion);
}

TEST(one_name_is_completed)
{
    assert_completion(L"w", 1, L"ww.example.test");
    assert_completion(L"www.e", 1, L"xample.test");
    assert_completion(L"b", 1, L"\u00fccher.test");
    assert_completion(L"@", 1, L"192.0.2.1#53");
    assert_completion(L"1", 1, L"92.0.2.1");
}

TEST(what_several_names_have_in_common_is_put_in)
{
    assert_completion(L"ma", 2, L"il");
    assert_completion(L"mail", 2, L"");
}

TEST(letter_case_makes_no_difference)
{
    assert_completion(L"MAIL.", 1, L"example.test");
}

TEST(the_last_word_of_the_line_counts)
{
    assert_completion(L"mail w", 1, L"ww.example.test");
    assert_completion(L"TXT\tw", 1, L"ww.example.test");
    assert_completion(L"w ", 6, L"");
}

TEST(types_comments_and_whole_names_are_nothing_to_complete)
{
    assert_completion(L"mx", 0, L"");
    assert_completion(L"mad", 0, L"");
    assert_completion(L"www.example.test", 0, L"");
    assert_completion(L"x", 0, L"");
}

TEST(names_stand_in_the_order_of_the_lines)
{
    offer(L"m");
    assert_int_equal(completion.count, 2);
    assert_int_equal(wcscmp(completion.names[0], L"mail.example.test"), 0);
    assert_int_equal(wcscmp(completion.names[1], L"mailing.test"), 0);
    completion_free(&completion);
}

static void assert_printed(const char *expected)
{
    FILE *out = written_begin();

    completion_print(&completion, out);
    assert_string_equal(written_end(out), expected);
    completion_free(&completion);
}

TEST(names_are_listed_and_nothing_raw)
{
    offer(L"m");
    assert_printed("mail.example.test\nmailing.test\n");
    completion_begin(&completion, L"a", 1);
    completion_take(&completion, (wchar_t[]){'a', 0xdc9b, '2', 'J', 0});
    assert_printed("a\\1552J\n");
}

TEST(a_long_list_is_cut)
{
    wchar_t name[16];
    FILE *out = written_begin();

    completion_begin(&completion, L"n", 1);
    for (int i = 0; i < 103; i++) {
        swprintf(name, 16, L"n%d.test", i);
        completion_take(&completion, name);
    }
    completion_print(&completion, out);
    written_end(out);
    assert_non_null(strstr(written, "\nn99.test\n(3 more)\n"));
    completion_free(&completion);
}
