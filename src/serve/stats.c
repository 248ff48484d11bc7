#include "serve/stats.h"

#include "base/counters.h"

/* The counters of types; 0: the type has none. */
static const uint8_t by_type[256] = {
    [TYPE_A] = COUNT_TYPE_A,         [2] = COUNT_TYPE_NS,
    [TYPE_CNAME] = COUNT_TYPE_CNAME, [TYPE_SOA] = COUNT_TYPE_SOA,
    [TYPE_PTR] = COUNT_TYPE_PTR,     [15] = COUNT_TYPE_MX,
    [TYPE_TXT] = COUNT_TYPE_TXT,     [TYPE_AAAA] = COUNT_TYPE_AAAA,
    [33] = COUNT_TYPE_SRV,           [65] = COUNT_TYPE_HTTPS,
    [TYPE_ANY] = COUNT_TYPE_ANY,
};

static enum counter counter_of_type(uint16_t type)
{
    uint8_t counter = type < sizeof by_type ? by_type[type] : 0;

    return counter ? counter : COUNT_TYPE_OTHER;
}

static enum counter counter_of_outcome(unsigned rcode, unsigned records)
{
    switch (rcode) {
    case RCODE_NOERROR:
        return records > 0 ? COUNT_ANSWER_RECORDS : COUNT_ANSWER_NODATA;
    case RCODE_NXDOMAIN:
        return COUNT_ANSWER_NXDOMAIN;
    case RCODE_SERVFAIL:
        return COUNT_ANSWER_SERVFAIL;
    case RCODE_REFUSED:
        return COUNT_ANSWER_REFUSED;
    case RCODE_FORMERR:
        return COUNT_ANSWER_FORMERR;
    default:
        return COUNT_ANSWER_OTHER;
    }
}

void stats_reply(bool over_tcp, uint16_t type, unsigned rcode, unsigned records)
{
    count_question(over_tcp ? COUNT_QUESTIONS_TCP : COUNT_QUESTIONS_UDP,
                   counter_of_type(type), counter_of_outcome(rcode, records));
}

/* The times are in the order of their bounds. */
static enum counter counter_of_time(int64_t us)
{
    enum counter counter = COUNT_LOOKUP_US_125;

    for (int64_t bound = COUNTERS_LEAST_TIME; us >= bound && counter < COUNT_LOOKUP_MS_MORE;
         bound *= 2)
        counter++;
    return counter;
}

static enum counter counter_of_result(const struct answer *answer)
{
    bool dns = !answer_is_of_host(answer);

    if (answer->rcode == RCODE_NXDOMAIN)
        return dns ? COUNT_DNS_NXDOMAIN : COUNT_HOST_NXDOMAIN;
    if (answer->rcode != RCODE_NOERROR)
        return COUNT_DNS_FAILED;
    if (answer->count[SECTION_ANSWER] > 0)
        return dns ? COUNT_DNS_RECORDS : COUNT_HOST_RECORDS;
    return dns ? COUNT_DNS_NODATA : COUNT_HOST_NODATA;
}

void stats_lookup(const struct answer *answer, int64_t us)
{
    count_lookup(counter_of_result(answer), counter_of_time(us), (uint64_t)us);
}
