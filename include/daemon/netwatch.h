/*
 * Tells when an address or a route of the host has come, gone, or changed so that
 * getaddrinfo() may answer otherwise. Routers refresh the lifetimes of both every few
 * seconds, which is no change. If the state is not known (daemon/netstate), each message
 * counts as a change.
 */
#pragma once

#include "net/loop.h"

struct netwatch;

/* NULL with errno. */
struct netwatch *netwatch_new(struct loop *, void (*changed)(void *context), void *context);
/* Accepts NULL. */
void netwatch_free(struct netwatch *);
