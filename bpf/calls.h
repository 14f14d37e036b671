/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_CALLS_H
#define DOORMAN_CALLS_H

/*
 * How user space tells bpf/calls.bpf.c which system calls are wanted, and how each becomes a record. src/kern reads
 * this, and it alone in user space.
 */

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define DOORMAN_CALL_NUMBERS 512   /* system calls with a higher number are not told */
#define DOORMAN_CALL_FORMS 256     /* wanted calls; form 0 is none */
#define DOORMAN_CALL_PARAMETERS 32 /* of one */
#define DOORMAN_CALL_ARGUMENTS 6
#define DOORMAN_PATH_KEY_BYTES 256
#define DOORMAN_MAX_PATHS 8192 /* of all filters */
#define DOORMAN_CALLS_BYTES (8 << 20)
#define DOORMAN_WATCHED_BYTES (2 << 20)
#define DOORMAN_PRIVILEGES_BYTES (512 << 10)
#define DOORMAN_MAX_SHARES 4096
/* A group may use this part of what is free in a ring, each time a window begins, once the ring is half full. */
#define DOORMAN_SHARE_PART 8
#define DOORMAN_SHARE_WINDOW_NS 100000000ULL

enum doorman_argument_form {
  DOORMAN_ARGUMENT_NONE = 0,     /* the slot stays absent */
  DOORMAN_ARGUMENT_NUMBER = 1,   /* 64 bits */
  DOORMAN_ARGUMENT_INTEGER = 2,  /* 32 bits with a sign */
  DOORMAN_ARGUMENT_NATURAL = 3,  /* 32 bits without */
  DOORMAN_ARGUMENT_TEXT = 4,     /* in the caller's memory */
  DOORMAN_ARGUMENT_FAR = 5,      /* 64 bits in the caller's memory, `offset` behind where the argument points */
  DOORMAN_ARGUMENT_FAR_HALF = 6, /* 32 bits there */
};

struct doorman_argument {
  __u8 form;  /* doorman_argument_form */
  __u8 index; /* of the call's arguments, from 0 */
  __u8 offset;
  __u8 reserved;
};

enum doorman_call_flags {
  DOORMAN_CALL_IS_OPEN = 1,
  DOORMAN_CALL_IS_ACCEPT = 2,
  DOORMAN_CALL_NAMES_OTHER_END = 4, /* told only when its address or message names one */
  DOORMAN_CALL_IS_CREAT = 8,        /* an open without flags */
  DOORMAN_CALL_IS_PRIVILEGED = 16,  /* has a ring of its own */
};

/* What is so of a call, and what a clause asks for: all that it names must be so. */
enum doorman_call_trait {
  DOORMAN_TRAIT_SUCCEEDED = 1,
  DOORMAN_TRAIT_FAILED = 2,
  DOORMAN_TRAIT_READS = 4, /* of an open: for reading, for writing */
  DOORMAN_TRAIT_WRITES = 8,
  DOORMAN_TRAIT_TRUNCATES = 16,
  DOORMAN_TRAIT_IN_CONTAINER = 32,
  DOORMAN_TRAIT_CLIMBS = 64, /* the path as it was written has `..` in it */
};

/* One way in which a call is wanted. With a filter only the paths that have its bit in the map `paths`, or end as
 * the map `endings` has it with that bit. */
struct doorman_call_clause {
  __u64 filter; /* one bit, or 0: any path */
  __u32 traits;
  __u32 reserved;
};
#define DOORMAN_CALL_CLAUSES 12 /* of one call */

/* Places of arguments count from 1; 0: there is none. */
struct doorman_call_form {
  __u16 type;  /* number of the event */
  __u16 flags; /* doorman_call_flags */
  __u8 object; /* the descriptor that it is about; DOORMAN_OBJECT_IS_RESULT */
  __u8 path, folder;
  __u8 other_path, other_folder;
  __u8 address;    /* of a socket address */
  __u8 message;    /* of a struct msghdr */
  __u8 parameters; /* how many */
  __u8 clauses;
  __u8 reserved[3];
  __u64 named; /* bits of the map `paths` that make a call one on a path which a rule names */
  struct doorman_argument open_flags;
  __u32 reserved_too;
  struct doorman_call_clause clause[DOORMAN_CALL_CLAUSES];
  struct doorman_argument parameter[DOORMAN_CALL_PARAMETERS];
};
#define DOORMAN_OBJECT_IS_RESULT 255
#define DOORMAN_ENDING_BYTES 4 /* key of the map `endings`: the last bytes of a path */

/* Key of the map `paths`, a trie: the longest prefix of a path that is there. A whole path has its NUL with it. */
struct doorman_path_key {
  __u32 bits;
  char path[DOORMAN_PATH_KEY_BYTES];
};

/* Key of the map `leaves`: the last name of a path, or that of the folder which it is in. What is longer than the
 * text is told apart by its length. */
#define DOORMAN_LEAF_BYTES 12
struct doorman_leaf_key {
  __u16 length;
  __u16 of_folder;
  char text[DOORMAN_LEAF_BYTES]; /* then zeroes */
};

/* A bit that says whether it is worth looking for the key: one of 64, set when any key of the map has it. */
static inline __u64 doorman_leaf_bit(const struct doorman_leaf_key* key) {
  __u64 begins;
  __builtin_memcpy(&begins, key->text, sizeof begins);
  return 1ULL << (((begins ^ key->length) * 0x9e3779b97f4a7c15ULL) >> 58);
}

struct doorman_share {
  __u64 window; /* when it began */
  __u64 bytes;  /* written in it */
};

#endif
