// A test program of the SDK: its parts run on the developer's machine, and the tests play the host.
#ifndef SDK_TESTS_H
#define SDK_TESTS_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rename.h"
#include <sandbox/guest.h>

#include "batch.h"
#include "dispatch.h"
#include "heap.h"
#include "output.h"
#include "poll.h"
#include "registry.h"
#include "utf8.h"
#include "wire_reader.h"
#include "wire_writer.h"
#include "unrename.h"

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
__attribute__((noreturn)) void check_failed(const char *file, int line, const char *condition);

// A repeatable random number, below `limit`.
uint64_t chance(uint64_t limit);

void heap_tests(void);
void format_tests(void);
void string_tests(void);
void random_tests(void);
void wire_tests(void);
void call_tests(void);
void batch_tests(void);
void poll_tests(void);
void span_tests(void);

// The machine that the tests give to the guest. Each buffer is a block of its own, so that the sanitizer sees a step outside.
typedef struct Machine {
    GuestBootInformation boot;
    uint8_t *input;
    uint8_t *output;
    uint8_t *calls;
    uint8_t *answers;
} Machine;

#define MACHINE_CALLS_SIZE 8192
#define MACHINE_ANSWERS_SIZE 2048 // less, so that it is often full

extern Machine machine;
void machine_begin(size_t input_size, size_t output_size);
void machine_end(void);

// What plays the host for a host call: reads the call, writes the answer.
typedef void (*HostFunction)(const WireCall *call, WireWriter *answer);
extern HostFunction machine_host_function;

// The last log record's bytes, prefix included, and how many there were.
extern uint8_t machine_log[4096];
extern size_t machine_log_length, machine_log_count;

// Operations on spans, one a line: its name, its parameters.
extern char machine_spans[4096];

// What plays the host when an answer is offered on the answer port: given its offset.
typedef void (*AnswerTaker)(uint32_t offset);
extern AnswerTaker machine_answer_taker;

// The message at an offset of the output buffer, tested.
WireMessage machine_message(uint32_t offset);

// Runs what is expected to abort or panic; gives its message, and its code in *code. Fails the test if it returns.
const char *machine_last_words(void (*action)(void), int *code);

// Writes a call into the input buffer, serves it, and reads the answer.
WireResult machine_call(const char *name, GuestType result_type, const GuestValue *parameters, size_t parameter_count);

#endif
