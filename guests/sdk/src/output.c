#include "output.h"
#include "machine.h"

#include <sandbox/abi.h>

static size_t answer_end;

static uint8_t *buffer(void) { return (uint8_t *)guest_boot->output.address; }

// An offset is 32 bits wide, and so are the lengths inside a message; their top bit is spared because some readers take them as signed.
static size_t buffer_size(void) { return guest_boot->output.size < INT32_MAX ? guest_boot->output.size : INT32_MAX; }

void guest_output_clear(void) { answer_end = 0; }

void guest_output_begin_answer(WireWriter *writer)
{
    answer_end = 0;
    wire_begin(writer, buffer(), buffer_size());
}

void guest_output_keep_answer(const WireWriter *writer) { answer_end = writer->length; }

void guest_output_begin_message(WireWriter *writer)
{
    size_t size = buffer_size();
    size_t start = guest_round_up(answer_end, 16);
    if (start > size)
        start = size;
    wire_begin(writer, buffer() + start, size - start);
}

size_t guest_output_move(uint32_t offset, uint8_t *target, size_t room)
{
    uint32_t length;
    size_t size = guest_boot->output.size;
    if (offset > size - sizeof length)
        return 0;

    uint8_t *message = buffer() + offset;
    memcpy(&length, message, sizeof length);
    size -= offset;
    if (length > size - sizeof length || length + sizeof length > room)
        return 0;

    memcpy(target, message, length + sizeof length);
    memset(message, 0, length + sizeof length);
    return length + sizeof length;
}

uint32_t guest_output_offset(const WireWriter *writer) { return (uint32_t)(writer->start - buffer()); }
