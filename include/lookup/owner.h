/*
 * Which source of the hosts: line knows a name. libc does not tell, so this is a guess from
 * the line and the hosts file, which mostly leave only one.
 */
#pragma once

#include "dns/answer.h"
#include "dns/way.h"

enum { OWNER_TEXT = WAY_DATA_MAX };

/*
 * For a name or an address that a source other than DNS has found. `text`, if not NULL,
 * gets the sources that may be it, as words of the line: one if that is certain. A long
 * hosts file is read for `text` only.
 */
enum answer_source owner_guess(const struct question *, char text[OWNER_TEXT]);

/* Does the same for a given line; `in_files`: the hosts file has the name. */
enum answer_source owner_in_line(const char *line, bool in_files, const struct question *,
                                 char text[static OWNER_TEXT]);
