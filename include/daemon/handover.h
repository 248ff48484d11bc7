/*
 * What the supervisor hands over to itself when it executes its program again on a reload:
 * the process stays, with its children and its descriptors, and reads this to know them.
 */
#ifndef DAEMON_HANDOVER_H
#define DAEMON_HANDOVER_H

#include "daemon/child.h"
#include "net/passed.h"
#include "serve/cookie.h"

enum { HANDOVER_CHILDREN = 128 };

struct handed_child {
    enum role role;
    unsigned generation, number;
    pid_t pid;
    int control;
    int64_t started; /* clock_ms() */
};

struct handover {
    bool is_reload;      /* else the program has been started by somebody else */
    bool is_activated;   /* the sockets are a service manager's: it says where we listen */
    unsigned generation; /* of the newest children */
    int64_t started;     /* clock_ms() at the start of the first program */
    struct passed sockets;
    struct handed_child children[HANDOVER_CHILDREN];
    size_t child_count;
    struct cookie_secret secret;
    int asker;    /* who wants to know how the reload went; -1: nobody */
    int counters; /* the page; -1: none yet */
    int control;  /* the listening control socket; -1: none */
    int keeper;   /* who removes it at the end (daemon/keeper); -1: nobody */
};

/*
 * Reads what the program was started with, and removes it from the environment. False after
 * logging what is wrong with it.
 */
bool handover_read(struct handover *);

/* Adds a child, unless it has been reaped. False if there is no room. */
bool handover_add(struct handover *, const struct child *);

/* Makes it ready for the program that is to be executed. 0, or -1 with errno. */
int handover_give(const struct handover *);
/* The program could not be executed. */
void handover_take_back(const struct handover *);

#endif
