#include "../check.h"

#include "web/page_files.h"

#include <glob.h>

static char *content(const char *file, size_t *len)
{
    FILE *in = fopen(file, "r"), *out;
    char *text;
    int c;

    assert_non_null(in);
    out = open_memstream(&text, len);
    while ((c = fgetc(in)) != EOF)
        fputc(c, out);
    fclose(in);
    fclose(out);
    return text;
}

static void same_as_file(const struct page_file *file, const char *name)
{
    size_t len;
    char *text = content(name, &len);

    assert_int_equal(file->end - file->begin, len);
    assert_memory_equal(file->begin, text, len);
    free(text);
}

TEST(the_page_is_the_file_of_the_tree)
{
    same_as_file(&page_files_page, "src/web/page/page.html");
    assert_string_equal(page_files_page.type, "text/html; charset=utf-8");
}

TEST(every_file_beside_the_page_is_sent_as_it_is)
{
    glob_t found;
    unsigned sent = 0;

    assert_int_equal(glob("src/web/page/*", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/');

        if (strcmp(name, "/page.html") == 0)
            continue;
        assert_non_null(page_files_find(name));
        same_as_file(page_files_find(name), found.gl_pathv[i]);
        sent++;
    }
    assert_int_equal(sent, 8);
    globfree(&found);
}

static const char *type_of(const char *path)
{
    return page_files_find(path)->type;
}

TEST(a_browser_is_told_what_each_file_is)
{
    assert_string_equal(type_of("/style.css"), "text/css; charset=utf-8");
    assert_string_equal(type_of("/icon.svg"), "image/svg+xml");
    assert_string_equal(type_of("/script.js"), "text/javascript; charset=utf-8");
    assert_string_equal(type_of("/packet.js"), "text/javascript; charset=utf-8");
}

TEST(nothing_else_is_found)
{
    assert_null(page_files_find(""));
    assert_null(page_files_find("/"));
    assert_null(page_files_find("/page.html"));
    assert_null(page_files_find("/style.css/"));
    assert_null(page_files_find("/../page/style.css"));
}
