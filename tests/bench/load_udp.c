/* Datagrams, all from one socket: receive a batch, send as many as became due, wait only
 * when there is neither. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { BATCH_MAX = 64, REPLY_SIZE = 4096, BUFFER = 16 << 20 };

/* A load that spins sends what is less than a batch after so long without a reply. */
enum { LULL_NS = 30000 };

struct batch {
    struct mmsghdr heads[BATCH_MAX];
    struct iovec parts[BATCH_MAX];
    uint8_t wires[BATCH_MAX][REPLY_SIZE];
};

static int open_socket(const struct load *load)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = BUFFER;

    if (fd == -1 || load_bind(load, fd) == -1 ||
        connect(fd, (const struct sockaddr *)&load->server, sizeof load->server) == -1) {
        perror("load");
        exit(1);
    }
    /* A reply that finds no room here would count as lost by the server. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == -1)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return fd;
}

static struct batch *batch_new(void)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (!batch)
        abort();
    for (int i = 0; i < BATCH_MAX; i++) {
        batch->parts[i].iov_base = batch->wires[i];
        batch->heads[i].msg_hdr.msg_iov = &batch->parts[i];
        batch->heads[i].msg_hdr.msg_iovlen = 1;
    }
    return batch;
}

static bool receive(struct load *load, int fd, struct batch *batch)
{
    int count;
    int64_t now;

    for (unsigned i = 0; i < load->batch; i++)
        batch->parts[i].iov_len = REPLY_SIZE;
    count = recvmmsg(fd, batch->heads, load->batch, MSG_DONTWAIT, NULL);
    now = clock_ns();
    for (int i = 0; i < count; i++)
        pending_take(load->pending, batch->wires[i], batch->heads[i].msg_len, now);
    return count > 0;
}

/* What the socket does not take at once waits for room: a question that we lost ourselves
 * says nothing about the server. */
static void send_all(int fd, struct mmsghdr *heads, unsigned count)
{
    while (count > 0) {
        int sent = sendmmsg(fd, heads, count, 0);

        if (sent > 0) {
            heads += sent;
            count -= (unsigned)sent;
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 10);
        } else if (errno != ECONNREFUSED) { /* of an earlier datagram, and past */
            perror("load: sendmmsg");
            exit(1);
        }
    }
}

static bool ask(struct load *load, int fd, struct batch *batch)
{
    int64_t now = clock_ns();
    unsigned due = load_due(load, now), count = 0;

    while (count < due && count < load->batch) {
        size_t len = pending_ask(load->pending, &load->questions, batch->wires[count],
                                 load->rate > 0 ? load_next(load) : now, 0);

        if (len == 0)
            break;
        batch->parts[count++].iov_len = len;
    }
    send_all(fd, batch->heads, count);
    return count > 0;
}

static void wait_for(const struct load *load, int fd)
{
    int64_t ns = load_wait_ns(load, clock_ns());
    struct timespec span = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

    ppoll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, &span, NULL);
}

/* Whether to send now: one that spins collects a batch, so that the server gets one. */
static bool is_time_to_ask(const struct load *load, int64_t heard)
{
    int64_t now = clock_ns();

    return !load->spins || load_due(load, now) >= load->batch || now - heard > LULL_NS;
}

void load_udp(struct load *load)
{
    int fd = open_socket(load);
    struct batch *in = batch_new(), *out = batch_new();
    int64_t heard = 0;

    while (!load_is_over(load, clock_ns())) {
        bool busy = receive(load, fd, in);

        if (busy)
            heard = clock_ns();
        if (is_time_to_ask(load, heard))
            busy = ask(load, fd, out) || busy;
        pending_expire(load->pending, clock_ns() - load->time_out);
        if (!busy && !load->spins)
            wait_for(load, fd);
    }
    close(fd);
    free(in);
    free(out);
}
