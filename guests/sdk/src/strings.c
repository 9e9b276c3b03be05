#include "machine.h"

#include <sandbox/heap.h>
#include <sandbox/memory.h>

size_t (strlen)(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
        GUEST_NOT_AN_IDIOM();
    }
    return length;
}

size_t strnlen(const char *text, size_t limit)
{
    const char *end = memchr(text, '\0', limit);
    return end == NULL ? limit : (size_t)(end - text);
}

int strcmp(const char *left, const char *right) { return strncmp(left, right, SIZE_MAX); }

int strncmp(const char *left, const char *right, size_t limit)
{
    for (size_t i = 0; i < limit; i++) {
        unsigned char a = (unsigned char)left[i], b = (unsigned char)right[i];
        if (a != b)
            return a < b ? -1 : 1;
        if (a == '\0')
            break;
    }
    return 0;
}

char *strcpy(char *restrict destination, const char *restrict source) { return memcpy(destination, source, strlen(source) + 1); }

char *strncpy(char *restrict destination, const char *restrict source, size_t length)
{
    size_t copied = strnlen(source, length);
    memcpy(destination, source, copied);
    memset(destination + copied, 0, length - copied);
    return destination;
}

char *strcat(char *restrict destination, const char *restrict source)
{
    strcpy(destination + strlen(destination), source);
    return destination;
}

char *strncat(char *restrict destination, const char *restrict source, size_t length)
{
    char *end = destination + strlen(destination);
    size_t copied = strnlen(source, length);
    memcpy(end, source, copied);
    end[copied] = '\0';
    return destination;
}

size_t strlcpy(char *restrict destination, const char *restrict source, size_t size)
{
    size_t length = strlen(source);
    if (size != 0) {
        size_t copied = length < size ? length : size - 1;
        memcpy(destination, source, copied);
        destination[copied] = '\0';
    }
    return length;
}

size_t strlcat(char *restrict destination, const char *restrict source, size_t size)
{
    size_t start = strnlen(destination, size);
    return start + strlcpy(destination + start, source, size - start);
}

char *strchr(const char *text, int character)
{
    for (;; text++) {
        if (*text == (char)character)
            return (char *)text;
        if (*text == '\0')
            return NULL;
    }
}

char *strrchr(const char *text, int character)
{
    const char *found = NULL;
    for (;; text++) {
        if (*text == (char)character)
            found = text;
        if (*text == '\0')
            return (char *)found;
    }
}

char *strstr(const char *text, const char *part)
{
    size_t length = strlen(part);
    if (length == 0)
        return (char *)text;
    while ((text = strchr(text, part[0])) != NULL) {
        if (strncmp(text, part, length) == 0)
            return (char *)text;
        text++;
    }
    return NULL;
}

size_t strspn(const char *text, const char *accepted)
{
    size_t length = 0;
    while (text[length] != '\0' && strchr(accepted, text[length]) != NULL)
        length++;
    return length;
}

size_t strcspn(const char *text, const char *rejected)
{
    size_t length = 0;
    while (strchr(rejected, text[length]) == NULL)
        length++;
    return length;
}

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}
