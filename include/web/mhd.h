/*
 * libmicrohttpd, which speaks HTTP. The library is loaded by the web process alone, when it
 * starts: it brings libgnutls with it, which runs code as soon as it is loaded and ends the
 * program if memory is short then. Neither has a place in the other processes.
 */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

/* The functions that are used: mhd.run() is MHD_run(). */
#define MHD_FUNCTIONS(ROW)                                                                 \
    ROW(start_daemon)                                                                      \
    ROW(add_connection)                                                                    \
    ROW(stop_daemon)                                                                       \
    ROW(run)                                                                               \
    ROW(get_timeout)                                                                       \
    ROW(get_daemon_info)                                                                   \
    ROW(get_connection_info)                                                               \
    ROW(get_connection_values)                                                             \
    ROW(create_response_from_callback)                                                     \
    ROW(suspend_connection)                                                                \
    ROW(resume_connection)                                                                 \
    ROW(create_response_from_buffer)                                                       \
    ROW(add_response_header)                                                               \
    ROW(queue_response)                                                                    \
    ROW(destroy_response)

#define MHD_FUNCTION(name) __typeof__(&MHD_##name) name;
struct mhd {
    MHD_FUNCTIONS(MHD_FUNCTION)
};
#undef MHD_FUNCTION

extern struct mhd mhd;

/* Loads the library. False if that fails; `why`, which is borrowed, then says why. */
bool mhd_load(const char **why);
