/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What was there before the guard: iterators that write records of all processes and control groups to who reads
 * them. /proc does not know when a process started as exactly as events tell it.
 */
#include "bpf/container_group.h"
#include "bpf/event_type.h"
#include "bpf/path.h"
#include "bpf/task.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline void write_out(struct scratch *s, struct bpf_iter_meta *meta) {
  __u32 size = finish(s);
  opaque(size);
  if (size == 0 || size > RECORD_BYTES) return;
  bpf_seq_write(meta->seq, s->record, size);
}

/* The memory of another process. */
static __always_inline void put_their_range(struct scratch *s, __u32 slot, struct task_struct *task,
                                            unsigned long from, unsigned long end) {
  void *at = next(s);
  if (!at || end <= from) return;
  __u64 bytes = end - from;
  if (bytes > CHUNK_BYTES) {
    bytes = CHUNK_BYTES;
    s->cut = 1;
  }
  opaque(bytes);
  if (bytes > CHUNK_BYTES || bpf_copy_from_user_task(at, bytes, (const void *)from, task, 0)) return;
  took(s, slot, bytes);
}

SEC("iter.s/task")
int tell_process(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  struct scratch *s = first_scratch();
  if (!task || !s || task->pid != task->tgid) return 0;
  begin(s, DOORMAN_RECORD_CHANGE, EVENT_none, DOORMAN_SLOT_CWD + 1, false);
  fill_header(header_of(s), task);
  struct mm_struct *mm = UNVOUCHED(task)->mm;
  struct file *exe = mm ? mm->exe_file : NULL;
  if (exe) put_path(s, DOORMAN_SLOT_EXE, &exe->f_path);
  struct doorman_process process;
  fill_process(&process, task);
  if (exe) fill_exe(&process, task, exe);
  put_bytes(s, DOORMAN_SLOT_PROCESS, &process, sizeof process);
  put_text(s, DOORMAN_SLOT_COMM, task->comm);
  if (mm) {
    put_their_range(s, DOORMAN_SLOT_ARGS, task, mm->arg_start, mm->arg_end);
    struct doorman_control *settings = the_control();
    if (settings && settings->environment) put_their_range(s, DOORMAN_SLOT_ENV, task, mm->env_start, mm->env_end);
  }
  struct fs_struct *fs = task->fs;
  if (fs) put_path(s, DOORMAN_SLOT_CWD, &fs->pwd);
  write_out(s, ctx->meta);
  return 0;
}

struct climb {
  struct scratch *s;
  struct kernfs_node *node;
};

static long climb_step(__u32 index, struct climb *climb) {
  struct scratch *s = climb->s;
  struct kernfs_node *node = climb->node, *parent = parent_node(node);
  __u32 at = s->path_at;
  if (!parent) return 1; /* the root has no name */
  char *name = s->name;
  long length = bpf_probe_read_kernel_str(name, NAME_BYTES, LOOK(node, name)) - 1;
  opaque(length);
  opaque(at);
  if (length <= 0 || length >= NAME_BYTES || at > PATH_BYTES || at < length + 1) return 1;
  at -= length + 1;
  opaque(at);
  if (at >= PATH_BYTES) return 1;
  s->path[at] = '/';
  bpf_probe_read_kernel(s->path + at + 1, length, name);
  s->path_at = at;
  climb->node = parent;
  return 0;
}

static __always_inline void put_group_path(struct scratch *s, struct kernfs_node *node) {
  struct climb climb = {.s = s, .node = node};
  s->path_at = PATH_BYTES;
  bpf_loop(PATH_STEPS, climb_step, &climb, 0);
  if (s->path_at == PATH_BYTES) {
    s->path_at = PATH_BYTES - 1;
    s->path[PATH_BYTES - 1] = '/';
  }
  put_walked(s, DOORMAN_CGROUP_PATH);
}

SEC("iter/cgroup")
int tell_group(struct bpf_iter__cgroup *ctx) {
  struct cgroup *group = ctx->cgroup;
  struct scratch *s = first_scratch();
  if (!group || !s) return 0;
  __u64 id = LOOK(group, kn, id);
  if (!bpf_map_lookup_elem(&containers, &id)) watch_group(s, group);
  begin(s, DOORMAN_RECORD_CGROUP, EVENT_none, DOORMAN_CGROUP_PARENT + 1, false);
  struct doorman_event_header *header = header_of(s);
  header->time = bpf_ktime_get_boot_ns();
  header->cgroup = id;
  put_group_path(s, LOOK(group, kn));
  put_number(s, DOORMAN_CGROUP_PARENT, parent_of(group));
  write_out(s, ctx->meta);
  return 0;
}
