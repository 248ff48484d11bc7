/*
 * Tells for certain that no source but DNS can know a name, from the words of the hosts
 * file (lookup/hosts_words) and the kinds of names that the other sources of the line know.
 * For such a name libc need not be asked, which saves a thread.
 */
#pragma once

#include "dns/question.h"
#include "lookup/sources.h"

enum only_dns {
    ONLY_DNS_PERHAPS_NOT, /* libc has to be asked */
    ONLY_DNS_OR_FILES,    /* libc has to be asked, but only reads the hosts file */
    ONLY_DNS,             /* libc would come to DNS */
    ONLY_DNS_OR_ABOVE,    /* the same, but the hosts file may have a name below this one */
    ONLY_DNS_AS_IT_IS,    /* libc cannot carry this name to DNS */
};

enum only_dns only_dns_knows(const struct sources *, const struct question *);
