#include "../check.h"
#include "../written.h"

#include "web/page_plot.h"

static struct figures figures;

/* The points of the last seconds, the oldest first; all have the same rate and time. */
static void seconds(unsigned count, double rate, double ms)
{
    figures = (struct figures){.count = count, .next = count % FIGURES_POINTS};
    for (unsigned i = 0; i < count; i++)
        figures.points[i] = (struct figures_point){rate, rate / 2, ms, ms * 10};
}

static const char *drawn(void (*draw)(FILE *, const struct figures *))
{
    FILE *out = written_begin();

    draw(out, &figures);
    return written_end(out);
}

TEST(without_a_second_nothing_is_drawn)
{
    seconds(0, 0, 0);
    assert_string_equal(drawn(page_plot_rate), "");
    assert_string_equal(drawn(page_plot_median), "");
    assert_int_equal(page_plot_span(&figures), 60);
    assert_int_equal(page_plot_top(&figures), 2);
}

TEST(an_area_stands_on_the_axis_and_ends_at_the_right_edge)
{
    seconds(2, 2, 1);
    assert_string_equal(drawn(page_plot_rate), "M590.0 100L590.0 0.0L600.0 0.0V100Z");
    assert_string_equal(drawn(page_plot_cached_rate),
                        "M590.0 100L590.0 50.0L600.0 50.0V100Z");
}

TEST(a_decade_of_time_is_a_fifth_of_the_height)
{
    seconds(2, 1, 1);
    assert_string_equal(drawn(page_plot_median), "M590.0 80.4L600.0 80.4");
    assert_string_equal(drawn(page_plot_p99), "M590.0 60.5L600.0 60.5");
}

TEST(times_beyond_the_axis_lie_at_its_ends)
{
    seconds(2, 1, 0.001);
    assert_string_equal(drawn(page_plot_median), "M590.0 100.0L600.0 100.0");
    seconds(2, 1, 100000);
    assert_string_equal(drawn(page_plot_median), "M590.0 0.0L600.0 0.0");
}

TEST(a_second_without_lookups_leaves_a_gap)
{
    seconds(5, 1, 0.1);
    figures.points[1].median_ms = figures.points[3].median_ms = -1;
    assert_string_equal(drawn(page_plot_median),
                        "M560.0 100.0h-5M580.0 100.0h-5M600.0 100.0h-5");
    seconds(5, 1, 0.1);
    figures.points[2].median_ms = -1;
    assert_string_equal(drawn(page_plot_median),
                        "M560.0 100.0L570.0 100.0M590.0 100.0L600.0 100.0");
    seconds(5, 1, -1);
    assert_string_equal(drawn(page_plot_median), "");
}

TEST(the_oldest_second_is_drawn_first_though_the_ring_begins_elsewhere)
{
    seconds(FIGURES_POINTS, 2, 1);
    figures.next = 1;
    figures.points[0].rate = 0; /* the newest */
    assert_non_null(strstr(drawn(page_plot_rate), "L599.0 0.0L600.0 100.0V100Z"));
}

static unsigned span(unsigned count)
{
    seconds(count, 1, 1);
    return page_plot_span(&figures);
}

TEST(the_plots_reach_back_as_far_as_there_are_seconds)
{
    assert_int_equal(span(1), 60);
    assert_int_equal(span(60), 60);
    assert_int_equal(span(61), 120);
    assert_int_equal(span(121), 300);
    assert_int_equal(span(301), 600);
    assert_int_equal(span(600), 600);
}

static unsigned long top(double rate)
{
    seconds(1, rate, 1);
    return page_plot_top(&figures);
}

TEST(the_axis_of_rates_has_a_round_end)
{
    assert_int_equal(top(0), 2);
    assert_int_equal(top(2), 2);
    assert_int_equal(top(2.5), 4);
    assert_int_equal(top(5), 10);
    assert_int_equal(top(10), 10);
    assert_int_equal(top(11), 20);
    assert_int_equal(top(538000), 1000000);
    assert_int_equal(top(1e30), 10000000000);
}
