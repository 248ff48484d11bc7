/* How a lookup goes on after its probe. */
#pragma once

enum lookup_next {
    LOOKUP_DONE,        /* the answer is complete */
    LOOKUP_VERDICT,     /* ask the name servers, then let libc judge their response */
    LOOKUP_RELAY,       /* ask the name servers, and pass their response on */
    LOOKUP_DNS_DECIDES, /* as LOOKUP_VERDICT; but only the name servers can know the name,
                           so most responses need no verdict */
    LOOKUP_EXISTS,      /* as LOOKUP_RELAY; but libc knows the name, so it does exist */
};
