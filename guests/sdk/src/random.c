// ChaCha20 (RFC 8439) as a generator that forgets: each block's first half becomes the next key, its second half is given out.
#include <sandbox/abi.h>
#include <sandbox/memory.h>
#include <sandbox/random.h>

static uint32_t key[8];
static uint8_t block[64];
static size_t block_used = sizeof block; // bytes of the block that must not be given out (any more)
static uint64_t generation;
static bool seeded;

static uint32_t rotate(uint32_t value, int bits) { return value << bits | value >> (32 - bits); }

static void quarter_round(uint32_t *state, int a, int b, int c, int d)
{
    state[a] += state[b], state[d] = rotate(state[d] ^ state[a], 16);
    state[c] += state[d], state[b] = rotate(state[b] ^ state[c], 12);
    state[a] += state[b], state[d] = rotate(state[d] ^ state[a], 8);
    state[c] += state[d], state[b] = rotate(state[b] ^ state[c], 7);
}

void guest_chacha20_block(const uint32_t block_key[8], uint32_t counter, const uint32_t nonce[3], uint8_t result[64]);

void guest_chacha20_block(const uint32_t block_key[8], uint32_t counter, const uint32_t nonce[3], uint8_t result[64])
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}; // "expand 32-byte k"
    uint32_t state[16];
    memcpy(start + 4, block_key, 32);
    start[12] = counter;
    memcpy(start + 13, nonce, 12);
    memcpy(state, start, sizeof state);

    for (int round = 0; round < 20; round += 2) {
        for (int i = 0; i < 4; i++)
            quarter_round(state, i, 4 + i, 8 + i, 12 + i);
        for (int i = 0; i < 4; i++)
            quarter_round(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
    }
    for (int i = 0; i < 16; i++)
        state[i] += start[i];
    memcpy(result, state, 64);
}

static void take_up_new_seed(void)
{
    uint64_t current = guest_boot->seed_generation;
    if (seeded && current == generation)
        return;

    for (size_t i = 0; i < sizeof key; i++)
        ((uint8_t *)key)[i] = guest_boot->seed[i];
    generation = current;
    seeded = true;
    block_used = sizeof block; // what is left of the old seed's block must not be given out
}

static void refill(void)
{
    static const uint32_t nonce[3];
    guest_chacha20_block(key, 0, nonce, block);
    memcpy(key, block, sizeof key);
    memset(block, 0, sizeof key);
    block_used = sizeof key;
}

void guest_random_bytes(void *destination, size_t length)
{
    uint8_t *bytes = destination;
    take_up_new_seed();
    while (length != 0) {
        if (block_used == sizeof block)
            refill();
        size_t available = sizeof block - block_used;
        size_t taken = length < available ? length : available;
        memcpy(bytes, block + block_used, taken);
        memset(block + block_used, 0, taken);
        block_used += taken;
        bytes += taken;
        length -= taken;
    }
}

uint32_t guest_random_u32(void)
{
    uint32_t number;
    guest_random_bytes(&number, sizeof number);
    return number;
}

uint64_t guest_random_u64(void)
{
    uint64_t number;
    guest_random_bytes(&number, sizeof number);
    return number;
}
