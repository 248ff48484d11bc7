/*
 * Restricts what a process can do, even one that has been taken over. A forbidden system
 * call fails with EPERM and does not end the process, since another libc may make a
 * harmless one that we do not know of.
 */
#pragma once

#include <stdbool.h>

#include "dnstap/config.h"

/*
 * Restricts the supervisor, and so its children and the program that it executes: no
 * privileges by execution, no core dumps and no debugger, since memory has what clients
 * asked, and no system call that none of our processes needs, such as mounts, namespaces,
 * modules, clocks, keys and other processes' memory. After a reload the filter may be
 * loaded already (`is_filtered`). True if it is loaded in the end.
 */
bool sandbox_all(bool is_filtered);

/* Restricts lookup further: no other program, no new process, which could outlive the
 * server, no other user, and no owners or modes of files. NSS modules may open any
 * file and socket, and start threads. */
void sandbox_lookup(void);

/*
 * Restricts serve, once all is open: it may read, write, accept connections, wait, and
 * get memory. It has no files, no new sockets, no processes, and no memory that is
 * executed.
 */
void sandbox_serve(void);

/* Restricts web in the same way. */
void sandbox_web(void);

/*
 * Restricts the writer of dnstap, once its file is open: it may do what serve may, lock a
 * file, and if it writes one, read and cut what is open.
 */
void sandbox_dnstap(enum tap_output);
