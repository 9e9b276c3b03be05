// Writes size-prefixed FlatBuffers straight into a buffer, from front to back and without a heap. The schemas are those of
// src/SandboxActors.Wire/schema. FlatBuffers fixes neither the order nor the packing of tables: a reference points forward to its
// table, and a table names its vtable, which may stand anywhere and serve many tables. Offsets and alignment count from the prefix.
#ifndef SDK_WIRE_WRITER_H
#define SDK_WIRE_WRITER_H

#include <sandbox/value.h>

// Tables of one shape share a vtable.
typedef enum WireShape {
    WireShapeEmpty,    // VoidValue
    WireShapeWord,     // one field of up to 4 bytes: number, truth value, or reference
    WireShapeQuad,     // one field of 8 bytes
    WireShapeUnion,    // Parameter, FunctionReturn, FunctionResult
    WireShapeError,    // FunctionError
    WireShapeCall,     // FunctionCall
    WireShapeLog,      // LogRecord
    WireShapeCount,
} WireShape;

typedef struct WireWriter {
    uint8_t *start;
    size_t capacity;
    size_t length;
    bool overflowed; // the message did not fit; everything written afterwards was dropped
    uint32_t vtables[WireShapeCount]; // where each was written; 0: not yet
} WireWriter;

void wire_begin(WireWriter *writer, uint8_t *start, size_t capacity);

// Writes the length prefix. False if the message did not fit.
bool wire_finish(WireWriter *writer);

void wire_write_call(WireWriter *writer, GuestString name, GuestType result_type, const GuestValue *parameters, size_t parameter_count);
void wire_write_return(WireWriter *writer, const GuestValue *value);

// Everything of a result with `length` bytes but the bytes; NULL where it does not fit.
uint8_t *wire_write_return_of_bytes(WireWriter *writer, size_t length);

// These leave a text open, the message's last part: format up to wire_open_text_room() bytes of it to wire_open_text(), then close it.
void wire_begin_error(WireWriter *writer, int32_t code);
void wire_begin_log(WireWriter *writer, uint8_t level, const char *source, const char *function, const char *file, uint32_t line);
void wire_begin_print(WireWriter *writer, GuestString name); // a call of name(String) -> I32
char *wire_open_text(const WireWriter *writer);
size_t wire_open_text_room(const WireWriter *writer);
void wire_close_text(WireWriter *writer, size_t length);

#endif
