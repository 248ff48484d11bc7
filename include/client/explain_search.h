/* Finds out with which domain of the search list a name has been found. */
#pragma once

#include "client/findings.h"

/*
 * If libc's DNS has found something that the name servers do not have under the name
 * itself, asks for the name with each domain of the search list and sets `searched`. False
 * after Ctrl+C. The terminal is for fork_join.
 */
bool explain_search(struct findings *, FILE *terminal);
