/*
 * The file of the control socket, which is for its owner and root alone. A server that is
 * killed leaves it behind; it never takes the place of another server's, or of another
 * file.
 */
#pragma once

#include <stdbool.h>

enum { CONTROL_PATH_MAX = 107 }; /* octets, sun_path's without the NUL */

/* By default in $XDG_RUNTIME_DIR/hostdns for a user, else in /run/hostdns. */
void control_socket_default(char path[static CONTROL_PATH_MAX + 1]);

/* The path of a listening control socket; "" if the descriptor is none. */
void control_socket_path(int fd, char path[static CONTROL_PATH_MAX + 1]);

/*
 * Opens the socket, listening and non-blocking, in place of a file that a killed server
 * left. With `make_folder` the folder is made, too. -1 with errno: EADDRINUSE if another
 * server listens there.
 */
int control_socket_listen(const char *path, bool make_folder);

/* Closes the socket and removes its file, unless another server listens there by now. */
void control_socket_close(int fd);

/* Removes a file that nobody listens on, and the folder of the default path if that leaves
 * it empty. It is no failure if there is nothing to be removed. */
void control_socket_remove(const char *path);
