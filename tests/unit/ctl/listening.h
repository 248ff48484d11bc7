/* A socket at which a test listens in the place of a server. */
#pragma once

#include "../folder.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static char path[64];
static int listener;
static char *text; /* what the server has said */

static inline void listen_with(int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    folder_make();
    folder_path(path, "control");
    strcpy(address.sun_path, path);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, backlog), 0);
}

static inline void tear_down(void)
{
    free(text);
    text = NULL;
    close(listener);
    folder_remove();
}
