#include "web/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"
#include "base/shortage.h"
#include "web/figures_json.h"
#include "web/health.h"
#include "web/page_files.h"
#include "web/page_html.h"
#include "web/question_json.h"

static const char plain[] = "text/plain; charset=utf-8", json[] = "application/json",
                  question_path[] = "/question/"; /* with its number behind it */

/* Writes the body and returns the status. */
typedef unsigned route_write(const struct site *, FILE *out);

static unsigned write_page(const struct site *site, FILE *out)
{
    struct summary summary;

    summary_read(&summary, site->config);
    page_html(out, &summary, site->figures);
    return 200;
}

static unsigned write_health(const struct site *site, FILE *out)
{
    const char *fault = health_fault();

    (void)site;
    fputs(fault ? fault : "ok\n", out);
    return fault ? 503 : 200;
}

static unsigned write_metrics(const struct site *site, FILE *out)
{
    char text[METRICS_TEXT];
    size_t len = metrics_write(text);

    (void)site;
    fwrite(text, 1, len, out);
    return 200;
}

static unsigned write_figures(const struct site *site, FILE *out)
{
    struct summary summary;

    summary_read(&summary, site->config);
    return figures_json(out, &summary, site->figures) ? 200 : 500;
}

static unsigned write_questions(const struct site *site, FILE *out)
{
    (void)site;
    return question_json_all(out) ? 200 : 500;
}

static unsigned write_nothing(const struct site *site, FILE *out)
{
    (void)site;
    fputs("There is nothing here.\n", out);
    return 404;
}

struct http_route {
    const char *path, *type;
    route_write *write;
};

static const struct http_route routes[] = {
    {"/", "text/html; charset=utf-8", write_page},
    {"/healthz", plain, write_health},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", write_metrics},
    {"/figures", json, write_figures},
    {"/questions", json, write_questions},
};

static const struct http_route nowhere = {"", plain, write_nothing};

static const struct http_route *find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return &nowhere;
}

static bool send_file(const struct page_file *file, struct reply *reply)
{
    size_t len = (size_t)(file->end - file->begin);

    *reply = (struct reply){
        .status = 200, .type = file->type, .body = malloc(len + 1), .len = len};
    if (!reply->body)
        return false;
    memcpy(reply->body, file->begin, len);
    reply->body[len] = '\0';
    return true;
}

/* A question that the path names, if it is still there. */
static unsigned write_question(const struct site *site, const char *path,
                               struct reply *reply, FILE *out)
{
    static struct recent_record record;
    uint64_t number = question_row_number(path + strlen(question_path));

    if (!recent_read(number, &record))
        return write_nothing(site, out);
    reply->type = json;
    return question_json_whole(out, &record) ? 200 : 500;
}

static unsigned write_path(const struct site *site, const char *path, struct reply *reply,
                           FILE *out)
{
    const struct http_route *route;

    if (strncmp(path, question_path, strlen(question_path)) == 0)
        return write_question(site, path, reply, out);
    route = find(path);
    reply->type = route->type;
    return route->write(site, out);
}

bool routes_answer(const struct site *site, const char *path, struct reply *reply)
{
    const struct page_file *file = page_files_find(path);
    unsigned refused = shortage_count();
    FILE *out;

    if (file)
        return send_file(file, reply);
    *reply = (struct reply){.type = plain};
    out = open_memstream(&reply->body, &reply->len);
    if (!out)
        return false;
    reply->status = write_path(site, path, reply, out);
    /* libc does not say so if a part of the text, or all, found no memory. */
    if (fclose(out) == 0 && shortage_count() == refused)
        return true;
    free(reply->body);
    return false;
}

bool routes_refuse(const struct http_refusal *refusal, struct reply *reply)
{
    *reply = (struct reply){.status = refusal->status,
                            .type = plain,
                            .allow = refusal->allow,
                            .body = strdup(refusal->text),
                            .len = strlen(refusal->text)};
    return reply->body;
}
