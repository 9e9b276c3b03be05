#include "wire_writer.h"
#include "machine.h"

// Union tags: Value's are the numbers of GuestType, but for a void result.
enum { TagVoidValue = 10, TagFunctionReturn = 1, TagFunctionError = 2 };

// Where the fields of each shape stand in the table, which begins with the 4-byte reference to its vtable.
enum { ValueField = 4 };
enum { UnionReference = 4, UnionTag = 8 };
enum { ErrorCode = 4, ErrorMessage = 8 };
enum { CallName = 4, CallParameters = 8, CallResultType = 12 };
enum { LogMessage = 4, LogSource = 8, LogFunction = 12, LogFile = 16, LogLine = 20, LogLevel = 24 };

typedef struct ShapeLayout {
    uint16_t vtable[8]; // bytes of the vtable, bytes of the table, then each field's place in the table, in the schema's order
    uint8_t phase;      // the table's address modulo 8, or 0xFF for any multiple of 4
} ShapeLayout;

static const ShapeLayout layouts[WireShapeCount] = {
    [WireShapeEmpty] = {{4, 4}, 0xFF},
    [WireShapeWord] = {{6, 8, ValueField}, 0xFF},
    [WireShapeQuad] = {{6, 12, ValueField}, 4}, // so that the field's address is a multiple of 8
    [WireShapeUnion] = {{8, 12, UnionTag, UnionReference}, 0xFF},
    [WireShapeError] = {{8, 12, ErrorCode, ErrorMessage}, 0xFF},
    [WireShapeCall] = {{10, 16, CallName, CallResultType, CallParameters}, 0xFF},
    [WireShapeLog] = {{16, 28, LogLevel, LogMessage, LogSource, LogFunction, LogFile, LogLine}, 0xFF},
};

// Room for `size` bytes at the end; 0, which is the prefix's place and nobody else's, if there is none.
static size_t reserve(WireWriter *writer, size_t size)
{
    if (writer->overflowed || size > writer->capacity - writer->length) {
        writer->overflowed = true;
        return 0;
    }
    size_t position = writer->length;
    writer->length += size;
    return position;
}

static void store(WireWriter *writer, size_t position, const void *value, size_t size)
{
    if (!writer->overflowed)
        memcpy(writer->start + position, value, size);
}

static void store_u8(WireWriter *writer, size_t position, uint8_t value) { store(writer, position, &value, sizeof value); }
static void store_u32(WireWriter *writer, size_t position, uint32_t value) { store(writer, position, &value, sizeof value); }

static void pad_to(WireWriter *writer, size_t alignment, size_t phase)
{
    size_t padding = (phase - writer->length) & (alignment - 1);
    size_t position = reserve(writer, padding);
    if (position != 0)
        memset(writer->start + position, 0, padding);
}

// Makes the reference at `slot` point to the end of what has been written.
static void refer_to_end(WireWriter *writer, size_t slot) { store_u32(writer, slot, (uint32_t)(writer->length - slot)); }

// A zeroed table, with the vtable in front of it if it is the first of its shape.
static size_t add_table(WireWriter *writer, WireShape shape, size_t slot)
{
    const ShapeLayout *layout = &layouts[shape];
    if (writer->vtables[shape] == 0) {
        pad_to(writer, 2, 0);
        size_t vtable = reserve(writer, layout->vtable[0]);
        store(writer, vtable, layout->vtable, layout->vtable[0]);
        writer->vtables[shape] = (uint32_t)vtable;
    }

    if (layout->phase == 0xFF)
        pad_to(writer, 4, 0);
    else
        pad_to(writer, 8, layout->phase);

    refer_to_end(writer, slot);
    size_t table = reserve(writer, layout->vtable[1]);
    if (!writer->overflowed) {
        memset(writer->start + table, 0, layout->vtable[1]);
        store_u32(writer, table, (uint32_t)table - writer->vtables[shape]);
    }
    return table;
}

// A vector of bytes, or with a zero byte behind it, a string. NULL if it does not fit.
static uint8_t *add_byte_vector(WireWriter *writer, size_t slot, size_t length, bool terminated)
{
    // Tested here, since the length plus one could wrap around.
    if (length >= writer->capacity)
        writer->overflowed = true;

    pad_to(writer, 4, 0);
    refer_to_end(writer, slot);
    store_u32(writer, reserve(writer, 4), (uint32_t)length);
    size_t position = reserve(writer, length + terminated);
    if (writer->overflowed)
        return NULL;
    if (terminated)
        writer->start[position + length] = 0;
    return writer->start + position;
}

static void add_string(WireWriter *writer, size_t slot, const char *text, size_t length)
{
    uint8_t *copy = add_byte_vector(writer, slot, length, true);
    if (copy != NULL && length != 0)
        memcpy(copy, text, length);
}

// The value's table; its tag and reference go into the table that holds the union.
static void add_value(WireWriter *writer, size_t holder, const GuestValue *value)
{
    static const uint8_t widths[] = {[GuestTypeI32] = 4, [GuestTypeU32] = 4, [GuestTypeI64] = 8, [GuestTypeU64] = 8,
                                     [GuestTypeF32] = 4, [GuestTypeF64] = 8, [GuestTypeBool] = 1};
    size_t slot = holder + UnionReference;
    store_u8(writer, holder + UnionTag, value->type == GuestTypeVoid ? TagVoidValue : (uint8_t)value->type);

    switch (value->type) {
    case GuestTypeVoid:
        add_table(writer, WireShapeEmpty, slot);
        break;
    case GuestTypeString:
        add_string(writer, add_table(writer, WireShapeWord, slot) + ValueField, value->string.text, value->string.length);
        break;
    case GuestTypeBytes: {
        uint8_t *copy = add_byte_vector(writer, add_table(writer, WireShapeWord, slot) + ValueField, value->bytes.length, false);
        if (copy != NULL && value->bytes.length != 0)
            memcpy(copy, value->bytes.data, value->bytes.length);
        break;
    }
    default: {
        // Copied as bytes from the union, whose members share an address: no bit of a number changes on the way.
        size_t width = widths[value->type];
        size_t table = add_table(writer, width == 8 ? WireShapeQuad : WireShapeWord, slot);
        store(writer, table + ValueField, &value->u64, width);
        break;
    }
    }
}

static size_t begin_result(WireWriter *writer, uint8_t outcome_tag, WireShape outcome_shape)
{
    size_t result = add_table(writer, WireShapeUnion, 4);
    store_u8(writer, result + UnionTag, outcome_tag);
    return add_table(writer, outcome_shape, result + UnionReference);
}

static size_t begin_call(WireWriter *writer, GuestString name, GuestType result_type, size_t parameter_count)
{
    size_t call = add_table(writer, WireShapeCall, 4);
    store_u8(writer, call + CallResultType, (uint8_t)result_type);
    add_string(writer, call + CallName, name.text, name.length);

    pad_to(writer, 4, 0);
    refer_to_end(writer, call + CallParameters);
    store_u32(writer, reserve(writer, 4), (uint32_t)parameter_count);
    return reserve(writer, parameter_count * 4); // the references to the parameters
}

// Leaves the last text of the message open: its length is written when it is closed.
static void begin_text(WireWriter *writer, size_t slot)
{
    pad_to(writer, 4, 0);
    refer_to_end(writer, slot);
    reserve(writer, 4);

    // The zero byte behind the text must fit as well.
    if (writer->length >= writer->capacity)
        writer->overflowed = true;
}

void wire_begin(WireWriter *writer, uint8_t *start, size_t capacity)
{
    *writer = (WireWriter){.start = start, .capacity = capacity};
    reserve(writer, 8); // the prefix, and the reference to the root table
}

bool wire_finish(WireWriter *writer)
{
    store_u32(writer, 0, (uint32_t)writer->length - 4);
    return !writer->overflowed;
}

void wire_write_call(WireWriter *writer, GuestString name, GuestType result_type, const GuestValue *parameters, size_t parameter_count)
{
    size_t slots = begin_call(writer, name, result_type, parameter_count);
    for (size_t i = 0; i < parameter_count && !writer->overflowed; i++)
        add_value(writer, add_table(writer, WireShapeUnion, slots + 4 * i), &parameters[i]);
}

void wire_write_return(WireWriter *writer, const GuestValue *value)
{
    add_value(writer, begin_result(writer, TagFunctionReturn, WireShapeUnion), value);
}

uint8_t *wire_write_return_of_bytes(WireWriter *writer, size_t length)
{
    size_t holder = begin_result(writer, TagFunctionReturn, WireShapeUnion);
    store_u8(writer, holder + UnionTag, GuestTypeBytes);
    return add_byte_vector(writer, add_table(writer, WireShapeWord, holder + UnionReference) + ValueField, length, false);
}

void wire_begin_error(WireWriter *writer, int32_t code)
{
    size_t error = begin_result(writer, TagFunctionError, WireShapeError);
    store_u32(writer, error + ErrorCode, (uint32_t)code);
    begin_text(writer, error + ErrorMessage);
}

void wire_begin_log(WireWriter *writer, uint8_t level, const char *source, const char *function, const char *file, uint32_t line)
{
    size_t record = add_table(writer, WireShapeLog, 4);
    store_u8(writer, record + LogLevel, level);
    store_u32(writer, record + LogLine, line);
    add_string(writer, record + LogSource, source, strlen(source));
    add_string(writer, record + LogFunction, function, strlen(function));
    add_string(writer, record + LogFile, file, strlen(file));
    begin_text(writer, record + LogMessage);
}

void wire_begin_print(WireWriter *writer, GuestString name)
{
    size_t slot = begin_call(writer, name, GuestTypeI32, 1);
    size_t parameter = add_table(writer, WireShapeUnion, slot);
    store_u8(writer, parameter + UnionTag, GuestTypeString);
    begin_text(writer, add_table(writer, WireShapeWord, parameter + UnionReference) + ValueField);
}

char *wire_open_text(const WireWriter *writer) { return (char *)writer->start + writer->length; }

size_t wire_open_text_room(const WireWriter *writer) { return writer->overflowed ? 0 : writer->capacity - writer->length - 1; }

void wire_close_text(WireWriter *writer, size_t length)
{
    store_u32(writer, writer->length - 4, (uint32_t)length);
    size_t text = reserve(writer, length + 1);
    if (text != 0)
        writer->start[text + length] = 0;
}
