#include "dns/rcode.h"

#include <stddef.h>
#include <stdio.h>

static const char *const names[] = {
    "NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",   "REFUSED",
    "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE",  "DSOTYPENI",
    NULL,       NULL,      NULL,       NULL,       "BADVERS",  "BADKEY",
    "BADTIME",  "BADMODE", "BADNAME",  "BADALG",   "BADTRUNC", "BADCOOKIE",
};

const char *rcode_text(unsigned rcode)
{
    static _Thread_local char text[sizeof "RCODE 4294967295"];

    if (rcode < sizeof names / sizeof *names && names[rcode])
        return names[rcode];
    snprintf(text, sizeof text, "RCODE %u", rcode);
    return text;
}
