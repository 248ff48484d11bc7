/* A record in words, and which record is next. */
#include "records.h"

#include "dns/answer.h"
#include "web/question_row.h"

static struct question_row row;

FIXTURE(row, records_begin, NULL);

static void read_row(void)
{
    question_row_set(&row, &record);
}

TEST_WITH(row, what_was_asked_and_answered)
{
    records_add_step(
        (struct way_step){.kind = WAY_SERVE, .code = WAY_LOOKED_UP, .took = 1234});
    records_add_step((struct way_step){.kind = WAY_SOURCE, .code = ANSWER_FROM_FILES});
    read_row();
    assert_int_equal(row.number, 4711);
    assert_int_equal(row.at, 1700000000123);
    assert_string_equal(row.client, "192.0.2.1");
    assert_string_equal(row.transport, "udp");
    assert_string_equal(row.name, "wWw.example.");
    assert_string_equal(row.type, "AAAA");
    assert_string_equal(row.source, "hosts file");
    assert_string_equal(row.rcode, "NXDOMAIN");
    assert_string_equal(row.error, "");
    assert_int_equal(row.us, 1234);
    assert_false(row.is_cached);
}

TEST_WITH(row, clients)
{
    record.client_len = 16;
    memcpy(record.client, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    record.over_tcp = 1;
    read_row();
    assert_string_equal(row.client, "2001:db8::1");
    assert_string_equal(row.transport, "tcp");
    record.client_len = 0;
    read_row();
    assert_string_equal(row.client, "hidden");
}

TEST_WITH(row, a_cached_answer_is_known_by_its_way)
{
    static const bool cached[] = {[WAY_BY_ITSELF] = false,
                                  [WAY_FROM_CACHE] = true,
                                  [WAY_STALE] = true,
                                  [WAY_KEPT_FAIL] = true,
                                  [WAY_LOOKED_UP] = false,
                                  [WAY_JOINED] = false,
                                  [77] = false};

    for (unsigned how = 0; how < sizeof cached / sizeof *cached; how++) {
        record.way_len = 0;
        records_add_step((struct way_step){.kind = WAY_SERVE, .code = (uint16_t)how});
        read_row();
        assert_int_equal(row.is_cached, cached[how]);
    }
}

TEST_WITH(row, an_error_has_a_name_and_a_reason)
{
    record.ede = 23;
    read_row();
    assert_string_equal(row.error, "Network Error");
    strcpy(record.reason, "no route");
    read_row();
    assert_string_equal(row.error, "Network Error: no route");
    record.ede = 4711;
    read_row();
    assert_string_equal(row.error, "EDE 4711: no route");
    strcpy(record.reason, "<\n\303\244>");
    read_row();
    assert_string_equal(row.error, "EDE 4711: <\\010\\195\\164>");
}

TEST_WITH(row, a_question_that_cannot_be_read_has_no_name)
{
    static const uint16_t lengths[] = {0, 5, 11, 12, 13, 24, 28};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        record.question_len = lengths[i];
        read_row();
        assert_string_equal(row.name, "");
        assert_string_equal(row.type, "");
    }
    record.question_len = 29;
    record.question[5] = 0; /* it counts no question */
    read_row();
    assert_string_equal(row.name, "");
}

TEST_WITH(row, without_a_way_no_source_is_told)
{
    read_row();
    assert_string_equal(row.source, "");
    records_add_step((struct way_step){.kind = WAY_SOURCE});
    read_row();
    assert_string_equal(row.source, "");
}

static void check_printable(const char *text, size_t size)
{
    const char *end = memchr(text, '\0', size);

    assert_non_null(end);
    for (; text < end; text++)
        assert_in_range(*text, ' ', '~');
}

/* Labels of every octet, and a reason of every octet. */
TEST_WITH(row, every_octet_comes_out_as_printable_ascii)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        memset(record.question + 13, (int)octet, 3);
        memset(record.reason, (int)octet, sizeof record.reason - 1);
        memset(record.way, (int)octet, sizeof record.way);
        record.way_len = RECENT_WAY;
        record.ede = (uint16_t)(octet * 257);
        record.rcode = (uint16_t)(octet * 257);
        read_row();
        check_printable(row.name, sizeof row.name);
        check_printable(row.error, sizeof row.error);
        check_printable(row.source, sizeof row.source);
        check_printable(row.rcode, sizeof row.rcode);
    }
    record.question[13] = '<';
    memcpy(record.question + 14, "\"\0", 2);
    read_row();
    assert_string_equal(row.name, "<\"\\000.example.");
}

TEST_WITH(row, the_longest_name_has_room)
{
    uint8_t *at = record.question + 12;

    for (int label = 0; label < 3; label++, at += 64) {
        *at = 63;
        memset(at + 1, 1, 63);
    }
    *at = 61;
    memset(at + 1, 1, 61);
    memcpy(at + 62, "\0\0\1\0\1", 5);
    record.question_size = record.question_len = 12 + 255 + 4;
    read_row();
    assert_int_equal(strlen(row.name), 4 * (63 * 3 + 61) + 4);
}

/* The ring, with records that are told apart by their time. */

static void set_up_ring(void)
{
    int fd = recent_open(-1, false);

    assert_int_not_equal(fd, -1);
    close(fd);
    records_begin();
}

FIXTURE(ring, set_up_ring, NULL);

static void write_up_to(uint64_t last)
{
    while (recent_newest() < last)
        recent_write(&record);
}

TEST_WITH(ring, an_empty_ring_has_no_row)
{
    assert_int_equal(question_row_before(&row, UINT64_MAX), 0);
    assert_int_equal(question_row_behind(&row, 0), 0);
}

TEST_WITH(ring, rows_are_read_from_the_newest_to_the_oldest)
{
    write_up_to(3);
    assert_int_equal(question_row_before(&row, UINT64_MAX), 3);
    assert_int_equal(row.number, 3);
    assert_int_equal(question_row_before(&row, 3), 2);
    assert_int_equal(question_row_before(&row, 2), 1);
    assert_int_equal(question_row_before(&row, 1), 0);
}

TEST_WITH(ring, rows_are_read_as_they_come)
{
    write_up_to(2);
    assert_int_equal(question_row_behind(&row, 0), 1);
    assert_int_equal(question_row_behind(&row, 1), 2);
    assert_int_equal(question_row_behind(&row, 2), 0);
    write_up_to(3);
    assert_int_equal(question_row_behind(&row, 2), 3);
    assert_int_equal(row.number, 3);
}

TEST_WITH(ring, a_reader_that_is_late_goes_on_with_the_oldest)
{
    write_up_to(1000);
    assert_int_equal(question_row_behind(&row, 2), 1000 - RECENT_RECORDS + 1);
    assert_int_equal(question_row_behind(&row, 998), 999);
}

TEST_WITH(ring, a_reader_of_an_earlier_ring_goes_on_with_the_oldest)
{
    write_up_to(3);
    assert_int_equal(question_row_behind(&row, 4711), 1);
    assert_int_equal(question_row_behind(&row, UINT64_MAX), 1);
}

TEST_WITH(ring, a_record_that_is_not_sound_is_passed_over)
{
    write_up_to(1);
    record.client_len = 99;
    write_up_to(2);
    record.client_len = 4;
    write_up_to(3);
    assert_int_equal(question_row_behind(&row, 1), 3);
    assert_int_equal(question_row_before(&row, 3), 1);
}

TEST(only_decimal_numbers_are_numbers)
{
    assert_int_equal(question_row_number("1"), 1);
    assert_int_equal(question_row_number("9223372036854775807"), INT64_MAX);
    assert_int_equal(question_row_number("99999999999999999999"), 0);
    assert_int_equal(question_row_number(""), 0);
    assert_int_equal(question_row_number("-1"), 0);
    assert_int_equal(question_row_number(" 1"), 0);
    assert_int_equal(question_row_number("1x"), 0);
    assert_int_equal(question_row_number("0x1"), 0);
}
