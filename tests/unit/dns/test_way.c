/* The steps of an answer's way: written, read back, and read of any octets at all. */
#include "../mutate.h"

#include "dns/way.h"

static uint8_t octets[WAY_MAX];
static struct way way;

/* The octets of these steps, in `octets`; their number. */
static size_t written(const struct way_step *steps, size_t count)
{
    struct writer to = writer_of(octets, sizeof octets);

    for (size_t i = 0; i < count; i++)
        way_put(&to, &steps[i]);
    assert_false(to.failed);
    return to.pos;
}

TEST(a_step_is_kind_length_flags_code_times_and_data)
{
    static const uint8_t expected[] = {5, 5, 2, 1, 2,   0,   0,   0,   7,
                                       0, 0, 1, 0, 'f', 'i', 'l', 'e', 's'};
    struct way_step step = {
        .kind = WAY_PROBE, .flags = WAY_OVER_TCP, .code = 0x0102, .at = 7, .took = 256};

    way_set_text(&step, "files");
    assert_int_equal(written(&step, 1), sizeof expected);
    assert_memory_equal(octets, expected, sizeof expected);
}

TEST(steps_come_back_as_they_were)
{
    static const struct way_endpoint server = {
        .port = 53, .ip_len = 4, .ip = {192, 0, 2, 53}};
    struct way_step steps[] = {
        {.kind = WAY_KEPT}, {.kind = WAY_SOURCE, .code = 1}, {.kind = WAY_TRY, .code = 3}};
    struct way_endpoint got = {0};
    uint32_t age, left;
    uint16_t type;

    way_set_kept(&steps[0], 12, 48);
    way_set_source(&steps[1], &server);
    way_set_try(&steps[2], 28, &server);
    assert_true(way_read(&way, reader_of(octets, written(steps, 3))));
    assert_int_equal(way.count, 3);
    assert_true(way_get_kept(way_find(&way, WAY_KEPT), &age, &left));
    assert_int_equal(age, 12);
    assert_int_equal(left, 48);
    assert_true(way_get_source(way_find(&way, WAY_SOURCE), &got));
    assert_memory_equal(&got, &server, sizeof got);
    assert_true(way_get_try(way_find(&way, WAY_TRY), &type, &got));
    assert_int_equal(type, 28);
    assert_int_equal(got.port, 53);
    assert_null(way_find(&way, WAY_VERDICT));
}

TEST(an_endpoint_is_of_either_family_and_of_no_other_length)
{
    struct way_step step = {.kind = WAY_SOURCE, .len = 2 + 16};
    struct way_endpoint got;

    assert_true(way_get_source(&step, &got));
    assert_int_equal(got.ip_len, 16);
    for (step.len = 0; step.len < 30; step.len++)
        assert_int_equal(way_get_source(&step, &got), step.len == 6 || step.len == 18);
}

TEST(a_long_text_is_cut)
{
    char text[2 * WAY_DATA_MAX] = "";
    struct way_step step = {.kind = WAY_OWNER};

    memset(text, 'x', sizeof text - 1);
    way_set_text(&step, text);
    assert_int_equal(step.len, WAY_DATA_MAX);
}

TEST(a_step_without_room_is_left_out_and_a_shorter_one_is_not)
{
    uint8_t small[13 + 13 + 4];
    struct writer to = writer_of(small, sizeof small);
    struct way_step step = {.kind = WAY_OWNER};

    way_put(&to, &step);
    way_set_text(&step, "files");
    way_put(&to, &step);
    way_set_text(&step, "dns");
    way_put(&to, &step);
    assert_false(to.failed);
    assert_int_equal(to.pos, 13 + 13 + 3);
}

TEST(more_steps_than_there_is_room_for_are_passed_over)
{
    uint8_t many[13 * (WAY_STEPS_MAX + 5)] = {0};

    assert_true(way_read(&way, reader_of(BYTES(many))));
    assert_int_equal(way.count, WAY_STEPS_MAX);
}

TEST(a_step_that_ends_early_is_no_step)
{
    static const uint8_t wire[] = {5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 9, 0};

    assert_false(way_read(&way, reader_of(BYTES(wire))));
    assert_int_equal(way.count, 1);
}

TEST(times_stay_in_their_range)
{
    assert_true(way_us(-1) == 0);
    assert_true(way_us(17) == 17);
    assert_true(way_us((int64_t)UINT32_MAX + 1) == UINT32_MAX);
}

TEST(any_octets_can_be_read)
{
    struct way_step steps[] = {{.kind = WAY_SERVE}, {.kind = WAY_PROBE}, {.kind = WAY_TRY}};
    struct way_endpoint endpoint = {.ip_len = 16};
    uint32_t age, left;
    uint16_t type;
    size_t len;

    way_set_text(&steps[1], "files mdns4_minimal [NOTFOUND=return] dns");
    way_set_try(&steps[2], 1, &endpoint);
    len = written(steps, 3);
    for (int i = 0; i < 20000; i++) {
        size_t spoilt_len;
        uint8_t *spoilt = mutate(octets, len, &spoilt_len);

        way_read(&way, reader_of(spoilt, spoilt_len));
        assert_true(way.count <= WAY_STEPS_MAX);
        for (size_t j = 0; j < way.count; j++) {
            assert_true(way.steps[j].len <= WAY_DATA_MAX);
            way_get_kept(&way.steps[j], &age, &left);
            way_get_source(&way.steps[j], &endpoint);
            way_get_try(&way.steps[j], &type, &endpoint);
        }
        free(spoilt);
    }
}
