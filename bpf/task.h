/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_TASK_H
#define DOORMAN_TASK_H

/* Who a record is about. Tasks are the kernel's own pointers, as a tracepoint or bpf_get_current_task_btf() gives.
 */

#include "bpf/record.h"

#define OVERLAYFS_MAGIC 0x794c7630
#define TMPFS_MAGIC_NUMBER 0x01021994
#define NS_PER_SECOND 1000000000ULL

/* struct upid as a copy of it lies. */
struct number_in {
  int number;
  struct pid_namespace* ns;
};

/* As the first pid namespace counts. */
static __always_inline __u32 number_of(struct pid* pid) { return pid ? LOOK(pid, numbers[0].nr) : 0; }

static __always_inline struct number_in read_number(struct pid* pid, unsigned int level) {
  struct number_in found = {};
  bpf_probe_read_kernel(&found, sizeof found, &pid->numbers[level]);
  return found;
}

/* As a namespace at `level` counts; 0 when it does not see the process. */
static __always_inline __u32 number_at(struct pid* pid, unsigned int level) {
  if (!pid || LOOK(pid, level) < level) return 0;
  return read_number(pid, level).number;
}

static __always_inline __u64 cgroup_of(struct task_struct* task) {
  return UNVOUCHED(task)->cgroups->dfl_cgrp->kn->id;
}

static __always_inline void fill_header(struct doorman_event_header* header, struct task_struct* task) {
  task = UNVOUCHED(task);
  header->time = bpf_ktime_get_boot_ns();
  header->cgroup = cgroup_of(task);
  header->start = task->group_leader->start_boottime;
  header->pid = task->tgid;
  header->tid = task->pid;
  header->uid = task->cred->euid.val;
  header->gid = task->cred->egid.val;
  header->cpu = bpf_get_smp_processor_id();
  struct pid* pid = task->thread_pid;
  header->vtid = read_number(pid, pid->level).number;
}

static __always_inline __u64 capabilities_in(const struct capabilities* set) {
  __u64 bits = 0;
  bpf_probe_read_kernel(&bits, sizeof bits, set);
  return bits;
}

static __always_inline __u64 nanoseconds(__s64 seconds, __u64 rest) {
  return (__u64)seconds * NS_PER_SECOND + rest;
}

static __always_inline void fill_times(struct doorman_process* into, struct inode* inode) {
  struct inode___since_6_11* newest = (void*)inode;
  struct inode___since_6_7* newer = (void*)inode;
  struct inode___before_6_6* old = (void*)inode;
  if (bpf_core_field_exists(newest->i_ctime_sec)) {
    const __u32 queried = 1U << 31; /* I_CTIME_QUERIED, since 6.13 */
    into->exe_ctime = nanoseconds(LOOK(newest, i_ctime_sec), LOOK(newest, i_ctime_nsec) & ~queried);
    into->exe_mtime = nanoseconds(LOOK(newest, i_mtime_sec), LOOK(newest, i_mtime_nsec));
  } else if (bpf_core_field_exists(newer->__i_ctime) && bpf_core_field_exists(newer->__i_mtime)) {
    into->exe_ctime = nanoseconds(LOOK(newer, __i_ctime.tv_sec), LOOK(newer, __i_ctime.tv_nsec));
    into->exe_mtime = nanoseconds(LOOK(newer, __i_mtime.tv_sec), LOOK(newer, __i_mtime.tv_nsec));
  } else if (bpf_core_field_exists(old->i_ctime)) {
    into->exe_ctime = nanoseconds(LOOK(old, i_ctime.tv_sec), LOOK(old, i_ctime.tv_nsec));
    into->exe_mtime = nanoseconds(LOOK(old, i_mtime.tv_sec), LOOK(old, i_mtime.tv_nsec));
  }
}

/* Of an inode on overlayfs: whether its content stands in the upper layer. False for all when the kernel's types do
 * not say. */
static __always_inline bool is_in_upper_layer(struct inode* inode) {
  if (!bpf_core_type_exists(struct ovl_inode)) return false;
  char* overlay = (char*)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
  struct dentry* upper = NULL;
  bpf_probe_read_kernel(&upper, sizeof upper, overlay + bpf_core_field_offset(struct ovl_inode, __upperdentry));
  return upper != NULL;
}

/* Of overlayfs, as enum doorman_process_flags; 0 elsewhere. */
static __always_inline __u32 layer_of(struct inode* inode) {
  if (LOOK(inode, i_sb, s_magic) != OVERLAYFS_MAGIC || !bpf_core_type_exists(struct ovl_inode)) return 0;
  return is_in_upper_layer(inode) ? DOORMAN_EXE_UPPER_LAYER : DOORMAN_EXE_LOWER_LAYER;
}

static __always_inline bool is_memfd(struct file* file) {
  struct inode* inode = LOOK(file, f_inode);
  if (LOOK(inode, i_nlink) != 0 || LOOK(inode, i_sb, s_magic) != TMPFS_MAGIC_NUMBER) return false;
  char name[6] = {};
  bpf_probe_read_kernel(name, sizeof name, LOOK(file, f_path.dentry, d_name.name));
  return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 'f' && name[4] == 'd' && name[5] == ':';
}

/* By mode, owner and capability; supplementary groups and access lists are not looked at. */
static __always_inline bool may_write(const struct cred* cred, struct inode* inode) {
  const __u64 dac_override = 1ULL << 1;
  if (capabilities_in(&cred->cap_effective) & dac_override) return true;
  __u32 mode = LOOK(inode, i_mode);
  /* Who owns it may make it writable. */
  if (LOOK(cred, fsuid.val) == LOOK(inode, i_uid.val)) return true;
  return mode & (LOOK(cred, fsgid.val) == LOOK(inode, i_gid.val) ? 0020 : 0002);
}

static __always_inline void fill_exe(struct doorman_process* into, struct task_struct* task, struct file* exe) {
  struct inode* inode = LOOK(exe, f_inode);
  into->exe_inode = LOOK(inode, i_ino);
  into->exe_device = LOOK(inode, i_sb, s_dev);
  fill_times(into, inode);
  into->flags = layer_of(inode);
  if (may_write(LOOK(task, cred), inode)) into->flags |= DOORMAN_EXE_WRITABLE;
  if (is_memfd(exe)) into->flags |= DOORMAN_EXE_FROM_MEMFD;
}

static __always_inline __u32 tty_of(struct signal_struct* signal) {
  struct tty_struct* tty = LOOK(signal, tty);
  if (!tty) return 0;
  __u32 major = LOOK(tty, driver, major);
  __u32 minor = LOOK(tty, driver, minor_start) + LOOK(tty, index);
  return (minor & 0xff) | major << 8 | (minor & ~0xffU) << 12; /* as stat(2) has it */
}

static __always_inline void fill_process(struct doorman_process* into, struct task_struct* task) {
  __builtin_memset(into, 0, sizeof *into);
  struct task_struct* leader = LOOK(task, group_leader);
  struct task_struct* parent = LOOK(task, real_parent, group_leader);
  struct signal_struct* signal = LOOK(task, signal);
  const struct cred* cred = LOOK(task, cred);
  struct pid* thread_pid = LOOK(task, thread_pid);
  struct pid *session = LOOK(signal, pids[PIDTYPE_SID]), *group = LOOK(signal, pids[PIDTYPE_PGID]);
  unsigned int level = LOOK(thread_pid, level);
  into->start = LOOK(leader, start_boottime);
  into->pid = LOOK(task, tgid);
  into->parent = LOOK(parent, tgid);
  into->parent_start = LOOK(parent, start_boottime);
  into->cap_effective = capabilities_in(&cred->cap_effective);
  into->cap_permitted = capabilities_in(&cred->cap_permitted);
  into->cap_inheritable = capabilities_in(&cred->cap_inheritable);
  into->uid = LOOK(cred, euid.val);
  into->gid = LOOK(cred, egid.val);
  into->session = number_of(session);
  into->group = number_of(group);
  into->vpid = number_at(LOOK(leader, thread_pid), level);
  into->vsession = number_at(session, level);
  into->vgroup = number_at(group, level);
  into->tty = tty_of(signal);
  into->loginuid = bpf_core_field_exists(task->loginuid) ? LOOK(task, loginuid.val) : 0xffffffff;
  struct pid_namespace* ns = read_number(thread_pid, level).ns;
  struct task_struct* first = LOOK(ns, child_reaper);
  into->pidns_start = first ? LOOK(first, start_boottime) : 0;
}

#endif
