// The numbers that guest and host agree on: docs/guest-abi.md, version 1.
#ifndef SANDBOX_ABI_H
#define SANDBOX_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_ABI_VERSION 1u
#define GUEST_BOOT_MAGIC UINT64_C(0x3152544341584253) // the bytes "SBXACTR1"
#define GUEST_MAXIMUM_PARAMETERS 64

// Ports, each written with one 4-byte `out` of a message's offset in the output buffer.
#define GUEST_PORT_SPAN 0xDE
#define GUEST_PORT_ANSWER 0xDF
#define GUEST_PORT_READY 0xE0
#define GUEST_PORT_HOST_CALL 0xE1
#define GUEST_PORT_LOG 0xE2
#define GUEST_PORT_ABORT 0xE3
#define GUEST_PORT_PANIC 0xE4

// The host function that takes the items of a stream: the item in, whether to go on out. No host program has one of its own by that name.
#define GUEST_YIELD_FUNCTION "sandbox.yield"

// What the first `out` to the ready port carries from a guest that can be given batches: the bytes "BAT1".
#define GUEST_TAKES_BATCHES UINT32_C(0x31544142)

// In place of a call's length at the start of the input buffer: a batch of as many calls as the bits below say stands in the buffer of calls.
#define GUEST_BATCH_MARK UINT32_C(0x80000000)

// Bytes that the mark takes: host results stand behind.
#define GUEST_BATCH_MARK_SIZE 16

// Bytes at the start of the buffer of answers. The first four are how many there are; the rest is zero.
#define GUEST_ANSWERS_HEADER 16

// In a message's place: it stands in the buffer of answers, not in the output buffer.
#define GUEST_IN_ANSWERS UINT32_C(0x80000000)

// Where in the buffer of answers, when there is no batch, 64 bits say which call was answered without an exit: its number, and above it the
// answer's place. A short answer stands right behind, so that the host finds both in as few cache lines as can be.
#define GUEST_ANSWERED_OFFSET 64
#define GUEST_NEAR_ANSWER_OFFSET 72
#define GUEST_NEAR_ANSWER_SIZE 120

// Calls, and answers, begin at multiples of it.
#define GUEST_BATCH_ALIGNMENT 16

// Types of parameters and results. The names after `GuestType` are those that GUEST_FUNCTION takes.
typedef enum GuestType {
    GuestTypeVoid = 0, // a result only
    GuestTypeI32 = 1,
    GuestTypeU32 = 2,
    GuestTypeI64 = 3,
    GuestTypeU64 = 4,
    GuestTypeF32 = 5,
    GuestTypeF64 = 6,
    GuestTypeBool = 7,
    GuestTypeString = 8,
    GuestTypeBytes = 9,
} GuestType;

// Error codes that have a meaning to the host. A function may return any other number as well.
typedef enum GuestErrorCode {
    GUEST_ERROR_NONE = 0,
    GUEST_ERROR_UNSUPPORTED_PARAMETER_TYPE = 2,
    GUEST_ERROR_FUNCTION_NAME_MISSING = 3,
    GUEST_ERROR_FUNCTION_NOT_FOUND = 4,
    GUEST_ERROR_WRONG_PARAMETER_COUNT = 5,
    GUEST_ERROR_OUT = 7,
    GUEST_ERROR_UNKNOWN = 8,
    GUEST_ERROR_STACK_COOKIE = 10,
    GUEST_ERROR_TOO_MANY_FUNCTIONS = 11,
    GUEST_ERROR_ALLOCATOR = 12,
    GUEST_ERROR_MALLOC_FAILED = 13,
    GUEST_ERROR_TYPE_MISMATCH = 14,
    GUEST_ERROR_GUEST = 15,
    GUEST_ERROR_ARRAY_LENGTH_MISSING = 16,
    GUEST_ERROR_HOST_FUNCTION = 17,
} GuestErrorCode;

// Memory that the host has given the guest.
typedef struct GuestMemory {
    uint64_t address;
    uint64_t size; // bytes
} GuestMemory;

// What the host tells a guest. The host alone writes it, and writes the seed anew at every restore and fork.
typedef struct GuestBootInformation {
    uint64_t magic;
    uint32_t version;
    uint32_t size; // bytes of this structure
    GuestMemory input;
    GuestMemory output;
    GuestMemory heap;
    GuestMemory stack;
    uint32_t log_level; // the lowest that the host wants; 6 is none
    uint32_t reserved;
    uint64_t timestamp_kilohertz; // 0: unknown
    uint64_t seed_generation;
    uint8_t seed[32];
    GuestMemory calls;   // of a batch; the host alone writes it
    GuestMemory answers; // to them; the guest's
    uint64_t poll_counts; // of the time stamp counter: how long to look for the next call; 0: not at all. The host changes it at any time
    uint32_t call_number; // the host changes it when there is a call for a guest that looks for one
    uint32_t is_traced; // not 0 while somebody listens to spans of the call in hand; the host changes it between calls
} GuestBootInformation;

// Hosts that know no batches tell nothing behind the seed, and those that know no calls without an exit nothing behind the buffer of answers.
#define GUEST_BOOT_SIZE_WITHOUT_BATCHES 136
#define GUEST_BOOT_SIZE_WITHOUT_POLLING 168

_Static_assert(sizeof(GuestBootInformation) == 184, "docs/guest-abi.md");
_Static_assert(offsetof(GuestBootInformation, calls) == GUEST_BOOT_SIZE_WITHOUT_BATCHES, "docs/guest-abi.md");
_Static_assert(offsetof(GuestBootInformation, poll_counts) == GUEST_BOOT_SIZE_WITHOUT_POLLING, "docs/guest-abi.md");
_Static_assert(offsetof(GuestBootInformation, is_traced) == 180, "docs/guest-abi.md");
_Static_assert(offsetof(GuestBootInformation, input) == 16, "docs/guest-abi.md");
_Static_assert(offsetof(GuestBootInformation, log_level) == 80, "docs/guest-abi.md");
_Static_assert(offsetof(GuestBootInformation, seed) == 104, "docs/guest-abi.md");

// Set before any code of the guest's author runs.
extern const volatile GuestBootInformation *guest_boot;

#endif
