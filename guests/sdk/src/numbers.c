// Character classes, and numbers in text.
#include <sandbox/text.h>

#include <limits.h>
#include <stdbool.h>

int isdigit(int character) { return character >= '0' && character <= '9'; }
int islower(int character) { return character >= 'a' && character <= 'z'; }
int isupper(int character) { return character >= 'A' && character <= 'Z'; }
int isalpha(int character) { return islower(character) || isupper(character); }
int isalnum(int character) { return isalpha(character) || isdigit(character); }
int iscntrl(int character) { return (character >= 0 && character < 0x20) || character == 0x7F; }
int isgraph(int character) { return character > 0x20 && character < 0x7F; }
int isprint(int character) { return character >= 0x20 && character < 0x7F; }
int ispunct(int character) { return isgraph(character) && !isalnum(character); }
int isspace(int character) { return character == ' ' || (character >= '\t' && character <= '\r'); }
int isxdigit(int character) { return isdigit(character) || ((character | 0x20) >= 'a' && (character | 0x20) <= 'f'); }
int tolower(int character) { return isupper(character) ? character + ('a' - 'A') : character; }
int toupper(int character) { return islower(character) ? character - ('a' - 'A') : character; }

// The digit's value, or a value that no base has.
static int digit_value(char character)
{
    if (isdigit((unsigned char)character))
        return character - '0';
    return isalpha((unsigned char)character) ? tolower((unsigned char)character) - 'a' + 10 : INT_MAX;
}

// The number's magnitude, ULLONG_MAX if it is larger (*overflowed tells the two apart).
static unsigned long long parse(const char *text, char **end, int base, bool *negative, bool *overflowed)
{
    const char *start = text;
    unsigned long long value = 0;
    *overflowed = false;
    while (isspace((unsigned char)*text))
        text++;
    *negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;

    bool hexadecimal = text[0] == '0' && (text[1] | 0x20) == 'x' && digit_value(text[2]) < 16;
    if ((base == 0 || base == 16) && hexadecimal) {
        base = 16;
        text += 2;
    } else if (base == 0) {
        base = *text == '0' ? 8 : 10;
    }

    const char *digits = text;
    for (; digit_value(*text) < base; text++) {
        unsigned digit = (unsigned)digit_value(*text);
        if (value > (ULLONG_MAX - digit) / (unsigned)base)
            *overflowed = true;
        else
            value = value * (unsigned)base + digit;
    }
    if (end != NULL)
        *end = (char *)(text == digits ? start : text);
    return *overflowed ? ULLONG_MAX : value;
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base)
{
    bool negative, overflowed;
    unsigned long long value = parse(text, end, base, &negative, &overflowed);
    return negative && !overflowed ? -value : value;
}

long long strtoll(const char *restrict text, char **restrict end, int base)
{
    bool negative, overflowed;
    unsigned long long value = parse(text, end, base, &negative, &overflowed);
    unsigned long long limit = (unsigned long long)LLONG_MAX + negative;
    if (value > limit)
        value = limit;
    return (long long)(negative ? -value : value);
}

// long has 64 bits on this machine.
long strtol(const char *restrict text, char **restrict end, int base) { return strtoll(text, end, base); }
unsigned long strtoul(const char *restrict text, char **restrict end, int base) { return strtoull(text, end, base); }
int atoi(const char *text) { return (int)strtoll(text, NULL, 10); }
