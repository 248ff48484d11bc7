#include "net/idle.h"

#include "base/clock.h"

static int64_t least_ms(const struct idle *idle)
{
    return idle->ms < idle->least_ms ? idle->ms : idle->least_ms;
}

static int64_t shortened_ms(const struct idle *idle)
{
    int64_t half = (int64_t)(idle->most + 1) / 2;
    int64_t left = (int64_t)idle->most - (int64_t)idle->count;
    int64_t ms = left < half ? idle->ms * left / half : idle->ms;

    return ms > least_ms(idle) ? ms : least_ms(idle);
}

int64_t idle_time_of(const struct idle *idle, const struct idle_link *link)
{
    return 2 * client_has(link->place->client) > idle->count ? shortened_ms(idle)
                                                             : idle->ms;
}

/* When the time of the oldest is over. Others may have less time, so all are checked now
 * and then. */
static int64_t due(const struct idle *idle, const struct idle_link *oldest)
{
    int64_t over = oldest->since + idle_time_of(idle, oldest);
    int64_t shortened = oldest->since + shortened_ms(idle);
    int64_t check = idle->checked + least_ms(idle);

    if (check < shortened)
        check = shortened;
    return over < check ? over : check;
}

void idle_set_timer(struct idle *idle)
{
    const struct idle_link *oldest = list_first(&idle->links, struct idle_link, list);

    if (oldest)
        timer_set(idle->loop, &idle->timer, due(idle, oldest));
    else
        timer_cancel(&idle->timer);
}

static void expired(void *context)
{
    struct idle *idle = context;
    int64_t now = clock_ms();

    list_each(&idle->links, struct idle_link, link, list) {
        if (link->since + shortened_ms(idle) > now)
            break;
        if (link->since + idle_time_of(idle, link) <= now)
            idle->close(link);
    }
    idle->checked = now;
    idle_set_timer(idle);
}

void idle_init(struct idle *idle)
{
    list_init(&idle->links);
    timer_init(&idle->timer, expired, idle);
}

void idle_leave(struct idle_link *link)
{
    list_remove(&link->list);
}

void idle_use(struct idle_link *link)
{
    link->since = clock_ms();
    idle_leave(link);
}

/* It was mostly in use last of all, so the search for its place starts at the end. */
void idle_enter(struct idle *idle, struct idle_link *link)
{
    struct list *before = idle->links.prev;

    while (before != &idle->links &&
           list_item(before, struct idle_link, list)->since > link->since)
        before = before->prev;
    list_append(before->next, &link->list);
    if (idle->links.next == &link->list)
        idle_set_timer(idle);
}
