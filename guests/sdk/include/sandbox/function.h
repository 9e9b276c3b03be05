// Functions that the host can call.
//
//     GUEST_FUNCTION(Add, I32, I32, I32) // name, result, parameters
//     {
//         return return_i32(arg_i32(0) + arg_i32(1));
//     }
//
// Types: I32 U32 I64 U64 F32 F64 Bool String Bytes, and Void for a function without result. Up to 64 parameters.
#ifndef SANDBOX_FUNCTION_H
#define SANDBOX_FUNCTION_H

#include <sandbox/map.h>
#include <sandbox/value.h>

// The answer of a function: where in the output buffer it stands. Only return_...() and guest_error...() make one.
typedef struct GuestResult {
    uint32_t offset;
} GuestResult;

typedef GuestResult (*GuestFunctionBody)(void);

typedef struct GuestFunction {
    const char *name;
    GuestFunctionBody body;
    const uint8_t *types; // GuestType of the result, then of each parameter
    size_t parameter_count;
} GuestFunction;

#define GUEST_TYPE_OF_(type) GuestType##type

#define GUEST_FUNCTION(name, ...) GUEST_FUNCTION_NAMED(#name, name, __VA_ARGS__)

// For a name that is no C identifier: GUEST_FUNCTION_NAMED("24K_in_8K_out", twenty_four_in_eight_out, Bytes, Bytes)
#define GUEST_FUNCTION_NAMED(text, symbol, ...)                                                                      \
    static GuestResult guest_function_##symbol(void);                                                                \
    static const uint8_t guest_types_##symbol[] = {GUEST_MAP(GUEST_TYPE_OF_, __VA_ARGS__)};                           \
    static const GuestFunction guest_descriptor_##symbol = {                                                         \
        (text), guest_function_##symbol, guest_types_##symbol, sizeof guest_types_##symbol - 1};                      \
    __attribute__((used, section("guest_functions"))) static const GuestFunction *const guest_listed_##symbol =      \
        &guest_descriptor_##symbol;                                                                                  \
    static GuestResult guest_function_##symbol(void)

// A block that runs once, before the first call: GUEST_INITIALIZE(tables) { ... }. It may call the host.
#define GUEST_INITIALIZE(symbol)                                                                                     \
    static void guest_initialize_##symbol(void);                                                                     \
    __attribute__((used, section("guest_initializers"))) static void (*const guest_listed_initialize_##symbol)(void) = \
        guest_initialize_##symbol;                                                                                   \
    static void guest_initialize_##symbol(void)

// Adds a function at run time. `function` and what it points to must live on. Panics if the descriptor is wrong or the name is taken.
// Returns 0, or GUEST_ERROR_TOO_MANY_FUNCTIONS: all functions together are at most GUEST_MAXIMUM_FUNCTIONS.
#define GUEST_MAXIMUM_FUNCTIONS 512
int guest_register_function(const GuestFunction *function);

// The parameters of the call being served, counted from 0. Asking for one that is not there, or for another type, panics.
// Text and bytes are in place in the input buffer, read-only, and stay until the function returns.
size_t arg_count(void);
const GuestValue *arg_value(size_t index);
int32_t arg_i32(size_t index);
uint32_t arg_u32(size_t index);
int64_t arg_i64(size_t index);
uint64_t arg_u64(size_t index);
float arg_f32(size_t index);
double arg_f64(size_t index);
bool arg_bool(size_t index);
const char *arg_string(size_t index); // ends with a zero byte
size_t arg_string_length(size_t index);
GuestString arg_text(size_t index); // both of these in one
GuestBytes arg_bytes(size_t index);

// The answer, encoded into the output buffer at once: what happens later (to the heap, say) does not change it. The last one counts.
// One that does not fit the output buffer, or is of another type than declared, becomes an error instead (15, 14).
// Text must be UTF-8; a host that gets anything else takes the guest for broken.
GuestResult return_void(void);
GuestResult return_i32(int32_t value);
GuestResult return_u32(uint32_t value);
GuestResult return_i64(int64_t value);
GuestResult return_u64(uint64_t value);
GuestResult return_f32(float value);
GuestResult return_f64(double value);
GuestResult return_bool(bool value);
GuestResult return_string(const char *text);
GuestResult return_string_n(const char *text, size_t length);
GuestResult return_bytes(const void *data, size_t length);
GuestResult return_value(GuestValue value);

// Bytes to be filled in place, which saves a copy: `uint8_t *data = reserve_result_bytes(n)`, fill them, `return return_reserved_bytes()`.
// NULL where they do not fit; return_reserved_bytes() then answers with that error. The bytes are not cleared.
uint8_t *reserve_result_bytes(size_t length);
GuestResult return_reserved_bytes(void);

// An error as the answer. The sandbox stays healthy. `code` 0 becomes 15; invalid UTF-8 in the message becomes question marks.
__attribute__((__format__(__printf__, 2, 3))) GuestResult guest_error(int code, const char *format, ...);

#endif
