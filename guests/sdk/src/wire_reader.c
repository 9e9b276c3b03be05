#include "wire_reader.h"

enum { TagVoidValue = 10, TagFunctionReturn = 1, TagFunctionError = 2 };

typedef struct Table {
    const WireMessage *message;
    size_t position;
    size_t size;
    size_t vtable;
    size_t vtable_size;
} Table;

// A vector or string: `count` elements, from `position` on, that all lie inside the message.
typedef struct Vector {
    size_t position;
    size_t count;
} Vector;

static uint16_t load_u16(const WireMessage *message, size_t position)
{
    uint16_t value;
    memcpy(&value, message->body + position, sizeof value);
    return value;
}

static uint32_t load_u32(const WireMessage *message, size_t position)
{
    uint32_t value;
    memcpy(&value, message->body + position, sizeof value);
    return value;
}

// Written so that neither side of a comparison can wrap around.
static bool inside(const WireMessage *message, size_t position, size_t size)
{
    return position <= message->length && size <= message->length - position;
}

static bool open_table(const WireMessage *message, size_t position, Table *table)
{
    if (!inside(message, position, 4))
        return false;

    int64_t vtable = (int64_t)position - (int32_t)load_u32(message, position);
    if (vtable < 0 || !inside(message, (size_t)vtable, 4))
        return false;

    *table = (Table){message, position, load_u16(message, (size_t)vtable + 2), (size_t)vtable, load_u16(message, (size_t)vtable)};
    return table->vtable_size >= 4 && table->size >= 4 && inside(message, table->vtable, table->vtable_size) &&
           inside(message, position, table->size);
}

// Where a field of `size` bytes stands; 0, where no field can stand, if it is absent. False if it lies outside its table.
static bool find_field(const Table *table, size_t index, size_t size, size_t *position)
{
    *position = 0;
    size_t entry = 4 + 2 * index;
    if (entry + 2 > table->vtable_size)
        return true;

    size_t offset = load_u16(table->message, table->vtable + entry);
    if (offset == 0)
        return true;
    if (offset < 4 || offset + size > table->size)
        return false;

    *position = table->position + offset;
    return true;
}

// A number; one that is absent is zero.
static bool read_number(const Table *table, size_t index, size_t size, void *value)
{
    size_t position;
    memset(value, 0, size);
    if (!find_field(table, index, size, &position))
        return false;
    if (position != 0)
        memcpy(value, table->message->body + position, size);
    return true;
}

// Where a required reference leads to; what stands there has not been tested.
static bool follow_field(const Table *table, size_t index, size_t *target)
{
    size_t position;
    if (!find_field(table, index, 4, &position) || position == 0)
        return false;
    *target = position + load_u32(table->message, position);
    return true;
}

static bool open_vector(const WireMessage *message, size_t position, size_t element_size, Vector *vector)
{
    if (!inside(message, position, 4))
        return false;
    *vector = (Vector){position + 4, load_u32(message, position)};
    return vector->count <= (message->length - vector->position) / element_size;
}

static bool read_string(const Table *table, size_t index, GuestString *string)
{
    size_t position;
    Vector vector;
    if (!follow_field(table, index, &position) || !open_vector(table->message, position, 1, &vector))
        return false;

    // FlatBuffers demands the zero byte, and whoever gets the pointer relies on it.
    size_t end = vector.position + vector.count;
    if (!inside(table->message, end, 1) || table->message->body[end] != 0)
        return false;

    *string = (GuestString){(const char *)table->message->body + vector.position, vector.count};
    return true;
}

static bool read_bytes(const Table *table, size_t index, GuestBytes *bytes)
{
    size_t position;
    Vector vector;
    if (!follow_field(table, index, &position) || !open_vector(table->message, position, 1, &vector))
        return false;
    *bytes = (GuestBytes){table->message->body + vector.position, vector.count};
    return true;
}

// A union's tag, and its table unless the tag is one that nobody knows.
static bool open_union(const Table *holder, uint8_t last_tag, uint8_t *tag, Table *table)
{
    size_t position;
    if (!read_number(holder, 0, 1, tag))
        return false;
    if (*tag == 0 || *tag > last_tag)
        return true;
    return follow_field(holder, 1, &position) && open_table(holder->message, position, table);
}

// The value in a table whose one field is the union Value.
static bool read_value(const Table *holder, GuestValue *value)
{
    uint8_t tag;
    Table table;
    if (!open_union(holder, TagVoidValue, &tag, &table))
        return false;

    *value = (GuestValue){.type = (GuestType)tag};
    switch (tag) {
    case GuestTypeI32:
    case GuestTypeU32:
    case GuestTypeF32:
        return read_number(&table, 0, 4, &value->u32);
    case GuestTypeI64:
    case GuestTypeU64:
    case GuestTypeF64:
        return read_number(&table, 0, 8, &value->u64);
    case GuestTypeBool: {
        uint8_t byte;
        if (!read_number(&table, 0, 1, &byte))
            return false;
        value->boolean = byte != 0;
        return true;
    }
    case GuestTypeString:
        return read_string(&table, 0, &value->string);
    case GuestTypeBytes:
        return read_bytes(&table, 0, &value->bytes);
    case TagVoidValue:
        value->type = GuestTypeVoid;
        return true;
    default:
        // Who asked decides what a type that nobody knows means; it must not be taken for void.
        value->type = tag == 0 ? (GuestType)UINT8_MAX : (GuestType)tag;
        return true;
    }
}

static bool open_root(const WireMessage *message, Table *table)
{
    return inside(message, 0, 4) && open_table(message, load_u32(message, 0), table);
}

bool wire_open_message(const uint8_t *start, size_t size, WireMessage *message)
{
    uint32_t length;
    if (size < sizeof length)
        return false;
    memcpy(&length, start, sizeof length);
    *message = (WireMessage){start + sizeof length, length, sizeof length + (size_t)length};
    return length <= size - sizeof length;
}

bool wire_read_call(const WireMessage *message, WireCall *call)
{
    Table root;
    size_t position;
    Vector parameters;
    uint8_t result_type;
    call->name = (GuestString){"", 0};
    call->parameter_count = 0;

    if (!open_root(message, &root) || !read_number(&root, 1, 1, &result_type))
        return false;
    call->result_type = (GuestType)result_type;

    // A call without a name has an error of its own.
    if (!find_field(&root, 0, 4, &position))
        return false;
    if (position != 0 && !read_string(&root, 0, &call->name))
        return false;

    if (!follow_field(&root, 2, &position) || !open_vector(message, position, 4, &parameters))
        return false;
    call->parameter_count = parameters.count;

    // No function has more parameters than fit, so the count alone refuses such a call.
    if (parameters.count > GUEST_MAXIMUM_PARAMETERS)
        return true;

    for (size_t i = 0; i < parameters.count; i++) {
        Table parameter;
        size_t slot = parameters.position + 4 * i;
        if (!open_table(message, slot + load_u32(message, slot), &parameter) || !read_value(&parameter, &call->parameters[i]))
            return false;
    }
    return true;
}

bool wire_read_result(const WireMessage *message, WireResult *result)
{
    Table root, outcome;
    uint8_t tag;
    if (!open_root(message, &root) || !open_union(&root, TagFunctionError, &tag, &outcome) || tag == 0 || tag > TagFunctionError)
        return false;

    *result = (WireResult){.failed = tag == TagFunctionError};
    if (!result->failed)
        return read_value(&outcome, &result->value);
    return read_number(&outcome, 0, 4, &result->error_code) && read_string(&outcome, 1, &result->message);
}
