/*
 * Converts names between the letters of people's languages, which people type and read, and
 * the ASCII that stands for them on the wire (RFC 5890).
 */
#pragma once

#include <stdbool.h>

/*
 * The name in ASCII, to free: a copy if it is ASCII already. NULL with errno EILSEQ if it
 * is not a name in the letters of the locale. In the C locale, which has only ASCII's,
 * octets that are UTF-8 are taken as UTF-8.
 */
char *idn_to_ascii(const char *name);

/*
 * The text of a record or a name, with every label that begins with "xn--" in the letters
 * that it stands for; to free. A label stays as it is if the locale has no such letters, if
 * one of them is not printable, or if they do not lead back to the same label, so that
 * nothing is shown as what it is not.
 */
char *idn_to_letters(const char *text);
