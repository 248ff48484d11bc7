/* Whether questions are answered, for load balancers (/healthz). */
#pragma once

/* NULL if all processes that answer questions are there, as the counters say; or a line
 * that says what is missing. */
const char *health_fault(void);
