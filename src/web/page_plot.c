#include "web/page_plot.h"

#include <math.h>
#include <stdbool.h>

enum { WIDTH = 600, HEIGHT = 100 };
/* The axis of times begins at 0.1 ms and has five decades, so many doublings. */
static const double fastest = 0.1, doublings = 16.61;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

typedef double read_point(const struct figures_point *);

static double rate_of(const struct figures_point *point)
{
    return point->rate;
}

static double cached_rate_of(const struct figures_point *point)
{
    return point->cached_rate;
}

static double median_of(const struct figures_point *point)
{
    return point->median_ms;
}

static double p99_of(const struct figures_point *point)
{
    return point->p99_ms;
}

unsigned page_plot_span(const struct figures *figures)
{
    static const unsigned spans[] = {60, 120, 300, FIGURES_POINTS};
    unsigned i = 0;

    while (spans[i] < figures->count)
        i++;
    return spans[i];
}

/* 2, 4 or 10, and zeros, so that the middle of the axis is a whole number, too. */
unsigned long page_plot_top(const struct figures *figures)
{
    double most = 0;
    unsigned long unit = 1;

    for (unsigned i = 0; i < figures->count; i++)
        most = larger(most, figures_at(figures, i)->rate);
    while (most > 10 * (double)unit && unit < 1000000000)
        unit *= 10;
    return unit * (most <= 2 * (double)unit ? 2 : most <= 4 * (double)unit ? 4 : 10);
}

static double place_x(const struct figures *figures, unsigned i)
{
    return WIDTH - (double)(figures->count - 1 - i) * WIDTH / page_plot_span(figures);
}

static void put_area(FILE *out, const struct figures *figures, read_point *read)
{
    double top = (double)page_plot_top(figures);

    if (figures->count == 0)
        return;
    fprintf(out, "M%.1f %d", place_x(figures, 0), HEIGHT);
    for (unsigned i = 0; i < figures->count; i++)
        fprintf(out, "L%.1f %.1f", place_x(figures, i),
                HEIGHT * (1 - smaller(read(figures_at(figures, i)) / top, 1)));
    fprintf(out, "V%dZ", HEIGHT);
}

/* The binary logarithm, as a straight line between powers of two. It is off by 0.09 at
 * most, half a unit of the drawing, and so the program does without libm. */
static double doublings_of(double number)
{
    int exponent;
    double fraction = frexp(number, &exponent); /* from 0.5 to 1 */

    return exponent - 2 + 2 * fraction;
}

static double place_time(double ms)
{
    double share = doublings_of(larger(ms, fastest) / fastest) / doublings;

    return HEIGHT * (1 - smaller(share, 1));
}

/* A second in which nothing was looked up has no time, and leaves a gap. */
static bool has_time(const struct figures *figures, unsigned i, read_point *read)
{
    return i < figures->count && read(figures_at(figures, i)) >= 0;
}

/* A second between two gaps gets a dash, because a line of no length cannot be seen. */
static void put_line(FILE *out, const struct figures *figures, read_point *read)
{
    for (unsigned i = 0; i < figures->count; i++) {
        bool begins = i == 0 || !has_time(figures, i - 1, read);

        if (!has_time(figures, i, read))
            continue;
        fprintf(out, "%c%.1f %.1f", begins ? 'M' : 'L', place_x(figures, i),
                place_time(read(figures_at(figures, i))));
        if (begins && !has_time(figures, i + 1, read))
            fputs("h-5", out);
    }
}

void page_plot_rate(FILE *out, const struct figures *figures)
{
    put_area(out, figures, rate_of);
}

void page_plot_cached_rate(FILE *out, const struct figures *figures)
{
    put_area(out, figures, cached_rate_of);
}

void page_plot_median(FILE *out, const struct figures *figures)
{
    put_line(out, figures, median_of);
}

void page_plot_p99(FILE *out, const struct figures *figures)
{
    put_line(out, figures, p99_of);
}
