// Spans, with the tests as the host that listens or does not.
#include "tests.h"

static GuestSpan operate(const char *name, const char *key, const char *text)
{
    machine_spans[0] = 0;
    GuestSpan span = guest_span_begin(name);
    GUEST_SPAN_SET(span, key, text);
    GUEST_SPAN_SET(span, "n", 7u);
    guest_span_end(span);
    return span;
}

static bool is_noted(GuestSpan span, const char *name, const char *key, const char *text)
{
    static char expected[4096];
    snprintf(expected, sizeof expected, "begin U32:%x %s\nset U32:%x %s %s\nset U32:%x n U32:7\nend U32:%x\n", span, name, span, key, text, span, span);
    return strcmp(machine_spans, expected) == 0;
}

static const char *never(void)
{
    check_failed(__FILE__, __LINE__, "evaluated while nobody listens");
    return "";
}

static void nobody_listens(void)
{
    CHECK(operate("name", "key", "text") == 0 && machine_spans[0] == 0);
    GUEST_SPAN_SET(1, "key", never());
    guest_span_end(1);
    guest_span_set(1, "key", guest_value_i32(1));
    CHECK(machine_spans[0] == 0);

    // A host that knows nothing of spans, whatever stands behind what it told.
    machine.boot.is_traced = 1;
    machine.boot.size = GUEST_BOOT_SIZE_WITHOUT_POLLING;
    CHECK(operate("name", "key", "text") == 0 && machine_spans[0] == 0);
    machine.boot.size = sizeof machine.boot;
}

void span_tests(void)
{
    static char large[3000], cut[1100];
    machine_begin(4096, 4096);
    nobody_listens();

    GuestSpan first = operate("name", "key", "text");
    CHECK(first != 0 && is_noted(first, "name", "key", "text"));
    GuestSpan second = operate("", "", "");
    CHECK(second != 0 && second != first && is_noted(second, "", "", ""));

    // What no host would take, from an author who did not look.
    CHECK(is_noted(operate("br\xC3(ken", "\xFF", "\x80"), "br?(ken", "?", "?"));
    memset(large, 'x', sizeof large - 1);
    memset(cut, 'x', 1024);
    CHECK(is_noted(operate("name", "key", large), "name", "key", cut));
    memcpy(large + 1023, "\xC3\xA4", 2);
    cut[1023] = 0;
    CHECK(is_noted(operate("name", "key", large), "name", "key", cut));

    // A span is opened once, and set once.
    machine_spans[0] = 0;
    GUEST_SPAN_SET(guest_span_begin("once"), "key", 1);
    CHECK(strstr(strstr(machine_spans, "begin") + 1, "begin") == NULL && strstr(machine_spans, "key I32:1") != NULL);

    // None is no span, and bytes are no attribute.
    machine_spans[0] = 0;
    guest_span_end(0);
    GUEST_SPAN_SET(0, "key", never());
    guest_span_set(first, "key", guest_value_bytes((GuestBytes){(const uint8_t *)large, 4}));
    CHECK(guest_span_begin(NULL) != 0 && strstr(machine_spans, "set") == NULL && strstr(machine_spans, "end") == NULL);
    machine_end();

    // Without room for a message there is none.
    machine_begin(4096, 40);
    machine.boot.is_traced = 1;
    CHECK(operate("a name that is too long for the buffer", "key", "text") != 0);
    CHECK(strstr(machine_spans, "begin") == NULL);
    machine_end();
}
