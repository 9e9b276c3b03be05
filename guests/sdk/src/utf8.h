// Text that goes to the host must be UTF-8, and formatted text is made of whatever the author passed in.
#ifndef SDK_UTF8_H
#define SDK_UTF8_H

#include <stddef.h>

// Replaces every byte that is part of no character by a question mark.
void guest_utf8_repair(char *text, size_t length);

// The length without the beginning of a character that may go on behind the end, at most 3 bytes less.
size_t guest_utf8_whole_length(const char *text, size_t length);

#endif
