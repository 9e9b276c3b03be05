// Memory functions. Short lengths by overlapping moves, which read everything before they write anything; middle ones by 16-byte moves;
// long ones by the string instructions, which processors of the last decade run at full memory speed.
#include "machine.h"

#include <sandbox/memory.h>

typedef uint16_t Unaligned16 __attribute__((may_alias, aligned(1)));
typedef uint32_t Unaligned32 __attribute__((may_alias, aligned(1)));
typedef uint64_t Unaligned64 __attribute__((may_alias, aligned(1)));
typedef uint8_t Vector __attribute__((vector_size(16)));
typedef Vector UnalignedVector __attribute__((may_alias, aligned(1)));

#define LONG_LENGTH 768

// Up to 16 bytes, which may overlap.
static void move_short(uint8_t *destination, const uint8_t *source, size_t length)
{
    if (length >= 8) {
        uint64_t head = *(const Unaligned64 *)source;
        uint64_t tail = *(const Unaligned64 *)(source + length - 8);
        *(Unaligned64 *)destination = head;
        *(Unaligned64 *)(destination + length - 8) = tail;
    } else if (length >= 4) {
        uint32_t head = *(const Unaligned32 *)source;
        uint32_t tail = *(const Unaligned32 *)(source + length - 4);
        *(Unaligned32 *)destination = head;
        *(Unaligned32 *)(destination + length - 4) = tail;
    } else if (length >= 2) {
        uint16_t head = *(const Unaligned16 *)source;
        uint16_t tail = *(const Unaligned16 *)(source + length - 2);
        *(Unaligned16 *)destination = head;
        *(Unaligned16 *)(destination + length - 2) = tail;
    } else if (length == 1) {
        *destination = *source;
    }
}

// More than 16 bytes, to an address that is not inside [source, source + length).
static void move_forward(uint8_t *destination, const uint8_t *source, size_t length)
{
    if (length >= LONG_LENGTH) {
        __asm__ volatile("rep movsb" : "+D"(destination), "+S"(source), "+c"(length) : : "memory");
        return;
    }
    Vector tail = *(const UnalignedVector *)(source + length - 16);
    for (size_t i = 0; i < length - 16; i += 16) {
        *(UnalignedVector *)(destination + i) = *(const UnalignedVector *)(source + i);
        GUEST_NOT_AN_IDIOM();
    }
    *(UnalignedVector *)(destination + length - 16) = tail;
}

// More than 16 bytes, to an address behind the source's.
static void move_backward(uint8_t *destination, const uint8_t *source, size_t length)
{
    Vector head = *(const UnalignedVector *)source;
    for (size_t i = length; i > 16; i -= 16) {
        *(UnalignedVector *)(destination + i - 16) = *(const UnalignedVector *)(source + i - 16);
        GUEST_NOT_AN_IDIOM();
    }
    *(UnalignedVector *)destination = head;
}

void *(memcpy)(void *restrict destination, const void *restrict source, size_t length)
{
    if (length <= 16)
        move_short(destination, source, length);
    else
        move_forward(destination, source, length);
    return destination;
}

void *(memmove)(void *destination, const void *source, size_t length)
{
    // Behind the source and inside it: the difference, without sign, is less than the length.
    if (length <= 16)
        move_short(destination, source, length);
    else if ((uintptr_t)destination - (uintptr_t)source < length)
        move_backward(destination, source, length);
    else
        move_forward(destination, source, length);
    return destination;
}

void *(memset)(void *destination, int value, size_t length)
{
    uint8_t *bytes = destination;
    if (length >= LONG_LENGTH) {
        __asm__ volatile("rep stosb" : "+D"(bytes), "+c"(length) : "a"(value) : "memory");
    } else if (length >= 16) {
        Vector filled = (Vector){0} + (uint8_t)value;
        for (size_t i = 0; i < length - 16; i += 16) {
            *(UnalignedVector *)(bytes + i) = filled;
            GUEST_NOT_AN_IDIOM();
        }
        *(UnalignedVector *)(bytes + length - 16) = filled;
    } else {
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (uint8_t)value;
            GUEST_NOT_AN_IDIOM();
        }
    }
    return destination;
}

int (memcmp)(const void *left, const void *right, size_t length)
{
    const uint8_t *a = left, *b = right;
    size_t i = 0;
    while (length - i >= 8 && *(const Unaligned64 *)(a + i) == *(const Unaligned64 *)(b + i))
        i += 8;
    for (; i < length; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

void *memchr(const void *memory, int value, size_t length)
{
    const uint8_t *bytes = memory;
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == (uint8_t)value)
            return (void *)(bytes + i);
    return NULL;
}
