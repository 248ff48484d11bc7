/*
 * The data of records as dig and BIND write it. Programs compare it octet by octet, and
 * ldns writes some of it differently.
 */
#pragma once

#include "client/style.h"
#include "dns/print.h"

#include <stdio.h>

/* To free. */
char *dig_data(const struct print_record *, const struct style *);

/* A printed name, escaped as a zone file needs it; to free. */
char *dig_name(const char *name);

/* "1 hour 1 minute" */
void dig_time(FILE *, unsigned long seconds);
