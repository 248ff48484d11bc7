#include "client/inquiry.h"

#include "client/outstanding.h"
#include "dns/rcode.h"

int inquiry_build(struct inquiry *inquiry, const struct wish *wish,
                  const struct ask_form *form, const struct exchange_manner *manner)
{
    uint16_t type = wish->type;
    struct ask_form own = *form;
    const uint16_t types[] = {type ? type : TYPE_A, TYPE_AAAA};

    *inquiry = (struct inquiry){
        .for_addresses = type == 0, .settings = wish->settings, .count = type == 0 ? 2 : 1};
    own.class = wish->class;
    for (size_t i = 0; i < inquiry->count; i++) {
        inquiry->exchanges[i].manner = *manner;
        if (ask_build(&inquiry->exchanges[i].ask, wish->name, types[i], &own) != 0)
            return -1;
    }
    return 0;
}

void inquiry_ask(struct inquiry *inquiry, int fd)
{
    struct outstanding *outstanding = outstanding_new(fd);

    for (size_t i = 0; i < inquiry->count; i++)
        outstanding_start(outstanding, &inquiry->exchanges[i]);
    while (outstanding_count(outstanding) > 0)
        outstanding_turn(outstanding, -1, WAIT_FOREVER);
    outstanding_free(outstanding);
}

void inquiry_judge(struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++)
        exchange_judge(&inquiry->exchanges[i]);
}

int inquiry_run(struct inquiry *inquiry, int fd, const struct wish *wish,
                const struct ask_form *form, const struct exchange_manner *manner)
{
    if (inquiry_build(inquiry, wish, form, manner) != 0)
        return -1;
    inquiry_ask(inquiry, fd);
    inquiry_judge(inquiry);
    return 0;
}

void inquiry_free(struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++)
        exchange_free(&inquiry->exchanges[i]);
}

enum inquiry_exit inquiry_exit_of(const struct exchange *exchange)
{
    switch (exchange->verdict) {
    case VERDICT_RECORDS:
        return INQUIRY_RECORDS;
    case VERDICT_NO_RECORDS:
    case VERDICT_NO_NAME:
        return INQUIRY_NOTHING;
    case VERDICT_FAILED:
    case VERDICT_MALFORMED:
    case VERDICT_PARTIAL:
    case VERDICT_CUT:
        return INQUIRY_FAILED;
    default:
        return INQUIRY_SILENT;
    }
}

enum inquiry_exit inquiry_exit(const struct inquiry *inquiry)
{
    enum inquiry_exit worst = INQUIRY_RECORDS, code;
    bool found = false;

    for (size_t i = 0; i < inquiry->count; i++) {
        code = inquiry_exit_of(&inquiry->exchanges[i]);
        found = found || code == INQUIRY_RECORDS;
        if (code > worst)
            worst = code;
    }
    return worst == INQUIRY_NOTHING && found ? INQUIRY_RECORDS : worst;
}

bool inquiry_lacks_name(const struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++) {
        const struct exchange *exchange = &inquiry->exchanges[i];

        if (exchange->state != EXCHANGE_ANSWERED ||
            wire_rcode(exchange->wire) != RCODE_NXDOMAIN)
            return false;
    }
    return true;
}

bool inquiry_is_interrupted(const struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++)
        if (inquiry->exchanges[i].verdict == VERDICT_INTERRUPTED)
            return true;
    return false;
}

int64_t inquiry_time(const struct inquiry *inquiry)
{
    int64_t first = INT64_MAX, last = 0;

    for (size_t i = 0; i < inquiry->count; i++) {
        const struct exchange *exchange = &inquiry->exchanges[i];

        if (exchange->sent_us > 0 && exchange->sent_us < first)
            first = exchange->sent_us;
        if (exchange->ended_us > last)
            last = exchange->ended_us;
    }
    return first <= last ? last - first : -1;
}
