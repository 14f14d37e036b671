/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Who runs what, and in which control group: executions, forks, exits, groups that come and go. Always attached, and
 * all that is told goes to the ring `critical`.
 */
#include "bpf/container_group.h"
#include "bpf/drift.h"
#include "bpf/event_type.h"
#include "bpf/path.h"
#include "bpf/task.h"

char LICENSE[] SEC("license") = "GPL";

#define PROCESS_SLOTS (DOORMAN_SLOT_CLONE_FLAGS + 1)

/* By which system call the task makes a child. */
static __always_inline __u16 fork_call(struct task_struct *task, struct pt_regs **regs) {
  *regs = (struct pt_regs *)bpf_task_pt_regs(task);
#if defined(__TARGET_ARCH_x86)
  switch ((*regs)->orig_ax) {
    case 56: return EVENT_clone;
    case 57: return EVENT_fork;
    case 58: return EVENT_vfork;
    case 435: return EVENT_clone3;
  }
#elif defined(__TARGET_ARCH_arm64)
  switch ((*regs)->syscallno) {
    case 220: return EVENT_clone;
    case 435: return EVENT_clone3;
  }
#endif
  return EVENT_none;
}

static __always_inline unsigned long first_argument(struct pt_regs *regs) {
#if defined(__TARGET_ARCH_x86)
  return regs->di;
#elif defined(__TARGET_ARCH_arm64)
  return regs->orig_x0;
#endif
}

/* Executions */

/* A program named by #! has bprm->filename for the script and bprm->interp for who runs it. */
static __always_inline bool is_script(const char *filename, const char *interp) { return filename != interp; }

/* As absolute as it can be: the script itself is not open any more. */
static __always_inline void put_script(struct scratch *s, struct path *cwd, const char *filename) {
  char start[2] = {};
  bpf_probe_read_kernel(start, sizeof start, filename);
  if (start[0] != '/') {
    put_path(s, DOORMAN_SLOT_SCRIPT, cwd);
    put_byte(s, DOORMAN_SLOT_SCRIPT, '/');
    if (start[0] == '.' && start[1] == '/') filename += 2;
  }
  put_text(s, DOORMAN_SLOT_SCRIPT, filename);
}

static __always_inline void tell_execution(struct task_struct *task, struct linux_binprm *bprm) {
  struct scratch *s = my_scratch();
  task = UNVOUCHED(task);
  bprm = UNVOUCHED(bprm);
  struct mm_struct *mm = task->mm;
  struct file *exe = bprm->file;
  if (!s || !mm) return;
  /* The registers are the new program's by now; a name that the kernel made up is of a descriptor given to execveat. */
  begin(s, DOORMAN_RECORD_EXEC, bprm->fdpath ? EVENT_execveat : EVENT_execve, PROCESS_SLOTS, false);
  fill_header(header_of(s), task);
  put_path(s, DOORMAN_SLOT_EXE, &exe->f_path);
  const char *filename = bprm->filename;
  if (is_script(filename, bprm->interp)) put_script(s, &task->fs->pwd, filename);
  struct doorman_process process;
  fill_process(&process, task);
  fill_exe(&process, task, exe);
  put_bytes(s, DOORMAN_SLOT_PROCESS, &process, sizeof process);
  put_text(s, DOORMAN_SLOT_COMM, task->comm);
  put_user_range(s, DOORMAN_SLOT_ARGS, mm->arg_start, mm->arg_end);
  struct doorman_control *settings = the_control();
  if (settings && settings->environment) put_user_range(s, DOORMAN_SLOT_ENV, mm->env_start, mm->env_end);
  put_path(s, DOORMAN_SLOT_CWD, &task->fs->pwd);
  put_text(s, DOORMAN_SLOT_FILENAME, filename);
  send(s, &critical);
}

/* What is said of the program comes after who runs it: whoever reads knows the process by then. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm) {
  tell_execution(task, bprm);
  __u64 cgroup = cgroup_of(task);
  judge_program(task, bprm, bpf_map_lookup_elem(&containers, &cgroup));
  return 0;
}

/* Forks */

/* What clone was asked for; clone3 has it in the caller's memory. */
static __always_inline __u64 clone_flags(__u16 type, struct pt_regs *regs) {
  const __u64 clone_vm = 0x100, clone_vfork = 0x4000;
  __u64 flags = first_argument(regs);
  switch (type) {
    case EVENT_clone: return flags;
    case EVENT_vfork: return clone_vm | clone_vfork;
    case EVENT_clone3: {
      const void *wanted = (const void *)flags;
      flags = 0;
      bpf_probe_read_user(&flags, sizeof flags, wanted);
      return flags;
    }
  }
  return 0;
}

/* A child that begins its life in another group than its parent's. */
static __always_inline void tell_other_group(struct scratch *s, __u64 cgroup, struct doorman_process *process) {
  begin(s, DOORMAN_RECORD_CHANGE, EVENT_none, PROCESS_SLOTS, false);
  struct doorman_event_header *header = header_of(s);
  header->time = bpf_ktime_get_boot_ns();
  header->cgroup = cgroup;
  header->start = process->start;
  header->pid = header->tid = process->pid;
  header->vtid = process->vpid;
  header->uid = process->uid;
  header->gid = process->gid;
  header->cpu = bpf_get_smp_processor_id();
  put_bytes(s, DOORMAN_SLOT_PROCESS, process, sizeof *process);
  send(s, &critical);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
  if (child->pid != child->tgid) return 0; /* a thread */
  struct scratch *s = my_scratch();
  if (!s) return 0;
  struct pt_regs *regs;
  __u16 type = fork_call(bpf_get_current_task_btf(), &regs);
  begin(s, DOORMAN_RECORD_FORK, type, PROCESS_SLOTS, false);
  fill_header(header_of(s), parent);
  __u64 parents_group = header_of(s)->cgroup, childs_group = cgroup_of(child);
  child = UNVOUCHED(child);
  header_of(s)->result = number_at(child->thread_pid, LOOK(parent, thread_pid, level));
  struct doorman_process process;
  fill_process(&process, child);
  struct mm_struct *mm = child->mm;
  if (mm && mm->exe_file) fill_exe(&process, child, mm->exe_file);
  put_bytes(s, DOORMAN_SLOT_PROCESS, &process, sizeof process);
  if (type) put_number(s, DOORMAN_SLOT_CLONE_FLAGS, clone_flags(type, regs));
  send(s, &critical);
  if (childs_group != parents_group) tell_other_group(s, childs_group, &process);
  return 0;
}

/* Exits */

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  task = UNVOUCHED(task);
  if (task->signal->live.counter != 0) return 0; /* other threads live on */
  drift_gate_ends(task->tgid);
  struct scratch *s = my_scratch();
  if (!s) return 0;
  begin(s, DOORMAN_RECORD_EXIT, EVENT_procexit, 0, false);
  fill_header(header_of(s), task);
  const unsigned int group_exit = 4; /* SIGNAL_GROUP_EXIT: what all threads were told to end with */
  bool all = task->signal->flags & group_exit;
  header_of(s)->result = all ? task->signal->group_exit_code : task->exit_code;
  send(s, &critical);
  return 0;
}

/* Control groups */

static __always_inline void tell_group(struct scratch *s, struct cgroup *group, const char *path, __u16 flags) {
  struct task_struct *maker = bpf_get_current_task_btf();
  begin(s, DOORMAN_RECORD_CGROUP, EVENT_none, DOORMAN_CGROUP_COMM + 1, false);
  fill_header(header_of(s), maker);
  header_of(s)->cgroup = LOOK(group, kn, id);
  header_of(s)->flags |= flags;
  put_text(s, DOORMAN_CGROUP_PATH, path);
  put_number(s, DOORMAN_CGROUP_PARENT, parent_of(group));
  put_text(s, DOORMAN_CGROUP_COMM, maker->comm);
  send(s, &critical);
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *group, const char *path) {
  struct scratch *s = my_scratch();
  if (!s || LOOK(group, root, hierarchy_id) != 0) return 0; /* version 1 */
  watch_group(s, group);
  tell_group(s, group, path, 0);
  return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *group, const char *path) {
  struct scratch *s = my_scratch();
  if (!s || LOOK(group, root, hierarchy_id) != 0) return 0;
  __u64 id = LOOK(group, kn, id);
  bpf_map_delete_elem(&containers, &id);
  tell_group(s, group, path, DOORMAN_GONE);
  return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup_attach, struct cgroup *group, const char *path, struct task_struct *task) {
  struct scratch *s = my_scratch();
  if (!s || LOOK(group, root, hierarchy_id) != 0 || task->pid != task->tgid) return 0;
  struct doorman_process process;
  fill_process(&process, task);
  begin(s, DOORMAN_RECORD_CHANGE, EVENT_none, PROCESS_SLOTS, false);
  fill_header(header_of(s), task);
  header_of(s)->cgroup = LOOK(group, kn, id);
  put_bytes(s, DOORMAN_SLOT_PROCESS, &process, sizeof process);
  send(s, &critical);
  return 0;
}
