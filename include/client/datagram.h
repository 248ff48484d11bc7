/* Datagrams through a connected, non-blocking UDP socket. */
#pragma once

#include "dns/ask.h"
#include "net/addr.h"

#include <sys/types.h>

enum { DATAGRAM_MAX = UINT16_MAX };

/* A UDP socket towards the server, to close(); or -1 with errno. */
int datagram_open(const struct addr *server);

/* Makes as much room as the system allows, since many replies come together. */
void datagram_make_room(int fd);

/* Takes an error out of the socket that a datagram of an earlier question met. */
void datagram_forget_error(int fd);

/* Sends the question. 0, even if it is lost on the way out; -1 with errno if the network
 * refuses this datagram or has refused an earlier one. */
int datagram_send(int fd, const struct ask *);

/* Takes the next datagram that has come: its size in octets; or -1 with errno, which is
 * EAGAIN if there is none, and otherwise says how the network refuses what was sent. */
ssize_t datagram_receive(int fd, uint8_t wire[static DATAGRAM_MAX]);
