#include "tests.h"

void guest_chacha20_block(const uint32_t block_key[8], uint32_t counter, const uint32_t nonce[3], uint8_t result[64]);

// RFC 8439, section 2.3.2.
static void the_block_function_is_chacha20(void)
{
    static const uint32_t nonce[3] = {0x09000000, 0x4A000000, 0};
    static const uint8_t expected[64] = {
        0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3, 0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0,
        0x68, 0x03, 0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa, 0x09, 0x14, 0xc2, 0xd7, 0x05,
        0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1, 0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};
    uint8_t key[32], block[64];
    uint32_t words[8];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    memcpy(words, key, sizeof key);
    guest_chacha20_block(words, 1, nonce, block);
    CHECK(memcmp(block, expected, sizeof block) == 0);
}

// How the numbers are cut into requests does not change them; another seed does, from the very next byte.
static void numbers_follow_from_the_seed(void)
{
    uint8_t whole[500], pieces[500], other[500];
    machine_begin(4096, 4096);
    memset(machine.boot.seed, 0x11, 32);
    machine.boot.seed_generation = 100;
    guest_random_bytes(whole, sizeof whole);

    machine.boot.seed_generation = 101;
    for (size_t i = 0; i < sizeof pieces;) {
        size_t length = 1 + chance(40);
        if (length > sizeof pieces - i)
            length = sizeof pieces - i;
        guest_random_bytes(pieces + i, length);
        i += length;
    }
    CHECK(memcmp(whole, pieces, sizeof whole) == 0);

    guest_random_bytes(other, 5);
    memset(machine.boot.seed, 0x12, 32);
    machine.boot.seed_generation = 102;
    guest_random_bytes(other, sizeof other);
    CHECK(memcmp(whole, other, 8) != 0);
    CHECK(guest_random_u64() != guest_random_u64());
    machine_end();
}

void random_tests(void)
{
    the_block_function_is_chacha20();
    numbers_follow_from_the_seed();
}
