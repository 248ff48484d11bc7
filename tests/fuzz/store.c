/*
 * The cache beside a plain model: what it has under a key is what was put there last, and
 * what was removed is not there. It may forget, never make up. The octets are a list of
 * commands: what to do, with which key, with how much.
 */
#include "fuzz.h"

#include "base/store.h"

enum { KEYS = 64, LEN_UNIT = 97 };

struct model {
    struct store *store;
    bool is_there[KEYS]; /* may be there */
    uint8_t fill[KEYS];
    size_t len[KEYS];
    uint8_t next;
};

/* The octets of a value that are looked at: its ends and one between. */
static void at_ends(size_t len, size_t at[3])
{
    at[0] = 0;
    at[1] = len / 2;
    at[2] = len - 1;
}

static void put(struct model *model, uint8_t key, size_t len)
{
    size_t at[3];
    uint8_t *room =
        store_put(model->store, store_hash(model->store, &key, 1), &key, 1, len);

    model->is_there[key] = room != NULL;
    model->fill[key] = model->next++;
    model->len[key] = len;
    at_ends(len, at);
    for (size_t i = 0; room && len > 0 && i < 3; i++)
        room[at[i]] = model->fill[key];
}

static void find(struct model *model, uint8_t key)
{
    size_t len = 0, at[3];
    const uint8_t *value =
        store_find(model->store, store_hash(model->store, &key, 1), &key, 1, &len);

    must(!value || (model->is_there[key] && len == model->len[key]));
    at_ends(len, at);
    for (size_t i = 0; value && len > 0 && i < 3; i++)
        must(value[at[i]] == model->fill[key]);
}

static void drop(struct model *model, uint8_t key)
{
    store_remove(model->store, store_hash(model->store, &key, 1), &key, 1);
    model->is_there[key] = false;
}

static bool is_odd(const void *unused, const void *key, size_t key_len)
{
    (void)unused;
    return key_len == 1 && *(const uint8_t *)key % 2;
}

static void drop_many(struct model *model, bool all)
{
    if (all)
        store_clear(model->store);
    else
        store_remove_if(model->store, is_odd, NULL);
    for (size_t key = 0; key < KEYS; key++)
        model->is_there[key] &= !all && key % 2 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct store *store; /* to make a new one takes longer than a run */
    struct model model = {.store = store ? store : store_new(STORE_BYTES_MIN)};
    size_t possible = 0;

    store = model.store;
    must(store);
    store_clear(store);
    for (size_t i = 0; i + 3 <= size; i += 3) {
        uint8_t key = data[i + 1] % KEYS;

        switch (data[i] % 16) {
        case 0:
            drop_many(&model, data[i + 1] % 8 == 0);
            break;
        case 1:
        case 2:
            drop(&model, key);
            break;
        case 3:
        case 4:
        case 5:
        case 6:
            find(&model, key);
            break;
        default:
            put(&model, key, (size_t)data[i + 2] * LEN_UNIT);
        }
    }
    for (uint8_t key = 0; key < KEYS; key++) {
        find(&model, key);
        possible += model.is_there[key];
    }
    must(store_state(model.store).entries <= possible);
    return 0;
}
