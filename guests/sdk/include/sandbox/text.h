// Characters, numbers in text, and formatted text.
#ifndef SANDBOX_TEXT_H
#define SANDBOX_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

// Character classes of ASCII; no locale.
int isalnum(int character);
int isalpha(int character);
int iscntrl(int character);
int isdigit(int character);
int isgraph(int character);
int islower(int character);
int isprint(int character);
int ispunct(int character);
int isspace(int character);
int isupper(int character);
int isxdigit(int character);
int tolower(int character);
int toupper(int character);

// Numbers in text. Out of range gives the nearest number, as in C; there is no errno.
long strtol(const char *restrict text, char **restrict end, int base);
unsigned long strtoul(const char *restrict text, char **restrict end, int base);
long long strtoll(const char *restrict text, char **restrict end, int base);
unsigned long long strtoull(const char *restrict text, char **restrict end, int base);
int atoi(const char *text);

// Conversions d i u x X o c s p f F e E g G %; width, precision (also *), flags - + space # 0; lengths hh h l ll z j t, and L (a long double
// is taken and printed as a double). f, e and g are correctly rounded (to nearest, ties to even) at any precision. No n, a, wide characters.
__attribute__((__format__(__printf__, 3, 4))) int snprintf(char *restrict text, size_t size, const char *restrict format, ...);
__attribute__((__format__(__printf__, 3, 0))) int vsnprintf(char *restrict text, size_t size, const char *restrict format, va_list arguments);

#endif
