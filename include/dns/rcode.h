/* Response codes (RFC 1035, 6891) and extended DNS errors (RFC 8914) that we send. */
#pragma once

enum rcode {
    RCODE_NOERROR = 0,
    RCODE_FORMERR = 1,
    RCODE_SERVFAIL = 2,
    RCODE_NXDOMAIN = 3,
    RCODE_NOTIMP = 4,
    RCODE_REFUSED = 5,
    RCODE_BADVERS = 16,   /* needs an OPT record to carry its high bits */
    RCODE_BADCOOKIE = 23, /* needs one as well; only the client heeds it */
};

enum ede {
    EDE_OTHER = 0,
    EDE_STALE = 3,
    EDE_NOT_READY = 14,
    EDE_PROHIBITED = 18,
    EDE_NOT_SUPPORTED = 21,
    EDE_NO_REACHABLE_AUTHORITY = 22,
    EDE_NETWORK_ERROR = 23,
    EDE_SYNTHESIZED = 29,
    EDE_NONE = 0xffff, /* none; ours, in the registry's private range */
};

/* "NXDOMAIN"; "RCODE 17" for one without a name. A name lives for ever, a number until the
 * thread's next call. */
const char *rcode_text(unsigned rcode);
