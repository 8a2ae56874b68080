#include "coldnotch.h"
#include <stdlib.h>
#include <string.h>

// Memory. Each call runs in a fresh instance, so nothing is ever given back: a pointer
// moves on, and at the end of memory asks for more pages.

extern uint8_t __heap_base;
static uintptr_t top;

void *malloc(size_t size) {
  const uintptr_t page = 65536, head = 16; // the size, and room that keeps 16-byte alignment
  if (top == 0) top = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
  uintptr_t at = top + head, end = (at + size + 15) & ~(uintptr_t)15;
  if (end < at) return NULL;
  uintptr_t have = __builtin_wasm_memory_size(0) * page;
  if (end > have && __builtin_wasm_memory_grow(0, (end - have + page - 1) / page) == (size_t)-1) return NULL;
  top = end;
  *(size_t *)(at - head) = size;
  return (void *)at;
}

void *realloc(void *memory, size_t size) {
  if (memory == NULL) return malloc(size);
  size_t old = *(size_t *)((uintptr_t)memory - 16);
  void *moved = malloc(size);
  if (moved != NULL) memcpy(moved, memory, old < size ? old : size);
  return moved;
}

void free(void *memory) { (void)memory; }

_Noreturn void abort(void) { __builtin_trap(); }

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  uint8_t *out = to;
  const uint8_t *in = from;
  while (size--) *out++ = *in++;
  return to;
}

void *memset(void *memory, int byte, size_t size) {
  for (uint8_t *out = memory; size--; out++) *out = (uint8_t)byte;
  return memory;
}

int memcmp(const void *one, const void *other, size_t size) {
  const uint8_t *a = one, *b = other;
  for (; size--; a++, b++)
    if (*a != *b) return *a < *b ? -1 : 1;
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return (size_t)(end - text);
}

// Texts.

text_t text_join(const text_t *texts, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += texts[i].len;
  uint8_t *joined = malloc(size + 1), *to = joined;
  if (joined == NULL) abort();
  for (size_t i = 0; i < count; to += texts[i++].len) memcpy(to, texts[i].ptr, texts[i].len);
  return (text_t){joined, size};
}

bool text_is(text_t text, text_t other) {
  return text.len == other.len && memcmp(text.ptr, other.ptr, text.len) == 0;
}

// JSON. The host's has no white space outside strings, and no member twice.

// The end of the string that begins at `at`.
static const uint8_t *string_end(const uint8_t *at, const uint8_t *end) {
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\') at++;
  return at < end ? at + 1 : end;
}

// The end of the value that begins at `at`.
static const uint8_t *value_end(const uint8_t *at, const uint8_t *end) {
  size_t depth = 0;
  while (at < end) {
    if (*at == '"') {
      at = string_end(at, end);
      continue;
    }
    if (depth == 0 && (*at == ',' || *at == '}' || *at == ']')) return at;
    if (*at == '{' || *at == '[') depth++;
    if (*at == '}' || *at == ']') depth--;
    at++;
  }
  return end;
}

bool json_member(text_t object, text_t name, text_t *value) {
  const uint8_t *at = object.ptr + 1, *end = object.ptr + object.len;
  while (at < end && *at == '"') {
    const uint8_t *colon = string_end(at, end), *from = colon + 1;
    if (from >= end) return false;
    const uint8_t *to = value_end(from, end);
    if (text_is((text_t){(uint8_t *)at + 1, (size_t)(colon - at) - 2}, name)) {
      *value = (text_t){(uint8_t *)from, (size_t)(to - from)};
      return true;
    }
    at = to + 1;
  }
  return false;
}

bool json_number(text_t value, double *number) {
  const uint8_t *at = value.ptr, *end = at + value.len;
  bool negative = at < end && *at == '-';
  if (negative) at++;
  if (at == end || *at < '0' || *at > '9') return false;
  double digits = 0;
  int power = 0, exponent = 0, sign = 1;
  for (bool point = false; at < end && *at != 'e' && *at != 'E'; at++) {
    if (*at == '.') {
      point = true;
      continue;
    }
    digits = digits * 10 + (*at - '0');
    if (point) power--;
  }
  if (at < end && ++at < end && (*at == '-' || *at == '+')) sign = *at++ == '-' ? -1 : 1;
  for (; at < end && exponent < 1000; at++) exponent = exponent * 10 + (*at - '0');
  for (power += sign * exponent; power > 0; power--) digits *= 10;
  for (; power < 0; power++) digits /= 10;
  *number = negative ? -digits : digits;
  return true;
}

coldnotch_policy_types_list_reason_t reason(text_t code, text_t message, text_t path, text_t value) {
  coldnotch_policy_types_evidence_t *evidence = malloc(sizeof *evidence);
  coldnotch_policy_types_reason_t *reason = malloc(sizeof *reason);
  if (evidence == NULL || reason == NULL) abort();
  *evidence = (coldnotch_policy_types_evidence_t){.path = path, .text = value};
  *reason = (coldnotch_policy_types_reason_t){.code = code, .message = message, .evidence = {evidence, 1}};
  return (coldnotch_policy_types_list_reason_t){reason, 1};
}

// The generated bindings refer to the contract's type information by this name. `plugin
// build` gives that to the linker as it is written in wit/.
void __component_type_object_force_link_plugin(void) {}
