/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_DNS_H
#define DOORMAN_DNS_H

/* What a DNS answer says of learned names, for flow.bpf.c alone. User space reads the same answer, but later than
 * the container: whoever connects at once is judged by what is kept here. RFC 1035 section 4. */

#include "bpf/flow.h"

struct dns_record {
  struct doorman_event_header header;
  struct doorman_event_object object;
  __u16 length;
  __u8 answer[DOORMAN_DNS_BYTES];
  __u8 zeroes[14];
};
_Static_assert(sizeof(struct dns_record) == 122 + DOORMAN_DNS_BYTES + 14, "no gaps");

/* Where a reader stands in an answer. Not on the stack: there the verifier would follow each value of each step. */
struct dns_scratch {
  struct dns_record record;
  struct doorman_name asked;
  __u64 root;
  __u32 at;
  __u32 length; /* of the answer */
  __u32 left;   /* records */
  __u32 name;   /* the number of the one that was asked for; 0: nobody learned it */
  __u32 done;
  __u32 changed;
};
struct dns_walk {
  struct dns_scratch* s;
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct dns_scratch);
} dns_scratch SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, DOORMAN_MAX_NAMES);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct doorman_name);
  __type(value, __u32);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flow_names SEC(".maps");

enum { DNS_HEADER = 12, DNS_RECORDS = 64, DNS_LABELS = 128, DNS_CLASS_INTERNET = 1, DNS_A = 1, DNS_AAAA = 28 };

/* Beyond the end there are zeroes. A function of its own to the verifier, which otherwise follows both ways of each
 * byte through all that comes after. */
__noinline int dns_byte(__u32 at) {
  __u32 zero = 0;
  const struct dns_scratch* s = bpf_map_lookup_elem(&dns_scratch, &zero);
  barrier_var(at);
  if (!s || at >= s->length || at >= DOORMAN_DNS_BYTES) return 0;
  return s->record.answer[at];
}

static __always_inline __u32 dns_number(__u32 at) { return (__u32)dns_byte(at) << 8 | (__u32)dns_byte(at + 1); }

/* Of a name as it stands in the question, up to its first zero. That one may lie in a label, but then the name is
 * no learned one: those are whole, so what equals one ends where it ends. */
static long dns_letter(__u32 index, struct dns_walk* walk) {
  struct dns_scratch* s = walk->s;
  __u32 letter = dns_byte(DNS_HEADER + index);
  s->at = DNS_HEADER + index + 1;
  if (letter == 0) {
    s->done = 1;
    return 1;
  }
  if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A'; /* no label is as long as a letter's number */
  barrier_var(index);
  if (index >= sizeof s->asked.bytes) return 1;
  s->asked.bytes[index] = letter;
  return 0;
}

static long dns_label(__u32 index, struct dns_walk* walk) {
  struct dns_scratch* s = walk->s;
  __u32 length = dns_byte(s->at);
  int is_elsewhere = length >= 0xc0;
  s->at += is_elsewhere ? 2 : 1 + length;
  if (!is_elsewhere && length != 0) return 0;
  s->done = 1;
  return 1;
}

static __always_inline void dns_learn(struct dns_scratch* s, const struct doorman_told_key* told) {
  __u32* known = bpf_map_lookup_elem(&flow_told, told);
  if ((known ? *known : 0) == s->name) return;
  if (s->name) bpf_map_update_elem(&flow_told, told, &s->name, BPF_ANY);
  else bpf_map_delete_elem(&flow_told, told); /* the last name of an address counts */
  s->changed = 1;
}

static __always_inline __u32 dns_word(__u32 at) { return bpf_htonl(dns_number(at) << 16 | dns_number(at + 2)); }

static long dns_answer(__u32 index, struct dns_walk* walk) {
  struct dns_scratch* s = walk->s;
  if (s->left == 0) return 1;
  s->left--;
  s->done = 0;
  bpf_loop(DNS_LABELS, dns_label, walk, 0);
  __u32 at = s->at, type = dns_number(at), class = dns_number(at + 2), length = dns_number(at + 8);
  at += 10;
  s->at = at + length;
  if (!s->done || s->at > s->length) return 1;
  if (class != DNS_CLASS_INTERNET) return 0;
  struct doorman_told_key told = {.root = s->root};
  if (type == DNS_A && length == 4) {
    put_v4(told.address, dns_word(at));
  } else if (type == DNS_AAAA && length == 16) {
    __u32 address[4] = {dns_word(at), dns_word(at + 4), dns_word(at + 8), dns_word(at + 12)};
    put_v6(told.address, address);
  } else {
    return 0;
  }
  dns_learn(s, &told);
  return 0;
}

/* Keeps what the answer in s->record says: where the container was told that a learned name is. */
static __always_inline void learn_addresses(struct dns_scratch* s, __u64 root, __u32 length) {
  struct dns_walk walk = {.s = s};
  __builtin_memset(&s->asked, 0, sizeof s->asked);
  s->root = root;
  s->length = length;
  s->name = s->done = s->changed = 0;
  s->left = dns_number(6);
  if ((dns_byte(2) & 0xf8) != 0x80) return; /* no response to a standard query */
  if (dns_number(4) != 1 || s->left == 0) return;
  bpf_loop(sizeof s->asked.bytes, dns_letter, &walk, 0);
  if (!s->done || dns_number(s->at + 2) != DNS_CLASS_INTERNET) return;
  s->at += 4;
  __u32* name = bpf_map_lookup_elem(&flow_names, &s->asked);
  if (name) s->name = *name;
  bpf_loop(DNS_RECORDS, dns_answer, &walk, 0);
  __u32 zero = 0;
  __u32* changes = bpf_map_lookup_elem(&flow_changes, &zero);
  if (changes && s->changed) __sync_fetch_and_add(changes, 1);
}

/* Learns from the first `length` bytes of an answer, which are in the scratch, and tells them. */
static __always_inline void take_answer(struct dns_scratch* s, const struct flow* flow, __u32 length, __u32 whole) {
  learn_addresses(s, flow->root, length);
  __u64 now = bpf_ktime_get_boot_ns();
  if (!has_budget(flow->root, DOORMAN_FLOW_ALLOWED, now)) {
    count_lost(flow->root, DOORMAN_LOST_OVER_SHARE);
    return;
  }
  struct dns_record* record = &s->record;
  __u32 size = offsetof(struct dns_record, answer) + length;
  __u32 padded = (size + DOORMAN_EVENT_ALIGN - 1) & ~(DOORMAN_EVENT_ALIGN - 1);
  if (length <= DOORMAN_DNS_BYTES) __builtin_memset(record->answer + length, 0, DOORMAN_EVENT_ALIGN);
  __builtin_memset(&record->header, 0, sizeof record->header);
  record->header.size = padded;
  record->header.kind = DOORMAN_RECORD_DNS;
  record->header.slots = 1;
  record->header.time = now;
  record->header.cgroup = flow->root;
  record->header.flags = DOORMAN_HAS_OBJECT | (whole > length ? DOORMAN_CUT : 0);
  record->header.cpu = bpf_get_smp_processor_id();
  fill_object(&record->object, flow);
  record->length = length;
  if (padded > sizeof *record) return;
  if (bpf_ringbuf_output(&flows, record, padded, 0)) count_lost(flow->root, DOORMAN_LOST_RING_FULL);
}

#endif
