/* What a unit test includes first: cmocka with the headers that it does not include. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The bytes of an array and their number, as two arguments. */
#define BYTES(array) (array), sizeof(array)

#endif
