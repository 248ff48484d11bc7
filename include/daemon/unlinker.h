/*
 * A process that stays root when the server becomes another user, and unlinks the control
 * socket when the server ends, however it ends. The server itself may not, since the
 * folder of the socket is root's. This process reads nothing but the end of its
 * connection to the server, has no other descriptor, and keeps one capability, that to
 * remove the file.
 */
#pragma once

/* Returns the connection to the new process, which closes when a program is executed;
 * -1 with errno. */
int unlinker_start(const char *path);

/* Closes the connection, and waits until the file is removed. Accepts -1. */
void unlinker_dismiss(int fd);
