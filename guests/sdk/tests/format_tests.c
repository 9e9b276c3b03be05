// Formatted text, held against the C library of the machine.
#include "tests.h"

#include <float.h>
#include <math.h>

#define SIZE 5000

static char expected[SIZE], actual[SIZE];

// Random formats are not literals, which is what these tests are about.
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wformat-overflow"
#endif

#define FIRST(format, ...) format
#define SAME(...)                                                                                       \
    do {                                                                                                \
        int expected_length = snprintf(expected, SIZE, __VA_ARGS__);                                    \
        int actual_length = sdk_snprintf(actual, SIZE, __VA_ARGS__);                                    \
        if (expected_length != actual_length || strcmp(expected, actual) != 0)                          \
            fprintf(stderr, "%s: expected '%s' (%d), got '%s' (%d)\n", FIRST(__VA_ARGS__, 0), expected, expected_length, actual, actual_length); \
        CHECK(expected_length == actual_length && strcmp(expected, actual) == 0);                       \
    } while (0)

static void random_specification(char *format, const char *flags, const char *length, char conversion, int most_precision)
{
    char *end = format;
    *end++ = '[';
    *end++ = '%';
    for (const char *flag = flags; *flag != '\0'; flag++)
        if (chance(4) == 0)
            *end++ = *flag;
    if (chance(2) == 0)
        end += sprintf(end, "%d", (int)chance(40) + 1);
    if (chance(2) == 0)
        end += chance(8) == 0 ? sprintf(end, ".") : sprintf(end, ".%d", (int)chance((uint64_t)most_precision));
    sprintf(end, "%s%c]", length, conversion);
}

static uint64_t some_bits(void) { return (chance(1u << 31) << 40 ^ chance(UINT64_MAX)) >> chance(64); }

static void integers(void)
{
    static const char *lengths[] = {"", "hh", "h", "l", "ll", "z", "j", "t"};
    static const struct {
        char conversion;
        const char *flags; // others mean nothing with it
    } conversions[] = {{'d', "-+ 0"}, {'i', "-+ 0"}, {'u', "-0"}, {'x', "-#0"}, {'X', "-#0"}, {'o', "-#0"}};
    for (int i = 0; i < 60000; i++) {
        char format[64];
        size_t kind = chance(6), length = chance(8);
        random_specification(format, conversions[kind].flags, lengths[length], conversions[kind].conversion, 30);
        uint64_t value = chance(10) == 0 ? 0 : chance(10) == 0 ? (uint64_t)INT64_MIN : some_bits();
        if (length < 3)
            SAME(format, (int)value);
        else
            SAME(format, (long)value);
    }
}

static double some_double(void)
{
    static const double special[] = {0.0, -0.0, 1.0, 0.5, 1.5, 2.5, 0.125, 9.5, 99.5, 999999.5, 9999995.0, 1e15, 1e16, 1e22, 1e23, 1e308,
                                     DBL_MAX, DBL_MIN, DBL_EPSILON, 5e-324, 4.9e-300, 0.1, 0.2, 0.3, 123456789.0, 0.000123456, 0.0001, 0.00001};
    if (chance(5) == 0) {
        double value = special[chance(sizeof special / sizeof *special)];
        return chance(2) == 0 ? -value : value;
    }
    if (chance(3) == 0) // an odd number of halves of some digit: a tie
        return ldexp((double)(2 * chance(1 << 20) + 1), -(int)chance(30));
    if (chance(2) == 0)
        return ((double)chance(2000000) - 1000000) / 1000;
    union {
        uint64_t bits;
        double value;
    } random = {chance(UINT64_MAX) << 32 ^ chance(UINT64_MAX)};
    return isfinite(random.value) ? random.value : 1.0;
}

static void floating_point(void)
{
    for (int i = 0; i < 100000; i++) {
        char format[64];
        char conversion = "fFeEgG"[chance(6)];
        // glibc drops zeros that # should keep where g rounds up to the next power of ten ("%#g" of 999999.5), so that is no model.
        const char *flags = conversion == 'g' || conversion == 'G' ? "-+ 0" : "-+ #0";
        random_specification(format, flags, "", conversion, chance(20) == 0 ? 1200 : 25);
        double value = some_double();
        SAME(format, value);
    }
    SAME("%f %F %5.1e %-8g| %+f % f %08f", INFINITY, -INFINITY, INFINITY, -INFINITY, INFINITY, INFINITY, INFINITY);
    SAME("%f %G %08f", (double)NAN, (double)NAN, (double)NAN);
    SAME("%.1074f", 5e-324);
    SAME("%.17g %.0f %.0e", 0.1, 0.5, 2.5);
    SAME("%Lf", 1.25L);
    SAME("%#g %#.0g %#g %#G %#.3g", 1.0, 3.0, 0.00012, 1e10, 100.0);
    CHECK(sdk_snprintf(actual, SIZE, "%#g", 999999.5) == 11 && strcmp(actual, "1.00000e+06") == 0);
}

static void text(void)
{
    for (int i = 0; i < 5000; i++) {
        char format[64], value[64];
        size_t length = chance(sizeof value);
        memset(value, 'a' + (int)chance(26), length);
        value[length] = '\0';
        random_specification(format, "-", "", 's', 50);
        SAME(format, value);
        sprintf(format, "%%%s%dc", chance(2) == 0 ? "-" : "", (int)chance(10) + 1);
        int character = (int)chance(255) + 1;
        SAME(format, character);
    }
    SAME("%p %%%d%%", (void *)0x1234, 5);
    SAME("%*d|%-*d|%.*f|%*s|%.*s", 8, 5, 8, 5, 3, 3.14159, -9, "left", -1, "whole");
    SAME("plain");

    CHECK(sdk_snprintf(actual, SIZE, "%s", (char *)NULL) == 6 && strcmp(actual, "(null)") == 0);
    CHECK(sdk_snprintf(actual, SIZE, "%p", (void *)NULL) == 3 && strcmp(actual, "0x0") == 0);
    CHECK(sdk_snprintf(actual, SIZE, "%y %5!") == 6 && strcmp(actual, "%y %5!") == 0);
    CHECK(sdk_snprintf(actual, SIZE, "end %") == 5 && strcmp(actual, "end %") == 0);
}

// However small the room, the text is cut there, ended, and its whole length told.
static void cut_text(void)
{
    for (size_t size = 0; size < 40; size++) {
        char *exact = malloc(size);
        int length = sdk_snprintf(exact, size, "%d %s %8.3f", 12345, "abcdefg", 2.5);
        CHECK(length == 22);
        snprintf(expected, size == 0 ? 1 : size, "%d %s %8.3f", 12345, "abcdefg", 2.5);
        CHECK(size == 0 || strcmp(exact, expected) == 0);
        free(exact);
    }
    CHECK(sdk_snprintf(NULL, 0, "%100d", 1) == 100);
}

void format_tests(void)
{
    integers();
    floating_point();
    text();
    cut_text();
}
