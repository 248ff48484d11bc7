/* Ends a program for people, with a message, when memory runs out. */
#pragma once

/*
 * From now on the program ends with EX_OSERR at the first allocation that is refused, and
 * puts the terminal into the mode that it has now. Otherwise libraries would go on with
 * incomplete data, or crash. `program` is its name, borrowed.
 */
void memory_guard(const char *program);
