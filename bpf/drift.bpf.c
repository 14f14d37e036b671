/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the gate asks and tells the kernel; nothing here is attached. The judgement itself is part of process.bpf.c. */
#include "bpf/drift.h"

char LICENSE[] SEC("license") = "GPL";

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, DOORMAN_DRIFT_WRITERS);
  __type(key, __u32);
  __type(value, struct doorman_drift_say);
} drift_say SEC(".maps");

static __always_inline struct file *drift_file_of(struct task_struct *task, __s32 fd) {
  struct file **files = BPF_CORE_READ(task, files, fdt, fd);
  struct file *file = 0;
  if (fd < 0 || (__u32)fd >= BPF_CORE_READ(task, files, fdt, max_fds)) return 0;
  bpf_probe_read_kernel(&file, sizeof(file), files + fd);
  return file;
}

static __always_inline struct task_struct *drift_task_of(struct file *pidfd) {
  struct pid *pid;
  if (BPF_CORE_READ(pidfd, f_inode, i_sb, s_magic) == DRIFT_PIDFS) {
    pid = BPF_CORE_READ(pidfd, f_inode, i_private);
  } else {
    pid = BPF_CORE_READ(pidfd, private_data);
  }
  struct hlist_node *node = BPF_CORE_READ(pid, tasks[PIDTYPE_TGID].first);
  if (!node) return 0;
  return (void *)((char *)node - bpf_core_field_offset(struct task_struct, pid_links) -
                  PIDTYPE_TGID * sizeof(struct hlist_node));
}

static __always_inline void drift_look_at_task(struct doorman_drift_look *look, struct task_struct *task) {
  look->pid = BPF_CORE_READ(task, tgid);
  look->start = BPF_CORE_READ(task, start_boottime);
  look->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
  look->uid = BPF_CORE_READ(task, cred, uid.val);
  look->gid = BPF_CORE_READ(task, cred, gid.val);
  const struct doorman_control *control = the_control();
  look->in_host = control && BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) == control->host_mnt_ns;
}

/* The same judgement for a file that the caller has open, and for the process behind a pidfd. */
SEC("syscall")
int drift_look(struct doorman_drift_look *look) {
  struct task_struct *self = (void *)bpf_get_current_task();
  struct file *file = drift_file_of(self, look->fd);
  struct file *pidfd = drift_file_of(self, look->pidfd);
  struct task_struct *task = pidfd ? drift_task_of(pidfd) : 0;
  struct doorman_drift_file key = {};
  struct drift_place place = {};
  __u64 cgroup;
  look->found = 0;
  if (!file || (look->pidfd >= 0 && !task)) return 0;
  if (task) {
    drift_look_at_task(look, task);
    cgroup = look->cgroup;
    const struct doorman_container *container = bpf_map_lookup_elem(&containers, &cgroup);
    if (container) {
      look->root = container->root;
      look->mode = container->drift;
      drift_find_place(&place, task, container, 0);
    }
  }
  look->reason = drift_judge(file, &place, &key);
  look->approved = drift_is_approved(look->reason, &key);
  look->file = key;
  look->found = 1;
  return 0;
}

/* A drift record as it goes into the ring: bpf/event.h. */
struct drift_record {
  struct doorman_event_header header;
  struct doorman_event_object object;
  __u16 length[3];
  __u8 slots[DOORMAN_DRIFT_PATH_MAX + sizeof(struct doorman_drift) + DOORMAN_EVENT_ALIGN + 2];
};

/* One for each process that may tell at this moment. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, DOORMAN_DRIFT_WRITERS);
  __type(key, __u32);
  __type(value, struct drift_record);
} drift_records SEC(".maps");

static __always_inline __u32 drift_write_record(struct drift_record *record, const struct doorman_drift_say *say) {
  __u32 path = say->path_bytes;
  if (path > DOORMAN_DRIFT_PATH_MAX) return 0;
  struct doorman_drift drift = {.reason = say->reason, .done = say->done, .mode = say->look.mode};
  __u32 bytes = 6 + path + sizeof drift;
  bytes = (bytes + DOORMAN_EVENT_ALIGN - 1) & ~(DOORMAN_EVENT_ALIGN - 1);
  bytes += sizeof record->header + sizeof record->object;
  __builtin_memset(&record->header, 0, sizeof record->header);
  __builtin_memset(&record->object, 0, sizeof record->object);
  record->header.size = bytes;
  record->header.kind = DOORMAN_RECORD_DRIFT;
  record->header.slots = 3;
  record->header.flags = DOORMAN_HAS_OBJECT;
  record->header.time = bpf_ktime_get_boot_ns();
  record->header.cgroup = say->look.cgroup;
  record->header.start = say->look.start;
  record->header.pid = say->look.pid;
  record->header.tid = say->look.pid;
  record->header.uid = say->look.uid;
  record->header.gid = say->look.gid;
  record->object.type = DOORMAN_OBJECT_FILE;
  record->object.fd = -1;
  record->object.inode = say->look.file.inode;
  record->object.device = say->look.file.device;
  record->length[DOORMAN_DRIFT_PATH] = path;
  record->length[DOORMAN_DRIFT_FILENAME] = DOORMAN_SLOT_ABSENT;
  record->length[DOORMAN_SLOT_DRIFT] = sizeof drift;
  bpf_probe_read_kernel(record->slots, path, say->path);
  bpf_probe_read_kernel(record->slots + path, sizeof drift, &drift);
  /* What was told before stands behind it. */
  __u64 nothing = 0;
  bpf_probe_read_kernel(record->slots + path + sizeof drift, DOORMAN_EVENT_ALIGN, &nothing);
  return bytes;
}

/* What the gate did goes where the kernel side writes, so that it waits there for whoever guards next. */
SEC("syscall")
int drift_tell(__u32 *writer) {
  __u32 which = *writer;
  const struct doorman_drift_say *say = bpf_map_lookup_elem(&drift_say, &which);
  struct drift_record *record = bpf_map_lookup_elem(&drift_records, &which);
  if (!say || !record) return 1;
  __u32 bytes = drift_write_record(record, say);
  if (bytes == 0 || bytes > sizeof *record) return 1;
  if (bpf_ringbuf_output(&critical, record, bytes, 0) != 0) {
    count_lost(say->look.cgroup, DOORMAN_LOST_RING_FULL);
  }
  return 0;
}
