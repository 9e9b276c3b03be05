// Memory and string functions, held against those of the machine.
#include "tests.h"

#include <ctype.h>
#include <limits.h>

int sdk_isalnum(int), sdk_isalpha(int), sdk_iscntrl(int), sdk_isdigit(int), sdk_isgraph(int), sdk_islower(int), sdk_isprint(int),
    sdk_ispunct(int), sdk_isspace(int), sdk_isupper(int), sdk_isxdigit(int), sdk_tolower(int), sdk_toupper(int);

static int sign(int value) { return (value > 0) - (value < 0); }

// Every length around the places where the copying changes its way, at every alignment, with guards on both sides.
static void copies(void)
{
    enum { Size = 2200 };
    static uint8_t source[Size], copy[Size], model[Size];
    for (size_t i = 0; i < Size; i++)
        source[i] = (uint8_t)chance(256);
    for (int i = 0; i < 60000; i++) {
        size_t length = chance(3) == 0 ? 700 + chance(200) : chance(3) == 0 ? chance(1500) : chance(70);
        size_t from = chance(64), to = chance(64);
        memset(copy, 0xEE, Size);
        memset(model, 0xEE, Size);
        CHECK(sdk_memcpy(copy + to, source + from, length) == copy + to);
        memcpy(model + to, source + from, length);
        CHECK(memcmp(copy, model, Size) == 0);

        // Overlapping, both ways.
        memcpy(copy, source, Size);
        memcpy(model, source, Size);
        CHECK(sdk_memmove(copy + to, copy + from, length) == copy + to);
        memmove(model + to, model + from, length);
        CHECK(memcmp(copy, model, Size) == 0);

        int value = (int)chance(256);
        CHECK(sdk_memset(copy + to, value + 256, length) == copy + to);
        memset(model + to, value, length);
        CHECK(memcmp(copy, model, Size) == 0);

        memcpy(copy, source, Size);
        if (chance(2) == 0)
            copy[chance(Size)] ^= (uint8_t)(1 + chance(255));
        CHECK(sign(sdk_memcmp(copy + from, source + from, length)) == sign(memcmp(copy + from, source + from, length)));
        CHECK(sdk_memchr(source + from, value, length) == memchr(source + from, value, length));
    }
}

static void random_text(char *text, size_t most)
{
    size_t length = chance(most);
    for (size_t i = 0; i < length; i++)
        text[i] = "abc\x80\xFF"[chance(5)];
    text[length] = '\0';
}

static void strings(void)
{
    for (int i = 0; i < 50000; i++) {
        char left[64], right[64], expected[256], actual[256];
        random_text(left, 30);
        random_text(right, 6);
        size_t limit = chance(20);
        int character = "abcd\x80"[chance(6)];
        CHECK(sdk_strlen(left) == strlen(left));
        CHECK(sdk_strnlen(left, limit) == strnlen(left, limit));
        CHECK(sign(sdk_strcmp(left, right)) == sign(strcmp(left, right)));
        CHECK(sign(sdk_strncmp(left, right, limit)) == sign(strncmp(left, right, limit)));
        CHECK(sdk_strchr(left, character) == strchr(left, character));
        CHECK(sdk_strrchr(left, character) == strrchr(left, character));
        CHECK(sdk_strstr(left, right) == strstr(left, right));
        CHECK(sdk_strspn(left, right) == strspn(left, right));
        CHECK(sdk_strcspn(left, right) == strcspn(left, right));

        memset(expected, 0x55, sizeof expected);
        memset(actual, 0x55, sizeof actual);
        strcpy(expected, left);
        strcat(expected, right);
        sdk_strcpy(actual, left);
        sdk_strcat(actual, right);
        CHECK(memcmp(expected, actual, sizeof actual) == 0);
        strncpy(expected + 100, left, limit);
        sdk_strncpy(actual + 100, left, limit);
        CHECK(memcmp(expected, actual, sizeof actual) == 0);
        strncat(expected, left, limit);
        sdk_strncat(actual, left, limit);
        CHECK(memcmp(expected, actual, sizeof actual) == 0);

        CHECK(sdk_strlcpy(actual, left, limit) == strlen(left));
        CHECK(limit == 0 || (strncmp(actual, left, limit - 1) == 0 && strlen(actual) < limit));
    }
    char joined[8] = "abcd";
    CHECK(sdk_strlcat(joined, "efgh", sizeof joined) == 8 && strcmp(joined, "abcdefg") == 0);
}

static void classes(void)
{
    // In the C locale, which a program starts in, nothing above 127 has a class.
    for (int c = -1; c < 256; c++) {
        CHECK(!sdk_isalnum(c) == !isalnum(c) && !sdk_isalpha(c) == !isalpha(c) && !sdk_iscntrl(c) == !iscntrl(c));
        CHECK(!sdk_isdigit(c) == !isdigit(c) && !sdk_isgraph(c) == !isgraph(c) && !sdk_islower(c) == !islower(c));
        CHECK(!sdk_isprint(c) == !isprint(c) && !sdk_ispunct(c) == !ispunct(c) && !sdk_isspace(c) == !isspace(c));
        CHECK(!sdk_isupper(c) == !isupper(c) && !sdk_isxdigit(c) == !isxdigit(c));
        CHECK(sdk_tolower(c) == tolower(c) && sdk_toupper(c) == toupper(c));
    }
}

static void numbers(void)
{
    static const char *cases[] = {"", "0", "-0", "+7", " \t42rest", "0x", "0x1F", "0xg", "0X7fffffffffffffff", "077", "08", "-", "+-1",
                                  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
                                  "18446744073709551615", "18446744073709551616", "-1", "zZ", "99999999999999999999999999 x", "- 1"};
    static const int bases[] = {0, 2, 8, 10, 16, 36};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t j = 0; j < sizeof bases / sizeof *bases; j++) {
            char *expected_end, *actual_end;
            CHECK(strtol(cases[i], &expected_end, bases[j]) == sdk_strtol(cases[i], &actual_end, bases[j]) && expected_end == actual_end);
            CHECK(strtoull(cases[i], &expected_end, bases[j]) == sdk_strtoull(cases[i], &actual_end, bases[j]) && expected_end == actual_end);
        }
    CHECK(sdk_atoi("-123x") == -123);
}

static void utf8(void)
{
    static const struct {
        const char *text, *repaired;
    } cases[] = {{"plain", "plain"},
                 {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
                 {"\x80z", "?z"},
                 {"\xC3(", "?("},
                 {"\xC0\xAF", "??"},
                 {"\xE0\x80\x80", "???"},
                 {"\xED\xA0\x80", "???"},
                 {"\xF4\x90\x80\x80", "????"},
                 {"\xFF\xFE", "??"},
                 {"a\xE2\x82", "a??"},
                 {"\xF0\x9F\x98", "???"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[16];
        strcpy(text, cases[i].text);
        guest_utf8_repair(text, strlen(text));
        CHECK(strcmp(text, cases[i].repaired) == 0);
    }

    // A text cut anywhere loses no whole character, and keeps no part of one.
    const char *text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z";
    static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
    for (size_t i = 0; i <= strlen(text); i++)
        CHECK(guest_utf8_whole_length(text, i) == whole[i]);
    CHECK(guest_utf8_whole_length("\x80\x80\x80\x80\x80", 5) == 5);
}

void string_tests(void)
{
    copies();
    strings();
    classes();
    numbers();
    utf8();
}
