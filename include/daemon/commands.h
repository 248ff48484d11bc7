/* Runs the commands of the table (daemon/command_table). */
#pragma once

#include "channel/message.h"
#include "daemon/control.h"
#include "daemon/report.h"
#include "daemon/survey.h"

/* The server that the commands act on; `context` goes to every function. */
struct commands_host {
    void *context;
    /* Fills in what only the supervisor knows, such as its processes and addresses. */
    void (*describe)(void *context, struct report *);
    /* Asks all serve processes. False when memory is short; then `end` is not called. */
    bool (*survey)(void *context, enum control_message, const void *data, size_t len,
                   survey_end *end, void *end_context);
    void (*set_level)(void *context, int level);
    /* Answers on the connection when the reload is over. */
    void (*reload)(void *context, int client);
    void (*stop)(void *context);
};

/* For control_new, whose context is a struct commands_host. */
extern const struct control_commands commands;
