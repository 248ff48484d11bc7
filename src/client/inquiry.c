/*
 * From a name to verdicts. Words in, exchanges in the middle, and out comes for each
 * question what its reply means. How that is shown is no matter here.
 */
#include "client/inquiry.h"

#include "dns/rcode.h"

bool inquiry_is_answer(const struct inquiry_part *part, const struct print_record *record)
{
    return received_is_asked(record, part->canonical, part->exchange.ask.question.type);
}

static enum verdict verdict_of_records(const struct inquiry_part *part)
{
    const struct received *reply = &part->reply;
    size_t found = 0;

    for (size_t i = 0; i < reply->count; i++) {
        if (!inquiry_is_answer(part, &reply->answers[i]))
            continue;
        if (!reply->answers[i].is_readable)
            return VERDICT_MALFORMED;
        found++;
    }
    /* Whole records are left out of a truncated reply; some servers cut one in two. */
    if (!reply->is_whole && !reply->is_truncated)
        return VERDICT_MALFORMED;
    if (reply->is_truncated)
        return found > 0 ? VERDICT_PARTIAL : VERDICT_CUT;
    return found > 0 ? VERDICT_RECORDS : VERDICT_NO_RECORDS;
}

static enum verdict verdict_of(const struct inquiry_part *part)
{
    switch (part->exchange.state) {
    case EXCHANGE_UNREACHABLE:
        return VERDICT_UNREACHABLE;
    case EXCHANGE_INTERRUPTED:
        return VERDICT_INTERRUPTED;
    case EXCHANGE_ANSWERED:
        break;
    default:
        return VERDICT_SILENT;
    }
    switch (part->reply.rcode) {
    case RCODE_NOERROR:
        return verdict_of_records(part);
    case RCODE_NXDOMAIN:
        return VERDICT_NO_NAME;
    default:
        return VERDICT_FAILED;
    }
}

static int judge(struct inquiry_part *part)
{
    const struct ask *ask = &part->exchange.ask;

    if (part->exchange.state == EXCHANGE_ANSWERED &&
        received_parse(&part->reply, part->exchange.reply, part->exchange.size) != 0)
        return -1;
    part->canonical = received_canonical(&part->reply, ask->name, ask->question.type);
    part->verdict = verdict_of(part);
    return 0;
}

int inquiry_run(struct inquiry *inquiry, int fd, const char *name, uint16_t type,
                const struct exchange_manner *manner)
{
    const uint16_t types[] = {type ? type : TYPE_A, TYPE_AAAA};
    struct exchange exchanges[2] = {0};

    *inquiry = (struct inquiry){
        .for_addresses = type == 0, .manner = *manner, .count = type == 0 ? 2 : 1};
    for (size_t i = 0; i < inquiry->count; i++)
        if (ask_build(&exchanges[i].ask, name, types[i]) != 0)
            return -1;
    exchange_run(fd, exchanges, inquiry->count, manner);
    for (size_t i = 0; i < inquiry->count; i++)
        inquiry->parts[i].exchange = exchanges[i];
    for (size_t i = 0; i < inquiry->count; i++)
        if (judge(&inquiry->parts[i]) != 0)
            return -1;
    return 0;
}

void inquiry_free(struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++) {
        received_free(&inquiry->parts[i].reply);
        exchange_free(&inquiry->parts[i].exchange);
    }
}

enum inquiry_exit inquiry_part_exit(const struct inquiry_part *part)
{
    switch (part->verdict) {
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
        code = inquiry_part_exit(&inquiry->parts[i]);
        found = found || code == INQUIRY_RECORDS;
        if (code > worst)
            worst = code;
    }
    return worst == INQUIRY_NOTHING && found ? INQUIRY_RECORDS : worst;
}

bool inquiry_is_interrupted(const struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++)
        if (inquiry->parts[i].verdict == VERDICT_INTERRUPTED)
            return true;
    return false;
}
