/* Text in HTML. */
#pragma once

#include <stdio.h>

/* Writes the text, of whatever octets, so that a browser shows it and finds no markup in
 * it, nor in the value of an attribute in quotation marks. What is not printable ASCII
 * becomes "?". */
void html_put(FILE *, const char *text);
