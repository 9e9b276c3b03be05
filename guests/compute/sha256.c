// SHA-256 (FIPS 180-4) of a message made here: rotations, additions and bitwise operations, and little else.
#include <sandbox/guest.h>

#define BLOCK_SIZE 64
#define DIGEST_WORDS 8

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t value, int count)
{
    return value >> count | value << (32 - count);
}

static void compress(uint32_t digest[DIGEST_WORDS], const uint8_t block[BLOCK_SIZE])
{
    uint32_t schedule[64];
    for (int i = 0; i < 16; i++)
        schedule[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t early = schedule[i - 15], late = schedule[i - 2];
        uint32_t small0 = rotate_right(early, 7) ^ rotate_right(early, 18) ^ early >> 3;
        uint32_t small1 = rotate_right(late, 17) ^ rotate_right(late, 19) ^ late >> 10;
        schedule[i] = schedule[i - 16] + small0 + schedule[i - 7] + small1;
    }

    uint32_t a = digest[0], b = digest[1], c = digest[2], d = digest[3], e = digest[4], f = digest[5], g = digest[6], h = digest[7];
    for (int i = 0; i < 64; i++) {
        uint32_t big1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t first = h + big1 + ((e & f) ^ (~e & g)) + round_constants[i] + schedule[i];
        uint32_t big0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t second = big0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
    }

    digest[0] += a, digest[1] += b, digest[2] += c, digest[3] += d, digest[4] += e, digest[5] += f, digest[6] += g, digest[7] += h;
}

// Parameter: how many blocks of 64 bytes the message has, all the same: byte number i of each is i * 7 modulo 256. Result: the digest.
GUEST_FUNCTION(Sha256, Bytes, I32)
{
    uint32_t digest[DIGEST_WORDS] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    uint8_t block[BLOCK_SIZE];
    for (int i = 0; i < BLOCK_SIZE; i++)
        block[i] = (uint8_t)(i * 7);
    int32_t blocks = arg_i32(0);
    for (int32_t i = 0; i < blocks; i++)
        compress(digest, block);

    uint8_t padding[BLOCK_SIZE] = { 0x80 };
    uint64_t bits = (uint64_t)blocks * BLOCK_SIZE * 8;
    for (int i = 0; i < 8; i++)
        padding[BLOCK_SIZE - 1 - i] = (uint8_t)(bits >> (8 * i));
    compress(digest, padding);

    uint8_t result[4 * DIGEST_WORDS];
    for (int i = 0; i < DIGEST_WORDS; i++)
        for (int j = 0; j < 4; j++)
            result[4 * i + j] = (uint8_t)(digest[i] >> (24 - 8 * j));
    return return_bytes(result, sizeof result);
}
