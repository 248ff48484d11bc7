/* The operator's settings of dnstap: where its frames go, and what they say of this server.
 */
#pragma once

enum { TAP_PATH_MAX = 255, TAP_SOCKET_PATH_MAX = 107, TAP_TEXT_MAX = 255 };

enum tap_output { TAP_OUTPUT_NONE, TAP_OUTPUT_UNIX, TAP_OUTPUT_FILE };

struct tap_config {
    enum tap_output output;
    char path[TAP_PATH_MAX + 1];     /* of the reader's socket, or of the file */
    char identity[TAP_TEXT_MAX + 1]; /* in each frame; "": none */
    char version[TAP_TEXT_MAX + 1];  /* as well */
};
