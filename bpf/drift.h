/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_DRIFT_H
#define DOORMAN_DRIFT_H

#include "bpf/path.h"
#include "bpf/task.h"

/*
 * Whether a program is the image's, judged by what the kernel itself holds: the inode that is being executed. No
 * path is believed.
 *
 * Of the process's container this needs the superblock of its root: the one that the container's first program was
 * run in, as that is the engine's doing; nothing that runs inside can change it by chroot, pivot_root or a new
 * mount namespace. Where that is no overlay, as with the storage drivers vfs and btrfs, a file is taken for written
 * when it changed after the container was made.
 */

#define DRIFT_OVERLAYFS 0x794c7630
#define DRIFT_TMPFS 0x01021994
#define DRIFT_HUGETLBFS 0x958458f6
#define DRIFT_PIDFS 0x50494446
#define DRIFT_SIGKILL 9
#define DRIFT_SIGSTOP 19
#define DRIFT_SIGNAL_UNKILLABLE 0x40
#define DRIFT_SIG_IGN ((void (*)(int))1)
#define DRIFT_LOADER_NAME 40

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DOORMAN_MAX_APPROVED);
  __type(key, struct doorman_drift_file);
  __type(value, __u8);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} approved SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DOORMAN_MAX_CONTAINERS);
  __type(key, __u64);
  __type(value, struct doorman_drift_root);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} drift_roots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, DOORMAN_MAX_HELD);
  __type(key, __u32);
  __type(value, struct doorman_drift_held);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} drift_held SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct doorman_drift_gate);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} drift_gate SEC(".maps");

/* Wakes the gate; what there is to do is in `drift_held`. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} drift_wake SEC(".maps");

static __always_inline struct doorman_drift_gate* drift_the_gate(void) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(&drift_gate, &zero);
}

/* In nanoseconds since 1970. Since 6.13 the highest bit of the smaller half says whether somebody asked for it. */
static __always_inline __u64 drift_ctime(struct inode* inode) {
  struct inode___since_6_11* newest = (void*)inode;
  struct inode___since_6_7* newer = (void*)inode;
  struct inode___before_6_6* older = (void*)inode;
  if (bpf_core_field_exists(newest->i_ctime_sec)) {
    return LOOK(newest, i_ctime_sec) * 1000000000ULL + (LOOK(newest, i_ctime_nsec) & 0x3fffffff);
  }
  struct timespec64 time = {};
  if (bpf_core_field_exists(newer->__i_ctime)) {
    BPF_CORE_READ_INTO(&time, newer, __i_ctime);
  } else {
    BPF_CORE_READ_INTO(&time, older, i_ctime);
  }
  return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

/* The dynamic loaders of glibc, musl and uClibc: ld-linux-x86-64.so.2, ld-2.31.so, ld-musl-x86_64.so.1, ld64.so.2,
 * and libc.so, which is musl's. */
static __always_inline int drift_is_loader(struct file* file) {
  char name[DRIFT_LOADER_NAME] = {};
  const unsigned char* text = LOOK(file, f_path.dentry, d_name.name);
  if (bpf_probe_read_kernel_str(name, sizeof(name), text) < 0) return 0;
  if (name[0] != 'l') return 0;
  if (name[1] != 'd') {
    return name[1] == 'i' && name[2] == 'b' && name[3] == 'c' && name[4] == '.' && name[5] == 's' &&
           name[6] == 'o' && name[7] == 0;
  }
  for (int i = 2; i + 2 < DRIFT_LOADER_NAME; ++i) {
    if (name[i] == 0) return 0;
    if (name[i] == '.' && name[i + 1] == 's' && name[i + 2] == 'o') return 1;
  }
  return 0;
}

/* Where a container's root is, and since when it is there. */
struct drift_place {
  struct doorman_drift_root root;
  __u64 made; /* nanoseconds since 1970; 0: not known */
};

/* A doorman_drift_reason, or 0: the image's. `key` becomes the file's state. */
static __always_inline __u8 drift_judge(struct file* file, const struct drift_place* place,
                                        struct doorman_drift_file* key) {
  struct inode* inode = LOOK(file, f_inode);
  struct super_block* super = LOOK(inode, i_sb);
  __u64 magic = LOOK(super, s_magic);
  struct inode* real = inode;
  if (magic == DRIFT_OVERLAYFS && bpf_core_type_exists(struct ovl_inode)) {
    struct ovl_inode* overlay = (void*)((char*)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode));
    struct dentry* upper = LOOK(overlay, __upperdentry);
    if (upper) real = LOOK(upper, d_inode);
  }
  key->device = LOOK(real, i_sb, s_dev);
  key->inode = LOOK(real, i_ino);
  key->ctime = drift_ctime(real);
  if (LOOK(inode, i_nlink) == 0) {
    return magic == DRIFT_TMPFS || magic == DRIFT_HUGETLBFS ? DOORMAN_DRIFT_MEMORY : DOORMAN_DRIFT_UNLINKED;
  }
  if (LOOK(super, s_dev) != place->root.device) return DOORMAN_DRIFT_FOREIGN;
  if (real != inode) return DOORMAN_DRIFT_WRITTEN;
  /* Without layers there is the time alone; what only got other permissions cannot be told from what was written.
   */
  if (magic != DRIFT_OVERLAYFS && place->made && key->ctime > place->made) return DOORMAN_DRIFT_WRITTEN;
  return drift_is_loader(file) ? DOORMAN_DRIFT_LOADER : 0;
}

/* Engines may run programs of their own before the container has its root. */
#define DRIFT_ROOT_SETTLES 10000000000ULL

/* Of the container, remembered from its first program on. With `first`, this one may be that. */
static __always_inline void drift_find_place(struct drift_place* place, struct task_struct* task,
                                             const struct doorman_container* container, int first) {
  __u64 key = container->root;
  const struct doorman_drift_gate* gate = drift_the_gate();
  if (gate && gate->wall_clock && container->made) place->made = container->made + gate->wall_clock;
  struct doorman_drift_root* known = bpf_map_lookup_elem(&drift_roots, &key);
  place->root.device = LOOK(task, fs, root.mnt, mnt_sb, s_dev);
  place->root.overlay = LOOK(task, fs, root.mnt, mnt_sb, s_magic) == DRIFT_OVERLAYFS;
  if (known) {
    bool settles = bpf_ktime_get_boot_ns() - container->made < DRIFT_ROOT_SETTLES;
    if (!first || known->overlay || !place->root.overlay || !settles) {
      place->root = *known;
      return;
    }
  }
  if (first) bpf_map_update_elem(&drift_roots, &key, &place->root, BPF_ANY);
}

static __always_inline int drift_is_approved(__u8 reason, const struct doorman_drift_file* key) {
  if (reason != DOORMAN_DRIFT_WRITTEN && reason != DOORMAN_DRIFT_FOREIGN) return 0;
  return bpf_map_lookup_elem(&approved, key) != 0;
}

/* Whether the signal would end the process once it executes, which leaves no handler: who executes may have had it
 * ignored or blocked, and the first process of a pid namespace is spared. */
static __always_inline int drift_signal_ends(struct task_struct* task) {
  if (LOOK(task, signal, flags) & DRIFT_SIGNAL_UNKILLABLE) return 0;
  if (LOOK(task, blocked.sig[0]) & (1ULL << (DOORMAN_DRIFT_SIGNAL - 1))) return 0;
  return LOOK(task, sighand, action[DOORMAN_DRIFT_SIGNAL - 1].sa.sa_handler) != DRIFT_SIG_IGN;
}

static __always_inline bool drift_gate_lives(void) {
  const struct doorman_drift_gate* gate = drift_the_gate();
  if (!gate || (!gate->pid[0] && !gate->pid[1])) return false;
  return bpf_ktime_get_boot_ns() <= gate->heartbeat + gate->patience;
}

/* Whether the gate can be asked about a process that stands stopped. */
static __always_inline bool drift_can_hold(struct task_struct* task) {
  return drift_gate_lives() && drift_signal_ends(task);
}

/* Stops the process before its first instruction, for the gate to look at the file. */
static __always_inline int drift_hold(struct task_struct* task, __u8 reason) {
  __u32 pid = LOOK(task, tgid);
  struct doorman_drift_held held = {.since = bpf_ktime_get_boot_ns(), .reason = reason};
  if (!drift_can_hold(task)) return 0;
  held.cgroup = cgroup_of(task);
  held.start = LOOK(task, group_leader, start_boottime);
  if (bpf_map_update_elem(&drift_held, &pid, &held, BPF_ANY) != 0) return 0;
  if (bpf_send_signal(DOORMAN_DRIFT_SIGNAL) == 0 && bpf_send_signal(DRIFT_SIGSTOP) == 0 &&
      bpf_ringbuf_output(&drift_wake, &pid, sizeof(pid), BPF_RB_FORCE_WAKEUP) == 0) {
    return 1;
  }
  bpf_map_delete_elem(&drift_held, &pid);
  return 0;
}

/* What an execution is, and what was done about it. */
struct drift_verdict {
  struct doorman_drift_file file;
  __u8 reason; /* 0: nothing to tell */
  __u8 done;
  __u8 mode;
};

/* What it is; nothing is done yet. The engine's own steps run in the container's control group but in the
 * host's mount namespace (runc runs itself again from a memfd): they are never judged. */
static __always_inline struct drift_verdict drift_find(struct task_struct* task, struct linux_binprm* bprm,
                                                       const struct doorman_container* container) {
  struct drift_verdict verdict = {};
  const struct doorman_control* control = the_control();
  if (!control || !control->host_mnt_ns || container->drift == DOORMAN_DRIFT_OFF) return verdict;
  if (LOOK(task, nsproxy, mnt_ns, ns.inum) == control->host_mnt_ns) return verdict;
  struct file* file = LOOK(bprm, file);
  struct drift_place place = {};
  drift_find_place(&place, task, container, 1);
  __u8 reason = drift_judge(file, &place, &verdict.file);
  if (!reason || drift_is_approved(reason, &verdict.file)) return verdict;
  verdict.mode = container->drift;
  verdict.reason = reason;
  return verdict;
}

static __always_inline bool drift_is_to_be_stopped(const struct drift_verdict* verdict) {
  return verdict->reason && verdict->mode != DOORMAN_DRIFT_ALERT;
}

/* Whether only user space can tell: by the content of a file that may be re-permissioned, or by the file that a
 * loader was named. */
static __always_inline bool drift_may_be_image(__u8 reason) {
  return reason == DOORMAN_DRIFT_LOADER || reason == DOORMAN_DRIFT_WRITTEN;
}

static __always_inline struct drift_verdict drift_exec(struct task_struct* task, struct linux_binprm* bprm,
                                                       const struct doorman_container* container) {
  struct drift_verdict verdict = drift_find(task, bprm, container);
  if (!drift_is_to_be_stopped(&verdict)) return verdict;
  if (drift_may_be_image(verdict.reason) && drift_hold(task, verdict.reason)) {
    verdict.reason = 0;
    return verdict;
  }
  bpf_send_signal(DRIFT_SIGKILL);
  verdict.done = DOORMAN_DRIFT_KILLED;
  return verdict;
}

/* A process has ended. Without the gate nothing is held any more, but killed. */
static __always_inline void drift_gate_ends(__u32 pid) {
  struct doorman_drift_gate* gate = drift_the_gate();
  if (!gate) return;
  if (gate->pid[0] == pid) gate->pid[0] = 0;
  if (gate->pid[1] == pid) gate->pid[1] = 0;
}

static __always_inline void drift_tell_exec(struct scratch* s, struct task_struct* task, struct linux_binprm* bprm,
                                            const struct drift_verdict* verdict) {
  struct file* file = bprm->file;
  struct doorman_drift drift = {.reason = verdict->reason, .done = verdict->done, .mode = verdict->mode};
  begin(s, DOORMAN_RECORD_DRIFT, 0, DOORMAN_SLOT_DRIFT + 1, true);
  fill_header(header_of(s), task);
  struct doorman_event_object* object = object_of(s);
  object->type = drift.reason == DOORMAN_DRIFT_MEMORY ? DOORMAN_OBJECT_MEMFD : DOORMAN_OBJECT_FILE;
  object->fd = -1;
  object->inode = verdict->file.inode;
  object->device = verdict->file.device;
  put_path(s, DOORMAN_DRIFT_PATH, &file->f_path);
  put_text(s, DOORMAN_DRIFT_FILENAME, bprm->filename);
  put_bytes(s, DOORMAN_SLOT_DRIFT, &drift, sizeof drift);
  send(s, &critical);
}

/*
 * Asked for every execution, before its first instruction, in the process that is about to run it. `group` is the
 * container's entry in the map `containers`, or NULL for the host.
 */
static __always_inline void judge_program(struct task_struct* task, struct linux_binprm* bprm,
                                          struct doorman_container* group) {
  if (!group) return;
  struct drift_verdict verdict = drift_exec(task, bprm, group);
  struct scratch* s = my_scratch();
  if (verdict.reason && s) drift_tell_exec(s, task, bprm, &verdict);
}

#endif
