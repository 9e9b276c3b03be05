#include "utf8.h"

#include <stdbool.h>
#include <stdint.h>

// The bytes that a character beginning with this byte has; 0 if none begins so. The least and greatest second byte keep out overlong
// forms, surrogates, and what lies above U+10FFFF.
static size_t sequence(uint8_t first, uint8_t *least, uint8_t *greatest)
{
    *least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *greatest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
}

// The bytes of the character at the start of the text that are there: all of them, or if *whole is false, some. 0: no character.
static size_t measure(const uint8_t *text, size_t available, bool *whole)
{
    uint8_t least, greatest;
    size_t length = sequence(text[0], &least, &greatest);
    *whole = length <= available;
    for (size_t i = 1; i < length && i < available; i++) {
        if (text[i] < least || text[i] > greatest)
            return 0;
        least = 0x80;
        greatest = 0xBF;
    }
    return *whole ? length : available;
}

void guest_utf8_repair(char *text, size_t length)
{
    for (size_t position = 0; position < length;) {
        bool whole;
        size_t found = measure((const uint8_t *)text + position, length - position, &whole);
        if (found == 0 || !whole) {
            text[position] = '?';
            found = 1;
        }
        position += found;
    }
}

size_t guest_utf8_whole_length(const char *text, size_t length)
{
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        uint8_t byte = (uint8_t)text[length - back];
        if ((byte & 0xC0) == 0x80)
            continue;
        bool whole;
        size_t found = measure((const uint8_t *)text + length - back, back, &whole);
        return found != 0 && !whole ? length - back : length;
    }
    return length;
}
