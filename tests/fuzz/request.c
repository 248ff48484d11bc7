/*
 * A client's datagram. What comes back has its id and its question and is a message to
 * ldns; and what the short way reads and writes is what the long way does.
 */
#include "fuzz.h"

#include "dns/plain.h"
#include "dns/reply.h"
#include "dns/request.h"

#include <ldns/ldns.h>

/* The address of the asked name. */
static uint8_t records[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1};

static size_t answer_to(const struct request *request, int code, uint8_t *out, size_t size)
{
    struct answer answer;

    answer_init(&answer, &request->question, records, sizeof records);
    answer.rcode = (uint16_t)code;
    if (code == RCODE_NOERROR) {
        answer.len = sizeof records;
        answer.count[SECTION_ANSWER] = 1;
    }
    return reply_write(request, &answer, 1, NULL, out, size);
}

static void must_be_the_reply(const struct request *request, const uint8_t *data,
                              const uint8_t *reply, size_t len)
{
    ldns_pkt *packet = NULL;

    must(len >= 12 && memcmp(reply, data, 2) == 0 && reply[2] & 0x80);
    must(ldns_wire2pkt(&packet, reply, len) == LDNS_STATUS_OK);
    must(ldns_pkt_qdcount(packet) == request->has_question);
    if (request->has_question)
        must(memcmp(reply + 12, data + 12, question_wire_len(&request->question)) == 0);
    ldns_pkt_free(packet);
}

static void must_be_read_alike(const struct request *plain, const struct request *request)
{
    struct question folded;

    question_fold(&folded, &request->question);
    must(request->class == CLASS_IN && !request->is_signed);
    must(question_equal_folded(&folded, &plain->question));
    must(plain->has_edns == request->has_edns);
    must(!plain->has_edns || plain->edns_size == request->edns_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t reply[4096], short_reply[4096];
    const struct plain_answer answer = {.records = records,
                                        .len = sizeof records,
                                        .count = (uint16_t[SECTIONS]){1, 0, 0},
                                        .age = 1};
    struct request request, plain;
    int code = request_parse(&request, data, size);
    size_t len;

    if (code < 0) {
        must(!plain_read(&plain, data, size));
        return 0;
    }
    len = answer_to(&request, code, reply, sizeof reply);
    must_be_the_reply(&request, data, reply, len);
    if (!plain_read(&plain, data, size))
        return 0;
    must(code == RCODE_NOERROR);
    must_be_read_alike(&plain, &request);
    must(plain_write(&plain, data, &answer, short_reply, sizeof short_reply) == len);
    must(memcmp(reply, short_reply, len) == 0);
    return 0;
}
