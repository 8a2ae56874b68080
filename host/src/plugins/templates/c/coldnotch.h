// Small helpers for plugins in C: texts, and fields of a JSON object.
#pragma once
#include "plugin.h"

typedef plugin_string_t text_t;

// A literal as a text; nothing is copied.
#define TEXT(literal) ((text_t){(uint8_t *)(literal), sizeof(literal) - 1})

// The texts after each other.
text_t text_join(const text_t *texts, size_t count);
#define JOIN(...) text_join((text_t[]){__VA_ARGS__}, sizeof((text_t[]){__VA_ARGS__}) / sizeof(text_t))

// Whether two texts are the same.
bool text_is(text_t text, text_t other);

// The value of a member of a JSON object as it is written there, such as `12.5`, `"a"` or
// `[1]`; false where the object has none of this name. The host's JSON is always well-formed.
bool json_member(text_t object, text_t name, text_t *value);

// The number that a JSON value is; false where it is something else.
bool json_number(text_t value, double *number);

// One reason about one field, in memory that stays until the call ends.
coldnotch_policy_types_list_reason_t reason(text_t code, text_t message, text_t path, text_t value);
