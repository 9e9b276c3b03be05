#include "tests.h"

#define HEAP_SIZE (256 * 1024)
#define BLOCKS 400

static uint8_t *heap_memory;

static void begin(size_t size)
{
    machine_begin(4096, 4096);
    heap_memory = aligned_alloc(4096, HEAP_SIZE);
    memset(heap_memory, 0xCC, HEAP_SIZE);
    guest_heap_begin(heap_memory, size);
}

static void end(void)
{
    free(heap_memory);
    machine_end();
}

typedef struct Model {
    uint8_t *memory;
    size_t size;
    uint8_t filled_with;
} Model;

static bool holds(const Model *model, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (model->memory[i] != model->filled_with)
            return false;
    return true;
}

static void fill(Model *model, void *memory, size_t size)
{
    *model = (Model){memory, size, (uint8_t)chance(256)};
    memset(memory, model->filled_with, size);
}

static size_t some_size(void) { return chance(4) == 0 ? chance(20000) : chance(300); }

static void step(Model *model)
{
    size_t size = some_size();
    size_t alignment = (size_t)1 << chance(13);
    switch (model->memory == NULL ? chance(3) : 3 + chance(2)) {
    case 0:
        model->memory = sdk_malloc(size);
        break;
    case 1:
        model->memory = sdk_calloc(size, 1);
        for (size_t i = 0; model->memory != NULL && i < size; i++)
            CHECK(model->memory[i] == 0);
        break;
    case 2:
        model->memory = sdk_aligned_alloc(alignment, size);
        CHECK(((uintptr_t)model->memory & (alignment - 1)) == 0);
        break;
    case 3:
        CHECK(holds(model, model->size));
        sdk_free(model->memory);
        model->memory = NULL;
        return;
    default: {
        uint8_t *moved = sdk_realloc(model->memory, size);
        if (moved == NULL)
            return; // the old block is still there
        model->memory = moved;
        CHECK(holds(model, size < model->size ? size : model->size));
        break;
    }
    }
    if (model->memory == NULL)
        return;
    CHECK(((uintptr_t)model->memory & 15) == 0);
    CHECK(model->memory >= heap_memory && model->memory + size <= heap_memory + HEAP_SIZE);
    fill(model, model->memory, size);
}

// Blocks keep their content whatever happens to others, and when all are freed the heap is one block again.
static void random_steps_agree_with_the_model(void)
{
    static Model models[BLOCKS];
    begin(HEAP_SIZE);
    for (int i = 0; i < 200000; i++) {
        step(&models[chance(BLOCKS)]);
        if (i % 5000 == 0)
            guest_heap_check();
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        if (models[i].memory != NULL)
            CHECK(holds(&models[i], models[i].size));
        sdk_free(models[i].memory);
    }
    GuestHeapStatistics statistics = guest_heap_check();
    CHECK(statistics.free_bytes == HEAP_SIZE && statistics.largest == HEAP_SIZE - 16);
    end();
}

static void a_full_heap_says_so_and_recovers(void)
{
    static void *blocks[HEAP_SIZE / 32 + 1]; // and the NULL that ends it
    size_t count = 0;
    begin(HEAP_SIZE);
    while ((blocks[count] = sdk_malloc(1)) != NULL)
        count++;
    CHECK(count == HEAP_SIZE / 32);
    CHECK(guest_heap_check().free_bytes == 0);
    while (count-- != 0)
        sdk_free(blocks[count]);
    void *all = sdk_malloc(HEAP_SIZE - 16);
    CHECK(all != NULL);
    sdk_free(all);
    end();
}

static void sizes_that_no_heap_has_are_refused(void)
{
    begin(HEAP_SIZE);
    CHECK(sdk_malloc(SIZE_MAX) == NULL);
    CHECK(sdk_malloc(SIZE_MAX - 15) == NULL);
    CHECK(sdk_malloc(HEAP_SIZE - 15) == NULL);
    CHECK(sdk_calloc(SIZE_MAX / 2, 3) == NULL);
    CHECK(sdk_aligned_alloc(4096, SIZE_MAX - 4096) == NULL);
    CHECK(sdk_aligned_alloc(48, 16) == NULL);
    void *block = sdk_malloc(100);
    CHECK(sdk_realloc(block, SIZE_MAX) == NULL);
    sdk_free(block);
    sdk_free(NULL);
    end();

    // Heaps too small to hold a block.
    for (size_t size = 0; size < 48; size++) {
        begin(size);
        CHECK((sdk_malloc(1) != NULL) == (size >= 32));
        end();
    }
}

static uint8_t *victim;
static void free_victim(void) { sdk_free(victim); }
static void free_inside_victim(void) { sdk_free(victim + 16); }
static void free_outside(void) { sdk_free(&victim); }
static void resize_victim(void) { victim = sdk_realloc(victim, 1000); }
static void allocate(void) { sdk_malloc(64); }
static void allocate_or_abort(void) { guest_alloc_or_abort(HEAP_SIZE); }

static void expect_damage(void (*action)(void), const char *words)
{
    int code;
    const char *message = machine_last_words(action, &code);
    CHECK(code == GUEST_ERROR_ALLOCATOR);
    CHECK(strstr(message, words) != NULL);
    end();
}

static void damage_is_noticed(void)
{
    begin(HEAP_SIZE);
    victim = sdk_malloc(64);
    sdk_free(victim);
    expect_damage(free_victim, "free already");

    // Also where the freed block has merged into the one in front.
    begin(HEAP_SIZE);
    void *front = sdk_malloc(64);
    victim = sdk_malloc(64);
    void *behind = sdk_malloc(64);
    sdk_free(front);
    sdk_free(victim);
    expect_damage(free_victim, "free already");
    (void)behind;

    begin(HEAP_SIZE);
    victim = sdk_malloc(64);
    sdk_free(victim);
    expect_damage(resize_victim, "free already");

    begin(HEAP_SIZE);
    victim = sdk_malloc(64);
    expect_damage(free_inside_victim, "overwritten");

    begin(HEAP_SIZE);
    expect_damage(free_outside, "no pointer of the heap");

    // One bit anywhere in the header behind a block.
    for (size_t bit = 0; bit < 128; bit++) {
        begin(HEAP_SIZE);
        victim = sdk_malloc(64);
        sdk_malloc(64);
        victim[64 + bit / 8] ^= (uint8_t)(1 << bit % 8);
        expect_damage(free_victim, "heap damaged");
    }

    // The links of a free block.
    for (size_t link = 0; link < 2; link++) {
        begin(HEAP_SIZE);
        uint8_t *first = sdk_malloc(64), *keep = sdk_malloc(64), *second = sdk_malloc(64);
        sdk_malloc(HEAP_SIZE - 4 * 80 + 48); // what is left is too small for a block of 64 bytes
        CHECK(keep != NULL && sdk_malloc(64) == NULL);
        sdk_free(first);
        sdk_free(second);
        memset(second + 8 * link, 0x41, 8);
        expect_damage(allocate, "was written to");
    }
}

static void an_exhausted_heap_aborts_if_asked_to(void)
{
    int code;
    begin(HEAP_SIZE);
    const char *message = machine_last_words(allocate_or_abort, &code);
    CHECK(code == GUEST_ERROR_MALLOC_FAILED);
    CHECK(strcmp(message, "heap exhausted: 262144 bytes") == 0);
    end();
}

void heap_tests(void)
{
    random_steps_agree_with_the_model();
    a_full_heap_says_so_and_recovers();
    sizes_that_no_heap_has_are_refused();
    damage_is_noticed();
    an_exhausted_heap_aborts_if_asked_to();
}
