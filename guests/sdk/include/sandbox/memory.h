// Memory and strings, as C knows them.
#ifndef SANDBOX_MEMORY_H
#define SANDBOX_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t length);
void *memmove(void *destination, const void *source, size_t length);
void *memset(void *destination, int value, size_t length);
int memcmp(const void *left, const void *right, size_t length);
void *memchr(const void *memory, int value, size_t length);

size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t limit);
char *strcpy(char *restrict destination, const char *restrict source);
char *strncpy(char *restrict destination, const char *restrict source, size_t length);
char *strcat(char *restrict destination, const char *restrict source);
char *strncat(char *restrict destination, const char *restrict source, size_t length);
char *strchr(const char *text, int character);
char *strrchr(const char *text, int character);
char *strstr(const char *text, const char *part);
size_t strspn(const char *text, const char *accepted);
size_t strcspn(const char *text, const char *rejected);
char *strdup(const char *text); // on the heap; NULL when exhausted

// As in BSD: always ends with a zero byte (if size > 0), and returns the length it would have liked to write.
size_t strlcpy(char *restrict destination, const char *restrict source, size_t size);
size_t strlcat(char *restrict destination, const char *restrict source, size_t size);

// Without an operating system the compiler takes these for functions like any other. Told what they are, it moves a few bytes itself.
#ifndef GUEST_NATIVE_TEST
#define memcpy(destination, source, length) __builtin_memcpy((destination), (source), (length))
#define memmove(destination, source, length) __builtin_memmove((destination), (source), (length))
#define memset(destination, value, length) __builtin_memset((destination), (value), (length))
#define memcmp(left, right, length) __builtin_memcmp((left), (right), (length))
#define strlen(text) __builtin_strlen(text)
#endif

#endif
