// The output buffer: the answer of the function at its start, once there is one, and messages behind it.
#ifndef SDK_OUTPUT_H
#define SDK_OUTPUT_H

#include "wire_writer.h"

// Forgets the answer; a message may then start at offset 0.
void guest_output_clear(void);

// A writer for the answer, at offset 0, over whatever answer was there.
void guest_output_begin_answer(WireWriter *writer);

// Keeps the answer that the writer has made safe from messages.
void guest_output_keep_answer(const WireWriter *writer);

// A writer for a message behind the answer.
void guest_output_begin_message(WireWriter *writer);

// Moves a message from a place of the buffer to `target`. Its bytes; 0 if it is longer than `room` or not whole, and then it stays.
size_t guest_output_move(uint32_t offset, uint8_t *target, size_t room);

// What to write to a port for the writer's message.
uint32_t guest_output_offset(const WireWriter *writer);

#endif
