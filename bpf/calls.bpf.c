/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * System calls that a rule asks for, when they return. Attached only while there is such a rule. A call that no rule
 * asks for costs one look into a table; an open whose path no rule names is not told.
 */
#include "bpf/calls.h"
#include "bpf/event_type.h"
#include "bpf/object.h"

char LICENSE[] SEC("license") = "GPL";

/* What is wanted, written by user space while this runs. wanted[]: bit 0 for calls of 64 bits, bit 1 for those of 32,
 * which have numbers of their own. */
__u8 wanted[DOORMAN_CALL_NUMBERS];
__u8 form_of[DOORMAN_CALL_NUMBERS];
__u8 compat_form_of[DOORMAN_CALL_NUMBERS];
struct doorman_call_form forms[DOORMAN_CALL_FORMS];
__u32 guard_pid;
__u32 ends_matter; /* the map `endings` has something */
__u64 any_leaf;    /* filters that say nothing of a path's last names */
__u64 by_folder;   /* those that name the folder it is in */
__u64 leaf_bits;   /* doorman_leaf_bit of all in the map `leaves` */

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, DOORMAN_MAX_PATHS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct doorman_path_key);
  __type(value, __u64);
} paths SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, DOORMAN_MAX_PATHS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __u32);
  __type(value, __u64);
} endings SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, DOORMAN_MAX_PATHS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct doorman_leaf_key);
  __type(value, __u64);
} leaves SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, DOORMAN_CALLS_BYTES);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} calls SEC(".maps");

/* Calls on paths that a rule names: a flood of others does not push them out. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, DOORMAN_WATCHED_BYTES);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} watched SEC(".maps");

/* Calls that change what a process may do or sees, or look into others: rare, and what an attack is made of. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, DOORMAN_PRIVILEGES_BYTES);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} privileges SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DOORMAN_MAX_SHARES);
  __type(key, __u64);
  __type(value, struct doorman_share);
} shares SEC(".maps");

/* One call, on its way into a record. It stands in a map, so that each step is a function of its own to the verifier:
 * together they have more ways through than it will follow. */
struct call_state {
  __u32 form; /* its number */
  struct file *file;
  long result;
  __u32 clauses;           /* a bit for each that is to be asked */
  __u32 traits, looked_at; /* doorman_call_trait: what is so, and of which we know whether it is */
  __u64 filters;           /* of the path */
  __u64 possible;          /* those that its last names leave */
  bool knows_filters, knows_possible;
  __u64 argument[DOORMAN_CALL_ARGUMENTS];
};

/* As many entries as there are processors. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct call_state);
} call_states SEC(".maps");

struct call {
  struct scratch *s;
  struct doorman_call_form *form;
  struct call_state *state;
};

static __always_inline struct call_state *my_state(void) {
  __u32 cpu = bpf_get_smp_processor_id();
  return bpf_map_lookup_elem(&call_states, &cpu);
}

/* What the processor is at. */
static __always_inline bool this_call(struct call *call) {
  call->s = my_scratch();
  call->state = my_state();
  if (!call->s || !call->state) return false;
  __u32 form = call->state->form;
  opaque(form);
  if (form >= DOORMAN_CALL_FORMS) return false;
  call->form = &forms[form];
  return true;
}

static __always_inline __u64 argument_at(struct call *call, __u32 index) {
  opaque(index);
  return index < DOORMAN_CALL_ARGUMENTS ? call->state->argument[index] : 0;
}

/* The argument at a place, which counts from 1. */
static __always_inline __u64 argument_of(struct call *call, __u8 place) { return argument_at(call, place - 1); }

static __always_inline __u64 read_far(const void *from, __u32 bytes) {
  __u64 number = 0;
  if (bytes == sizeof number) bpf_probe_read_user(&number, sizeof number, from);
  else bpf_probe_read_user(&number, sizeof(__u32), from);
  return number;
}

static __always_inline __u64 number_in_call(struct call *call, const struct doorman_argument *argument) {
  __u64 value = argument_at(call, argument->index);
  switch (argument->form) {
    case DOORMAN_ARGUMENT_INTEGER: return (__s64)(__s32)value;
    case DOORMAN_ARGUMENT_NATURAL: return (__u32)value;
    case DOORMAN_ARGUMENT_FAR: return read_far((const char *)value + argument->offset, sizeof(__u64));
    case DOORMAN_ARGUMENT_FAR_HALF: return read_far((const char *)value + argument->offset, sizeof(__u32));
  }
  return value;
}

/* Sending, so that a group in a hurry loses its own records and not those of others. */

static __always_inline bool is_over_share(__u64 cgroup, __u32 bytes, __u64 free) {
  __u64 now = bpf_ktime_get_boot_ns();
  struct doorman_share *share = bpf_map_lookup_elem(&shares, &cgroup);
  if (!share || now - share->window > DOORMAN_SHARE_WINDOW_NS) {
    struct doorman_share fresh = {.window = now, .bytes = bytes};
    bpf_map_update_elem(&shares, &cgroup, &fresh, BPF_ANY);
    return false;
  }
  if (share->bytes + bytes > free / DOORMAN_SHARE_PART) return true;
  __sync_fetch_and_add(&share->bytes, bytes);
  return false;
}

static __always_inline void send_fairly(struct scratch *s, void *ring, __u64 capacity) {
  __u64 cgroup = header_of(s)->cgroup, used = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
  __u64 free = used < capacity ? capacity - used : 0;
  if (used > capacity / 2 && is_over_share(cgroup, s->used, free)) {
    count_lost(cgroup, DOORMAN_LOST_OVER_SHARE);
    return;
  }
  send(s, ring);
}

/* Paths */

/* The filters that let the path through which stands in the key, with its NUL. */
static __always_inline __u64 filters_of_key(struct doorman_path_key *key, __u32 bytes) {
  if (bytes > DOORMAN_PATH_KEY_BYTES) bytes = DOORMAN_PATH_KEY_BYTES;
  key->bits = bytes * 8;
  __u64 *found = bpf_map_lookup_elem(&paths, key);
  return found ? *found : 0;
}

/* The path is a key where it stands: what is before it is free for the bits. */
static __always_inline __u64 filters_of_walked(struct scratch *s) {
  __u32 at = s->path_at, ending;
  opaque(at);
  if (at >= PATH_BYTES) return 0;
  struct doorman_path_key *key = (struct doorman_path_key *)((char *)&s->before_path + at);
  __u64 filters = filters_of_key(key, PATH_BYTES - at + 1);
  if (!ends_matter) return filters;
  __builtin_memcpy(&ending, s->path + PATH_BYTES - sizeof ending, sizeof ending);
  __u64 *found = bpf_map_lookup_elem(&endings, &ending);
  return found ? filters | *found : filters;
}

/* Where nothing was opened there is only what the caller wrote. All filters let a relative path through: user space
 * knows where it starts from. */
static __always_inline __u64 filters_of_written(struct call *call) {
  struct doorman_path_key *key = (struct doorman_path_key *)call->s->key;
  const char *text = (const char *)argument_of(call, call->form->path);
  long with_nul = bpf_probe_read_user_str(key->path, DOORMAN_PATH_KEY_BYTES, text);
  if (with_nul <= 0) return 0;
  opaque(with_nul);
  if (key->path[0] != '/' || ends_matter) return ~0ULL;
  return filters_of_key(key, with_nul);
}

/* Eight letters at once: a dot is where `dots` has the high bit. */
static __always_inline __u64 dots_in(__u64 letters) {
  const __u64 ones = 0x0101010101010101, high = 0x8080808080808080;
  __u64 other = letters ^ (ones * '.');
  return (other - ones) & ~other & high;
}

#define DOTS_WORDS 8
#define DOTS_LETTERS (DOTS_WORDS * 8 - 1) /* and a NUL */

struct climbing {
  const char *text;
  bool climbs, ends_with_dot;
};

static long look_for_dots(__u32 index, struct climbing *climbing) {
  __u64 letters[DOTS_WORDS] = {}, before = climbing->ends_with_dot ? 0x80 : 0, found = 0, dots = 0;
  long with_nul = bpf_probe_read_user_str((char *)letters, sizeof letters, climbing->text + index * DOTS_LETTERS);
#pragma unroll
  for (int i = 0; i < DOTS_WORDS; i++) {
    dots = dots_in(letters[i]);
    found |= dots & (dots << 8 | before);
    before = dots >> 56; /* is the first letter of the next */
  }
  if (found) climbing->climbs = true;
  climbing->ends_with_dot = dots & 0x0080000000000000;
  return climbing->climbs || with_nul < (long)sizeof letters;
}

/* Whether the path as written has `..` in it: what may look so and is not does no harm. */
__noinline int climbs(void) {
  struct call the_call, *call = &the_call;
  if (!this_call(call)) return 0;
  struct climbing climbing = {.text = (const char *)argument_of(call, call->form->path)};
  if (!call->form->path) return true;
  if (look_for_dots(0, &climbing)) return climbing.climbs; /* most are short */
  climbing.text += DOTS_LETTERS;
  bpf_loop(PATH_BYTES / DOTS_LETTERS, look_for_dots, &climbing, 0);
  return climbing.climbs;
}

/* As the caller wrote it, behind the folder that it starts from; absent when it starts from the root or from the
 * current folder: user space knows both. */
static __always_inline void put_written_path(struct call *call, __u32 slot, __u8 path, __u8 folder) {
  struct scratch *s = call->s;
  const char *text = (const char *)argument_of(call, path);
  int fd = argument_of(call, folder);
  const int here = -100; /* AT_FDCWD */
  char first = 0;
  if (!folder || fd == here || bpf_probe_read_user(&first, sizeof first, text) || first == '/') return;
  struct file *file = file_of(bpf_get_current_task_btf(), fd);
  if (!file) return;
  walk_file(s, file);
  put_walked(s, slot);
  if (!first) return; /* the descriptor itself: AT_EMPTY_PATH */
  put_byte(s, slot, '/');
  put_user_text(s, slot, text);
}

static __always_inline void put_unix_path(struct call *call) {
  const char *address = (const char *)argument_of(call, call->form->address);
  if (call->form->address) {
    put_user_text(call->s, DOORMAN_SLOT_PATH, address + sizeof(__u16));
    return;
  }
  struct file *file = call->state->file;
  struct socket *socket = LOOK(file, private_data);
  struct unix_sock *sk = (struct unix_sock *)LOOK(socket, sk);
  struct unix_address *own = LOOK(sk, addr);
  if (own) put_text(call->s, DOORMAN_SLOT_PATH, (const char *)&own->name[0].sun_path);
}

/* The object */

/* The socket address that the caller gave, or NULL. */
static __always_inline const void *given_address(struct call *call) {
  struct doorman_call_form *form = call->form;
  if (form->message) return (const void *)read_far((const void *)argument_of(call, form->message), sizeof(__u64));
  return form->address ? (const void *)argument_of(call, form->address) : NULL;
}

__noinline int fill_object(void) {
  struct call the_call, *call = &the_call;
  if (!this_call(call)) return 0;
  struct doorman_event_object *object = object_of(call->s);
  __u8 where = call->form->object;
  bool made = where == DOORMAN_OBJECT_IS_RESULT;
  object->fd = made ? (call->state->result < 0 ? -1 : call->state->result) : (int)argument_of(call, where);
  if (call->state->file) fill_file(object, call->state->file);
  else if (call->form->flags & DOORMAN_CALL_IS_OPEN) object->type = DOORMAN_OBJECT_FILE;
  const void *address = given_address(call);
  if (address) fill_named_end(object, address, call->form->type == EVENT_bind);
  if (call->form->flags & DOORMAN_CALL_IS_ACCEPT) object->flags |= DOORMAN_OBJECT_SERVER;
  return 0;
}

__noinline int put_paths(void) {
  struct call the_call, *call = &the_call;
  if (!this_call(call)) return 0;
  struct doorman_call_form *form = call->form;
  if (call->state->file) {
    __u8 type = object_of(call->s)->type;
    if (type == DOORMAN_OBJECT_FILE || type == DOORMAN_OBJECT_DIRECTORY || type == DOORMAN_OBJECT_MEMFD) {
      put_walked(call->s, DOORMAN_SLOT_PATH);
    } else if (type == DOORMAN_OBJECT_UNIX) {
      put_unix_path(call);
    }
  } else if (form->path) {
    put_written_path(call, DOORMAN_SLOT_PATH, form->path, form->folder);
  }
  if (form->other_path) put_written_path(call, DOORMAN_SLOT_OTHER_PATH, form->other_path, form->other_folder);
  return 0;
}

static long put_parameter(__u32 i, struct call *call) {
  if (i >= DOORMAN_CALL_PARAMETERS) return 1;
  const struct doorman_argument *argument = &call->form->parameter[i];
  __u32 slot = DOORMAN_SLOT_PARAMETERS + i;
  if (argument->form == DOORMAN_ARGUMENT_TEXT) {
    put_user_text(call->s, slot, (const char *)argument_at(call, argument->index));
  } else if (argument->form != DOORMAN_ARGUMENT_NONE) {
    put_number(call->s, slot, number_in_call(call, argument));
  }
  return 0;
}

__noinline int put_parameters(void) {
  struct call call;
  if (this_call(&call)) bpf_loop(call.form->parameters, put_parameter, &call, 0);
  return 0;
}

/* Whether it is wanted */

static __always_inline void find_file(struct call *call, struct task_struct *task) {
  struct doorman_call_form *form = call->form;
  if (call->state->file) return;
  if (form->object == DOORMAN_OBJECT_IS_RESULT) {
    if (call->state->traits & DOORMAN_TRAIT_SUCCEEDED) call->state->file = file_of(task, call->state->result);
  } else if (form->object) {
    call->state->file = file_of(task, argument_of(call, form->object));
  }
}

static __always_inline void find_path(struct call *call, struct task_struct *task) {
  find_file(call, task);
  if (call->state->file) walk_file(call->s, call->state->file);
}

static __always_inline void see_plain_traits(struct call *call) {
  const __u32 access_mode = 3, write_only = 1, read_write = 2, truncate = 01000; /* O_ACCMODE and so on */
  bool failed = call->state->result < 0 && call->state->result >= -4095;
  call->state->traits = failed ? DOORMAN_TRAIT_FAILED : DOORMAN_TRAIT_SUCCEEDED;
  if (!(call->form->flags & DOORMAN_CALL_IS_OPEN)) return;
  __u32 flags = write_only | truncate;
  if (!(call->form->flags & DOORMAN_CALL_IS_CREAT)) flags = number_in_call(call, &call->form->open_flags);
  __u32 access = flags & access_mode;
  if (access != write_only) call->state->traits |= DOORMAN_TRAIT_READS;
  if (access == write_only || access == read_write) call->state->traits |= DOORMAN_TRAIT_WRITES;
  if (flags & truncate) call->state->traits |= DOORMAN_TRAIT_TRUNCATES;
}

#define DOORMAN_COSTLY_TRAITS (DOORMAN_TRAIT_IN_CONTAINER | DOORMAN_TRAIT_CLIMBS)

/* What costs more is looked at when the first clause asks. */
static __always_inline bool has_traits(struct call *call, __u32 traits) {
  __u32 unknown = traits & DOORMAN_COSTLY_TRAITS & ~call->state->looked_at;
  if (unknown & DOORMAN_TRAIT_IN_CONTAINER) {
    __u64 cgroup = cgroup_of(bpf_get_current_task_btf());
    if (bpf_map_lookup_elem(&containers, &cgroup)) call->state->traits |= DOORMAN_TRAIT_IN_CONTAINER;
    call->state->looked_at |= DOORMAN_TRAIT_IN_CONTAINER;
    if (traits & ~DOORMAN_TRAIT_CLIMBS & ~call->state->traits) return false;
  }
  if (unknown & DOORMAN_TRAIT_CLIMBS) {
    if (climbs()) call->state->traits |= DOORMAN_TRAIT_CLIMBS;
    call->state->looked_at |= DOORMAN_TRAIT_CLIMBS;
  }
  return !(traits & ~call->state->traits);
}

__noinline int look_up_filters(void) {
  struct call the_call, *call = &the_call;
  if (!this_call(call)) return 0;
  call->state->knows_filters = true;
  find_path(call, bpf_get_current_task_btf());
  call->state->filters = call->state->file ? filters_of_walked(call->s) : filters_of_written(call);
  return 0;
}

static __always_inline __u64 filters_of(struct call *call) {
  if (!call->state->knows_filters) look_up_filters();
  return call->state->filters;
}

static __always_inline __u64 filters_of_name(const struct dentry_look *look, bool of_folder) {
  struct doorman_leaf_key key = {.length = look->name.length, .of_folder = of_folder};
  __u32 bytes = key.length < DOORMAN_LEAF_BYTES ? key.length : DOORMAN_LEAF_BYTES;
  opaque(bytes);
  if (bytes > DOORMAN_LEAF_BYTES || bpf_probe_read_kernel(key.text, bytes, look->name.text)) return ~0ULL;
  if (!(leaf_bits & doorman_leaf_bit(&key))) return 0;
  __u64 *found = bpf_map_lookup_elem(&leaves, &key);
  return found ? *found : 0;
}

static __always_inline __u64 filters_of_leaf(struct file *file) {
  struct dentry_look look = {};
  struct dentry *top = look_at_leaf(&look, file);
  if (!top) return ~0ULL;
  __u64 possible = any_leaf | filters_of_name(&look, false);
  if (!by_folder) return possible;
  if (look.parent == top) return possible | by_folder;
  look_at_dentry(&look, look.parent);
  return possible | filters_of_name(&look, true);
}

/* The last names cost much less than the whole path, and say for most files that no rule names them. */
static __always_inline void look_at_possible(struct call *call) {
  call->state->knows_possible = true;
  find_file(call, bpf_get_current_task_btf());
  call->state->possible = call->state->file ? filters_of_leaf(call->state->file) : ~0ULL;
}

static __always_inline bool may_have_filter(struct call *call, __u64 filter) {
  if (filter & any_leaf || call->state->knows_filters) return true;
  if (!call->state->knows_possible) look_at_possible(call);
  return filter & call->state->possible;
}

__noinline int is_wanted_by(__u32 i) {
  struct call the_call, *call = &the_call;
  if (!this_call(call) || i >= DOORMAN_CALL_CLAUSES) return 0;
  const struct doorman_call_clause *clause = &call->form->clause[i];
  __u64 filter = clause->filter;
  if (!has_traits(call, clause->traits) || (filter && !may_have_filter(call, filter))) return 0;
  return !filter || filter & filters_of(call);
}

/* One bit for each clause whose cheap traits the call has. */
static __always_inline __u32 possible_clauses(struct call *call) {
  __u32 missing = ~call->state->traits & ~DOORMAN_COSTLY_TRAITS, possible = 0;
#pragma unroll
  for (__u32 i = 0; i < DOORMAN_CALL_CLAUSES; i++) {
    possible |= (__u32)(i < call->form->clauses && !(call->form->clause[i].traits & missing)) << i;
  }
  return possible;
}

__noinline int is_wanted(void) {
  struct call the_call, *call = &the_call;
  if (!this_call(call)) return 0;
  struct doorman_call_form *form = call->form;
  if (form->flags & DOORMAN_CALL_NAMES_OTHER_END && !given_address(call)) return false;
  see_plain_traits(call);
  call->state->clauses = possible_clauses(call);
  for (__u32 i = 0; i < DOORMAN_CALL_CLAUSES; i++) {
    /* Read anew each time: the verifier would follow each combination of bits that it remembers. */
    if (*(volatile __u32 *)&call->state->clauses & 1U << i && is_wanted_by(i)) return true;
  }
  return false;
}

static __always_inline void tell(struct call *call, struct task_struct *task) {
  struct scratch *s = call->s;
  struct doorman_call_form *form = call->form;
  __u8 parameters = form->parameters;
  if (parameters > DOORMAN_CALL_PARAMETERS) return;
  bool has_object = form->object != 0;
  bool is_named = form->named && filters_of(call) & form->named;
  if (!call->state->knows_filters) find_path(call, task);
  if (has_object) begin(s, DOORMAN_RECORD_CALL, form->type, DOORMAN_SLOT_PARAMETERS + parameters, true);
  else begin(s, DOORMAN_RECORD_CALL, form->type, DOORMAN_SLOT_PARAMETERS + parameters, false);
  fill_header(header_of(s), task);
  header_of(s)->result = call->state->result;
  if (has_object) fill_object();
  put_paths();
  put_parameters();
  if (form->flags & DOORMAN_CALL_IS_PRIVILEGED) send_fairly(s, &privileges, DOORMAN_PRIVILEGES_BYTES);
  else if (is_named) send_fairly(s, &watched, DOORMAN_WATCHED_BYTES);
  else send_fairly(s, &calls, DOORMAN_CALLS_BYTES);
}

#if defined(__TARGET_ARCH_x86)

#define NUMBER_BITS 0x3fffffff /* of x32 calls: bit 30 is set */
#define IS_COMPAT 2            /* TS_COMPAT: entered as a call of 32 bits */

static __always_inline __u32 call_number(struct pt_regs *regs) { return regs->orig_ax & NUMBER_BITS; }
static __always_inline bool is_compat(struct task_struct *task) { return task->thread_info.status & IS_COMPAT; }

static __always_inline void read_arguments(struct call_state *call, struct pt_regs *regs, bool compat) {
  if (compat) {
    call->argument[0] = (__u32)regs->bx;
    call->argument[1] = (__u32)regs->cx;
    call->argument[2] = (__u32)regs->dx;
    call->argument[3] = (__u32)regs->si;
    call->argument[4] = (__u32)regs->di;
    call->argument[5] = (__u32)regs->bp;
    return;
  }
  call->argument[0] = regs->di;
  call->argument[1] = regs->si;
  call->argument[2] = regs->dx;
  call->argument[3] = regs->r10;
  call->argument[4] = regs->r8;
  call->argument[5] = regs->r9;
}

#elif defined(__TARGET_ARCH_arm64)

static __always_inline __u32 call_number(struct pt_regs *regs) { return regs->syscallno; }
static __always_inline bool is_compat(struct task_struct *task) { return false; }

static __always_inline void read_arguments(struct call_state *call, struct pt_regs *regs, bool compat) {
  call->argument[0] = regs->orig_x0;
  call->argument[1] = regs->regs[1];
  call->argument[2] = regs->regs[2];
  call->argument[3] = regs->regs[3];
  call->argument[4] = regs->regs[4];
  call->argument[5] = regs->regs[5];
}

#endif

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result) {
  __u32 number = call_number(regs);
  if (number >= DOORMAN_CALL_NUMBERS || !wanted[number]) return 0;
  struct task_struct *task = bpf_get_current_task_btf();
  bool compat = is_compat(task);
  __u32 at = compat ? compat_form_of[number] : form_of[number];
  struct scratch *s = my_scratch();
  if (!at || at >= DOORMAN_CALL_FORMS || !s || (__u32)task->tgid == guard_pid) return 0;
  struct call call;
  call.s = s;
  call.form = &forms[at];
  call.state = my_state();
  if (!call.state) return 0;
  __builtin_memset(call.state, 0, sizeof *call.state);
  call.state->form = at;
  call.state->result = compat ? (__s64)(__s32)result : result;
  read_arguments(call.state, regs, compat);
  if (is_wanted()) tell(&call, task);
  return 0;
}
