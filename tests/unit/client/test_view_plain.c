#include "shown.h"

#include "client/view_plain.h"

static void show_one(struct show *show, const struct exchange *exchange)
{
    struct inquiry inquiry = {.count = 1};

    inquiry.exchanges[0] = *exchange;
    view_plain(show, &inquiry);
}

#define SHOWN(style, type, wire) shown_by(show_one, style, type, wire, sizeof(wire) - 1)

static const char reply[] = HEADER("\x85\x80", COUNTS("\1", "\2", "\0", "\1"))
    QUESTION("\x10") RECORD("\x10", "\3") "\2ok" RECORD(
        "\5", "\x0c") "\x0axn--tst-0r\0"
                      "\0\0\x29\4\xd0\0\0\0\0\0\x0a\0\x0f\0\6\0\3late";

TEST(records_are_lines_and_a_remark_stands_behind_them)
{
    assert_string_equal(SHOWN(&(struct style){0}, 16, reply),
                        "a.test.\t3600\tIN\tTXT\t\"ok\"\n"
                        "a.test.\t3600\tIN\tCNAME\txn--tst-0r.\n"
                        "; Remark: Stale Answer (3): late\n");
}

TEST(the_short_view_has_the_data_alone)
{
    struct style style = {.view = VIEW_SHORT};

    assert_string_equal(SHOWN(&style, 16, reply), "\"ok\"\nxn--tst-0r.\n");
    style.show_server = true;
    assert_string_equal(SHOWN(&style, 16, reply),
                        "\"ok\" from server 192.0.2.53 in 1 ms.\n"
                        "xn--tst-0r. from server 192.0.2.53 in 1 ms.\n");
}

TEST(colours_stand_around_what_they_are_for)
{
    assert_string_equal(
        SHOWN(&((struct style){.view = VIEW_SHORT, .is_coloured = true}), 16, reply),
        "\033[32m\"ok\"\033[0m\n\033[32mxn--tst-0r.\033[0m\n");
}
