/* A command line of the client, read word by word. */
#pragma once

#include "../check.h"

#include "client/cmdline.h"

static struct cmdline cmdline;
static char error[OPTION_ERROR];

static inline int parse(char *const argv[])
{
    int argc = 0;

    while (argv[argc])
        argc++;
    cmdline_free(&cmdline);
    *error = '\0';
    return cmdline_parse(&cmdline, argc, argv, error);
}

#define PARSE(...) parse((char *[]){W("hostdns"), __VA_ARGS__, NULL})
#define W(word)    ((char[]){word})

static inline void forget_cmdline(void)
{
    cmdline_free(&cmdline);
}
