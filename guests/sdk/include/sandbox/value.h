// Values that pass between guest and host.
#ifndef SANDBOX_VALUE_H
#define SANDBOX_VALUE_H

#include <sandbox/abi.h>
#include <sandbox/map.h>
#include <sandbox/memory.h>

// UTF-8 text. Text from the host ends with a zero byte behind its length, and may contain zero bytes.
typedef struct GuestString {
    const char *text;
    size_t length; // bytes, without the ending zero byte
} GuestString;

typedef struct GuestBytes {
    const uint8_t *data;
    size_t length;
} GuestBytes;

typedef struct GuestValue {
    GuestType type;
    union {
        int32_t i32;
        uint32_t u32;
        int64_t i64;
        uint64_t u64;
        float f32;
        double f64;
        bool boolean;
        GuestString string;
        GuestBytes bytes;
    };
} GuestValue;

static inline GuestValue guest_value_i32(int32_t value) { return (GuestValue){.type = GuestTypeI32, .i32 = value}; }
static inline GuestValue guest_value_u32(uint32_t value) { return (GuestValue){.type = GuestTypeU32, .u32 = value}; }
static inline GuestValue guest_value_i64(int64_t value) { return (GuestValue){.type = GuestTypeI64, .i64 = value}; }
static inline GuestValue guest_value_u64(uint64_t value) { return (GuestValue){.type = GuestTypeU64, .u64 = value}; }
static inline GuestValue guest_value_f32(float value) { return (GuestValue){.type = GuestTypeF32, .f32 = value}; }
static inline GuestValue guest_value_f64(double value) { return (GuestValue){.type = GuestTypeF64, .f64 = value}; }
static inline GuestValue guest_value_bool(bool value) { return (GuestValue){.type = GuestTypeBool, .boolean = value}; }
static inline GuestValue guest_value_string(GuestString value) { return (GuestValue){.type = GuestTypeString, .string = value}; }
static inline GuestValue guest_value_bytes(GuestBytes value) { return (GuestValue){.type = GuestTypeBytes, .bytes = value}; }
static inline GuestValue guest_value_same(GuestValue value) { return value; }

static inline GuestValue guest_value_text(const char *text)
{
    return guest_value_string((GuestString){text, text == NULL ? 0 : strlen(text)});
}

// The value of an expression of any of the types above; any other type (char, short, pointers) does not compile and wants a cast.
// In C17 `true` and `false` are of type int: write (bool)true.
#define GUEST_VALUE(expression)            \
    _Generic((expression),                 \
        bool: guest_value_bool,            \
        int: guest_value_i32,              \
        unsigned int: guest_value_u32,     \
        long: guest_value_i64,             \
        unsigned long: guest_value_u64,    \
        long long: guest_value_i64,        \
        unsigned long long: guest_value_u64, \
        float: guest_value_f32,            \
        double: guest_value_f64,           \
        char *: guest_value_text,          \
        const char *: guest_value_text,    \
        GuestString: guest_value_string,   \
        GuestBytes: guest_value_bytes,     \
        GuestValue: guest_value_same)(expression)

// "I32", "String" and so on; "unknown" for a number that is no type.
const char *guest_type_name(GuestType type);

#endif
