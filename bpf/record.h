/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_RECORD_H
#define DOORMAN_RECORD_H

/*
 * Putting a record together, in a buffer of the processor: begin, then the slots in their order, then send to a
 * ring. A program that is traced does not move to another processor and is not interrupted by another of the same
 * family, so the buffer is its own.
 */

#include "bpf/look.h"
#include "bpf/shared.h"

#define RECORD_BYTES 32768 /* the most that we write: far below the format's own limit */
#define CHUNK_BYTES 8192   /* the most that is added at once */
#define PATH_BYTES 4096
#define NAME_BYTES 256
#define PATH_KEY_BYTES 260

struct scratch {
  __u32 used;  /* bytes of the record so far */
  __u32 table; /* where its lengths stand */
  __u32 cut;
  __u32 taken;   /* take_scratch */
  __u32 path_at; /* the path that was walked last: path + path_at up to path + PATH_BYTES */
  __u8 record[RECORD_BYTES + CHUNK_BYTES];
  __u32 before_path;                  /* the bits of a key whose path begins at path[0] */
  char path[PATH_BYTES + NAME_BYTES]; /* zero from PATH_BYTES on */
  char name[NAME_BYTES];
  __u8 key[PATH_KEY_BYTES]; /* struct doorman_path_key */
};

/* User space makes as many entries as there are processors. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct scratch);
} scratches SEC(".maps");

/* Keeps the compiler from forgetting what the verifier has to see. */
#define opaque(variable) asm volatile("" : "+r"(variable))

static __always_inline struct scratch* my_scratch(void) {
  __u32 cpu = bpf_get_smp_processor_id();
  return bpf_map_lookup_elem(&scratches, &cpu);
}

/* Of programs that may be preempted by one of their own family, as those of LSM hooks may. NULL: it is in use. */
static __always_inline struct scratch* take_scratch(void) {
  struct scratch* s = my_scratch();
  return s && !__sync_lock_test_and_set(&s->taken, 1) ? s : NULL;
}
static __always_inline void give_back(struct scratch* s) { *(volatile __u32*)&s->taken = 0; }

/* Of programs that only one thread runs. */
static __always_inline struct scratch* first_scratch(void) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline struct doorman_event_header* header_of(struct scratch* s) {
  return (struct doorman_event_header*)s->record;
}

static __always_inline struct doorman_event_object* object_of(struct scratch* s) {
  return (struct doorman_event_object*)(s->record + sizeof(struct doorman_event_header));
}

/* An empty record with all slots absent. Who and when is still to be said. */
static __always_inline void begin(struct scratch* s, __u8 kind, __u16 type, __u8 slots, bool object) {
  __u32 table = sizeof(struct doorman_event_header) + (object ? sizeof(struct doorman_event_object) : 0);
  __builtin_memset(s->record, 0, sizeof(struct doorman_event_header) + sizeof(struct doorman_event_object));
  __builtin_memset(s->record + table, 0xff, 2 * DOORMAN_EVENT_MAX_SLOTS);
  struct doorman_event_header* header = header_of(s);
  header->kind = kind;
  header->type = type;
  header->slots = slots;
  header->flags = object ? DOORMAN_HAS_OBJECT : 0;
  s->table = table;
  s->used = table + 2 * slots;
  s->cut = 0;
}

/* Where the next bytes go, or NULL when the record is full. Room is for CHUNK_BYTES. */
static __always_inline void* next(struct scratch* s) {
  __u32 used = s->used;
  opaque(used);
  if (used > RECORD_BYTES) {
    s->cut = 1;
    return NULL;
  }
  return s->record + used;
}

/* The bytes that were put at next() belong to that slot, behind what it has. */
static __always_inline void took(struct scratch* s, __u32 slot, __u32 bytes) {
  if (slot >= DOORMAN_EVENT_MAX_SLOTS || s->table > 2 * sizeof(struct doorman_event_header)) return;
  __u32 table = s->table;
  opaque(table);
  if (table > 2 * sizeof(struct doorman_event_header)) return;
  __u16* length = (__u16*)(s->record + table + 2 * slot);
  *length = (*length == DOORMAN_SLOT_ABSENT ? 0 : *length) + bytes;
  s->used += bytes;
}

static __always_inline void put_number(struct scratch* s, __u32 slot, __u64 number) {
  __u64* at = next(s);
  if (!at) return;
  __builtin_memcpy(at, &number, sizeof number);
  took(s, slot, sizeof number);
}

/* Up to CHUNK_BYTES of the kernel's memory. */
static __always_inline void put_bytes(struct scratch* s, __u32 slot, const void* from, __u32 bytes) {
  void* at = next(s);
  if (!at) return;
  if (bytes > CHUNK_BYTES) {
    bytes = CHUNK_BYTES;
    s->cut = 1;
  }
  opaque(bytes);
  if (bytes > CHUNK_BYTES || bpf_probe_read_kernel(at, bytes, from)) return;
  took(s, slot, bytes);
}

static __always_inline void put_byte(struct scratch* s, __u32 slot, char byte) {
  char* at = next(s);
  if (!at) return;
  *at = byte;
  took(s, slot, 1);
}

static __always_inline void took_text(struct scratch* s, __u32 slot, long with_nul, __u32 most) {
  if (with_nul <= 0) return; /* not readable: the slot stays absent */
  if (with_nul == most) s->cut = 1;
  took(s, slot, with_nul - 1);
}

/* A text of the kernel's memory, or of the caller's. */
static __always_inline void put_text(struct scratch* s, __u32 slot, const char* from) {
  char* at = next(s);
  if (!at || !from) return;
  took_text(s, slot, bpf_probe_read_kernel_str(at, PATH_BYTES, from), PATH_BYTES);
}

static __always_inline void put_user_text(struct scratch* s, __u32 slot, const char* from) {
  char* at = next(s);
  if (!at || !from) return;
  took_text(s, slot, bpf_probe_read_user_str(at, PATH_BYTES, from), PATH_BYTES);
}

/* The caller's memory from `from` to `end`, up to CHUNK_BYTES. Nothing at all is an empty slot. */
static __always_inline void put_user_range(struct scratch* s, __u32 slot, unsigned long from, unsigned long end) {
  void* at = next(s);
  if (!at) return;
  __u64 bytes = end > from ? end - from : 0;
  if (bytes > CHUNK_BYTES) {
    bytes = CHUNK_BYTES;
    s->cut = 1;
  }
  opaque(bytes);
  if (bytes > CHUNK_BYTES) return;
  if (bytes && bpf_probe_read_user(at, bytes, (const void*)from)) return;
  took(s, slot, bytes);
}

/* Fills up to a multiple of 8 and says the size: what is to be sent. 0: it cannot be. */
static __always_inline __u32 finish(struct scratch* s) {
  __u64* end = next(s);
  if (!end) {
    s->used = RECORD_BYTES; /* the last slot was cut off; its length says more than there is */
    return 0;
  }
  __builtin_memset(end, 0, sizeof *end);
  __u32 size = (s->used + DOORMAN_EVENT_ALIGN - 1) & ~(DOORMAN_EVENT_ALIGN - 1);
  struct doorman_event_header* header = header_of(s);
  header->size = size;
  if (s->cut) header->flags |= DOORMAN_CUT;
  return size;
}

/* Sends it; what finds no room is counted. */
static __always_inline void send(struct scratch* s, void* ring) {
  __u32 size = finish(s);
  opaque(size);
  if (size == 0 || size > RECORD_BYTES + 8 || bpf_ringbuf_output(ring, s->record, size, 0)) {
    count_lost(header_of(s)->cgroup, DOORMAN_LOST_RING_FULL);
  }
}

#endif
