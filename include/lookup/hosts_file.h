/*
 * What libc does not tell about the hosts file: names above those in the file, and names
 * with a final dot. If the file has printer.office, then office exists as well, without
 * data; but libc calls it unknown, and NXDOMAIN would deny printer.office too (RFC 8020).
 * libc finds a name with a final dot only if it is asked with the dot, which a name in a
 * message neither has nor lacks. An index is made when the file has changed, so that not
 * every question has to read it. For any thread.
 */
#pragma once

#include "dns/name.h"

/* The largest number of names above others that the index has; more are left out. */
enum { HOSTS_FILE_ENTS = 1 << 19 };

/*
 * True if a line of /etc/hosts has a name below this one, which is text without a final
 * dot; `child` is then that name as the line has it. libc may still not accept the line.
 */
bool hosts_file_child(const char *parent, char child[static NAME_TEXT]);

/* True if the file has the name, which is text without a final dot, only with that dot. */
bool hosts_file_needs_dot(const char *name);

/*
 * True if a line has the name, with or without a final dot, or the IP address of 4 or 16
 * octets. Reads the file; false if it has more than `most` octets.
 */
bool hosts_file_has_name(const char *name, size_t most);
bool hosts_file_has_address(const uint8_t *octets, size_t len, size_t most);

/* True if a line has an address of 4 or 16 octets (`len`) that begins with these bits;
 * `found` is then that address. Reads the file. */
bool hosts_file_address_below(const uint8_t *octets, size_t len, unsigned bits,
                              uint8_t found[static 16]);
