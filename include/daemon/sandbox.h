/*
 * What a process cannot do any more, whoever has got hold of it. A forbidden system call
 * fails with EPERM: it does not end the process, since another libc may ask for something
 * harmless that we do not know of.
 */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include <stdbool.h>

/*
 * For the supervisor, and so for all its children and the program that it executes: no more
 * privileges by execution, no core dumps and no debugger (they hold what clients asked),
 * and none of the calls that no process of ours needs: mounts, namespaces, modules, clocks,
 * keys, other processes' memory, and the like. After a reload the filter of calls is there
 * already.
 */
void sandbox_all(bool is_reload);

/* For lookup besides: no other program, no new process, which could outlive the server, no
 * other user, no ownership or modes of files. NSS modules may open what files and sockets
 * they like, and start threads. */
void sandbox_lookup(void);

/*
 * For serve, once all is open: it may read, write, take connections, wait, and get memory.
 * No files, no new sockets, no processes, no memory that is executed.
 */
void sandbox_serve(void);

#endif
