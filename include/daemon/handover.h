/*
 * What the supervisor hands over to itself when a reload executes its program again: the
 * process stays, with its children and its descriptors, and this tells which they are.
 */
#pragma once

#include "daemon/child.h"
#include "net/passed.h"
#include "serve/server_cookie.h"

enum { HANDOVER_CHILDREN = 128 };

struct handover {
    bool is_reload;      /* false: this is the start of the server */
    bool is_filtered;    /* the filter of system calls is loaded (daemon/sandbox) */
    bool is_broken;      /* while it is read: something cannot be used */
    bool is_activated;   /* a service manager has opened the sockets */
    unsigned generation; /* of the newest children */
    int64_t started;     /* clock_ms() at the start of the first program */
    struct passed sockets;
    struct child children[HANDOVER_CHILDREN]; /* without links and timers */
    size_t child_count;
    struct cookie_secret secret;
    int client;   /* the connection that is told how the reload went; -1: none */
    int counters; /* the page; -1: none yet */
    int dnstap;   /* dnstap/tap_memory; -1: none */
    int recent;   /* the ring of recent questions; -1: none */
    int control;  /* the listening control socket; -1: none */
    int unlinker; /* the connection to daemon/unlinker; -1: none */
    int web;      /* the listening socket of the web process; -1: none */
};

/*
 * Reads what was handed over, or what a service manager passed, and removes it from the
 * environment. False after logging what is wrong with it.
 */
bool handover_read(struct handover *);

/* Adds a child, unless it has been reaped. False if there is no room. */
bool handover_add(struct handover *, const struct child *);

/* Puts it into the environment, and keeps its descriptors open, for the program that
 * is executed next. 0, or -1 with errno. */
int handover_give(const struct handover *);
/* Undoes handover_give when the program could not be executed. */
void handover_take_back(const struct handover *);
