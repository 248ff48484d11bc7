/*
 * The listening socket of the web process. The supervisor opens it, and keeps it for the
 * next web process and over reloads. Questions are answered without it, too.
 */
#pragma once

#include <stdbool.h>

#include "daemon/handover.h"
#include "net/endpoint.h"

/*
 * Makes `handover->web` the socket at this address: the one that was handed over, one that
 * a service manager has passed, or a new one. If no new one can be opened, what there was
 * stays, and the error is logged; false then. Without an address, what there was is closed.
 */
bool web_socket_open(const struct endpoint *, bool is_wanted, struct handover *);

void web_socket_close(struct handover *);

/* Writes the address and port of a socket as ADDRESS:PORT, or "" for -1. Returns `text`. */
const char *web_socket_format(int fd, char text[static ADDR_TEXT]);
