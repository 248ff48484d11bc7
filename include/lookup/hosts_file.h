/*
 * Names that the hosts file does not have, but has names below. If it has printer.office,
 * then office exists as well, without data; but libc calls it unknown, and "no such name"
 * would deny printer.office too (RFC 8020). No question needs the whole file to be read: an
 * index is made when it has changed. For any thread.
 */
#ifndef LOOKUP_HOSTS_FILE_H
#define LOOKUP_HOSTS_FILE_H

#include "dns/name.h"

/* The most names above others that are kept; a file that has more is known in part. */
enum { HOSTS_FILE_PARENTS = 1 << 19 };

/*
 * True if a line of /etc/hosts has a name below this one, which is text without a final
 * dot; that name is then `child`. Whether libc takes the line, libc has to say.
 */
bool hosts_file_child(const char *parent, char child[static NAME_TEXT]);

#endif
