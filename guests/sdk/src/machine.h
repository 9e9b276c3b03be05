// The one instruction by which a guest reaches its host, and what the compiler has to know of it.
#ifndef SDK_MACHINE_H
#define SDK_MACHINE_H

#include <sandbox/abi.h>

#ifdef GUEST_NATIVE_TEST
// The SDK's own tests run as a program of the developer's machine and play the host themselves.
void guest_native_out(uint16_t port, uint32_t value);
void guest_native_pause(void);
#define GUEST_OUT(port, value) guest_native_out((port), (value))
#define GUEST_PAUSE() guest_native_pause()
#define GUEST_STOP() __builtin_trap()
#else
// A macro and not a function: the port is part of the instruction, also in a build without optimization.
#define GUEST_OUT(port, value) __asm__ volatile("outl %0, %1" : : "a"((uint32_t)(value)), "N"(port) : "memory")
#define GUEST_PAUSE() __asm__ volatile("pause" : : : "memory")
#define GUEST_STOP()            \
    do {                        \
        __asm__ volatile("ud2"); \
    } while (1)
#endif

// A function that runs before the stack cookie is set must not check it afterwards.
#if defined(__has_attribute)
#if __has_attribute(no_stack_protector)
#define GUEST_NO_STACK_PROTECTOR __attribute__((no_stack_protector))
#endif
#endif
#ifndef GUEST_NO_STACK_PROTECTOR
#define GUEST_NO_STACK_PROTECTOR __attribute__((optimize("no-stack-protector")))
#endif

// Keeps the compiler from recognizing a loop as memcpy or memset, and calling those from inside of themselves.
#define GUEST_NOT_AN_IDIOM() __asm__ volatile("" : : : "memory")

// Everything that stands before it is written before anything that stands behind it: the compiler may not change that, and the processor does not.
#define GUEST_WRITES_IN_ORDER() __asm__ volatile("" : : : "memory")

// The same for what is read.
#define GUEST_READS_IN_ORDER() __asm__ volatile("" : : : "memory")

static inline size_t guest_round_up(size_t value, size_t alignment) { return (value + alignment - 1) & ~(alignment - 1); }

#endif
