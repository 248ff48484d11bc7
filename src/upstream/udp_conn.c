#include "upstream/udp_conn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/upstream.h"

enum {
    OWN_PORTS = 32, /* so many lanes are open before queries share them */
    LANE_QUERIES = 64,
    LANE_OPEN_MS =
        20, /* so long a lane takes queries: a name that hangs must not fix the port */
    YOUNG_MS = 100,       /* then, if there is a crowd, it is looked at seldom */
    REPLIES_A_ROUND = 64, /* then other lanes have their turn */
    HEADER = 12,
};

struct lanes {
    struct loop *loop;
    struct list all; /* the one opened last at the end */
    unsigned count;
    lane_reply *reply;
    lane_error *error;
};

struct lane {
    struct list link;
    struct lanes *lanes;
    struct addr server;
    int fd;
    struct watch *watch;
    struct list shots;
    int64_t opened;   /* clock_ms() */
    unsigned taken;   /* shots it has ever had */
    unsigned boarded; /* shots it has now */
    struct timer age;
    bool telling;         /* its shots are being told: not to be closed now */
    struct timer refusal; /* set when a send has brought an error for all its shots */
    int refusal_error;
};

struct lanes *lanes_new(struct loop *loop, lane_reply *reply, lane_error *error)
{
    struct lanes *lanes = calloc(1, sizeof *lanes);

    if (!lanes)
        return NULL;
    lanes->loop = loop;
    lanes->reply = reply;
    lanes->error = error;
    list_init(&lanes->all);
    return lanes;
}

static void lane_close(struct lane *lane)
{
    list_remove(&lane->link);
    lane->lanes->count--;
    timer_cancel(&lane->refusal);
    timer_cancel(&lane->age);
    loop_unwatch(lane->lanes->loop, lane->watch);
    close(lane->fd);
    free(lane);
}

void lanes_free(struct lanes *lanes)
{
    struct lane *lane;

    if (!lanes)
        return;
    while ((lane = list_first(&lanes->all, struct lane, link)))
        lane_close(lane);
    free(lanes);
}

static struct shot *find_shot(const struct lane *lane, uint16_t id)
{
    for (struct list *link = lane->shots.next; link != &lane->shots; link = link->next) {
        struct shot *shot = list_item(link, struct shot, in_lane);

        if (shot->id == id)
            return shot;
    }
    return NULL;
}

/* All its queries went to the server that refuses. */
static void lane_refused(struct lane *lane, int error)
{
    struct list refused;
    struct shot *shot;

    list_init(&refused);
    while ((shot = list_first(&lane->shots, struct shot, in_lane))) {
        list_remove(&shot->in_lane);
        list_append(&refused, &shot->in_lane);
    }
    while ((shot = list_first(&refused, struct shot, in_lane))) {
        lane_leave(shot);
        lane->lanes->error(shot, error);
    }
}

static void read_replies(struct lane *lane)
{
    static uint8_t wire[UPSTREAM_REPLY_MAX];

    for (int i = 0; i < REPLIES_A_ROUND && lane->boarded > 0; i++) {
        ssize_t got = recv(lane->fd, wire, sizeof wire, MSG_DONTWAIT);
        struct shot *shot;

        if (got == -1) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                lane_refused(lane, errno);
            return;
        }
        if (got >= HEADER && (shot = find_shot(lane, upstream_id(wire))))
            lane->lanes->reply(shot, wire, (size_t)got);
    }
}

static void tell_shots(struct lane *lane, void (*tell)(struct lane *))
{
    lane->telling = true;
    tell(lane);
    lane->telling = false;
    if (lane->boarded == 0)
        lane_close(lane);
}

static void lane_ready(void *context, short revents)
{
    (void)revents;
    tell_shots(context, read_replies);
}

static void tell_refusal(struct lane *lane)
{
    lane_refused(lane, lane->refusal_error);
}

static void ring_refusal(void *context)
{
    tell_shots(context, tell_refusal);
}

/* What is waited for hangs, or nearly so. Others are not to wait for a poll() of hundreds.
 */
static void ring_age(void *context)
{
    struct lane *lane = context;

    if (lane->lanes->count > OWN_PORTS)
        watch_seldom(lane->watch);
}

static struct lane *lane_open(struct lanes *lanes, const struct addr *server)
{
    struct lane *lane = calloc(1, sizeof *lane);
    int saved;

    if (!lane)
        return NULL;
    lane->lanes = lanes;
    lane->server = *server;
    lane->opened = clock_ms();
    list_init(&lane->shots);
    list_init(&lane->link);
    timer_init(&lane->refusal, ring_refusal, lane);
    timer_init(&lane->age, ring_age, lane);
    lane->fd =
        socket(server->sock.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (lane->fd == -1 || connect(lane->fd, &server->sock.any, server->len) == -1 ||
        !(lane->watch = loop_watch(lanes->loop, lane->fd, POLLIN, lane_ready, lane))) {
        saved = errno;
        if (lane->fd != -1)
            close(lane->fd);
        free(lane);
        errno = saved;
        return NULL;
    }
    list_append(&lanes->all, &lane->link);
    lanes->count++;
    timer_set(lanes->loop, &lane->age, lane->opened + YOUNG_MS);
    return lane;
}

/* The one opened last, if it still takes queries. */
static struct lane *lane_with_room(struct lanes *lanes, const struct addr *server)
{
    if (lanes->count < OWN_PORTS)
        return NULL;
    for (struct list *link = lanes->all.prev; link != &lanes->all; link = link->prev) {
        struct lane *lane = list_item(link, struct lane, link);

        if (addr_equal(&lane->server, server))
            return lane->taken < LANE_QUERIES && clock_ms() - lane->opened < LANE_OPEN_MS
                       ? lane
                       : NULL;
    }
    return NULL;
}

static bool draw_id(const struct lane *lane, uint16_t *id)
{
    do
        if (getrandom(id, sizeof *id, 0) != sizeof *id)
            return false;
    while (find_shot(lane, *id));
    return true;
}

int lane_board(struct lanes *lanes, const struct addr *server, struct shot *shot)
{
    struct lane *lane = lane_with_room(lanes, server);

    if (!lane)
        lane = lane_open(lanes, server);
    if (!lane)
        return -1;
    if (!draw_id(lane, &shot->id)) {
        if (lane->boarded == 0 && !lane->telling)
            lane_close(lane);
        return -1;
    }
    shot->lane = lane;
    list_append(&lane->shots, &shot->in_lane);
    lane->taken++;
    lane->boarded++;
    return 0;
}

/*
 * An ICMP error is told to whoever uses the socket next. In a shared lane that is another
 * shot than the one it is about; all went to the same server, so all are refused. That is
 * left to the loop: the caller is in the middle of sending.
 */
int lane_send(const struct shot *shot, const void *wire, size_t len)
{
    struct lane *lane = shot->lane;

    if (send(lane->fd, wire, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return 0;
    if (lane->boarded == 1 || errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
        return -1;
    lane->refusal_error = errno;
    timer_set(lane->lanes->loop, &lane->refusal, clock_ms());
    return 0;
}

void lane_leave(struct shot *shot)
{
    struct lane *lane = shot->lane;

    if (!lane)
        return;
    shot->lane = NULL;
    list_remove(&shot->in_lane);
    lane->boarded--;
    if (lane->boarded == 0 && !lane->telling)
        lane_close(lane);
}
