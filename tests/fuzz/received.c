/* The client's reader and its views: whatever a server sends, what is shown is printable,
 * and the JSON is JSON. */
#include "json.h"

#include "client/view_dig.h"
#include "client/view_json.h"
#include "client/view_yaml.h"

typedef void view_function(struct show *, const struct exchange *);

static const char *shown(view_function *view, const struct exchange *exchange)
{
    static const struct style style = {.show_cmd = true,
                                       .show_comments = true,
                                       .show_question = true,
                                       .show_answer = true,
                                       .show_authority = true,
                                       .show_additional = true,
                                       .show_stats = true,
                                       .is_multiline = true,
                                       .show_ttl = true,
                                       .show_class = true,
                                       .show_record_comments = true};
    static struct text text;
    struct addr server;
    struct show show = {.style = &style, .server = &server, .out = text_begin(&text)};

    must(addr_parse(&server, "192.0.2.53", 53));
    view(&show, exchange);
    text_end(&text);
    must_be_printable(text.octets, text.size);
    return text.octets;
}

static void must_be_json(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);

    must(json_is_object(json));
    json_decref(json);
}

/* The JSON takes as long as all the rest. */
static void view(const struct exchange *exchange, unsigned choice)
{
    if (choice == 0)
        must_be_json(shown(view_json, exchange));
    else if (choice % 2)
        shown(view_dig, exchange);
    else
        shown(view_yaml, exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct exchange exchange = {.state = EXCHANGE_ANSWERED, .size = size};

    if (size < 12) /* dns/ask lets no such reply through */
        return 0;
    must(ask_build(&exchange.ask, "a.test", TYPE_ANY, &(struct ask_form){0}) == 0);
    exchange.wire = malloc(size);
    must(exchange.wire);
    json_begin();
    memcpy(exchange.wire, data, size);
    exchange_judge(&exchange);
    view(&exchange, draw(16, data, size));
    exchange_free(&exchange);
    json_end();
    return 0;
}
