/* What a load is, and the two ways to bring it about. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "pending.h"

struct load {
    struct sockaddr_in server;
    struct sockaddr_in source; /* all zero: as the system chooses */
    unsigned window;           /* questions that wait at the same time, at the most */
    double rate;               /* questions a second; 0: as the window allows */
    uint64_t count;            /* questions; 0: no limit */
    double seconds;            /* 0: no limit */
    int64_t time_out;          /* nanoseconds */
    unsigned batch;            /* datagrams a system call */
    unsigned connections;      /* TCP; 0: one for each question */
    bool tcp;
    bool spins; /* never sleeps, so that a reply wakes nobody at the server's expense */
    struct questions questions;
    struct pending *pending;

    int64_t start, end; /* nanoseconds; no question is asked after `end` */
};

/* How many questions may be sent now. */
unsigned load_due(const struct load *, int64_t now);
/* When the next question of a load with a rate is due. */
int64_t load_next(const struct load *);
/* Nothing is left to ask and nobody waits. */
bool load_is_over(const struct load *, int64_t now);
/* How long to wait for something to happen, as poll() and epoll_wait() want it. */
int64_t load_wait_ns(const struct load *, int64_t now);

/* Gives the socket the address to ask from, if there is one. 0, or -1 with errno. */
int load_bind(const struct load *, int fd);

void load_udp(struct load *);
void load_tcp(struct load *);
