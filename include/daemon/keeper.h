/*
 * A process that stays root when the server becomes another user, and removes the control
 * socket when the server ends, however it ends: the server may not, since the folder of the
 * socket is root's. It reads nothing but the end of its connection to the server, has no
 * other descriptor, and of root's capabilities the one to remove the file.
 */
#ifndef DAEMON_KEEPER_H
#define DAEMON_KEEPER_H

/* The connection, which closes when a program is executed. -1 with errno. */
int keeper_start(const char *path);

/* Has the file removed, and waits until it is; the connection is closed. Nothing happens
 * to -1. */
void keeper_dismiss(int fd);

#endif
