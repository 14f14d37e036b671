/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Refuses an execution within its system call, where the kernel lets BPF do so. Judges as the tracepoint does
 * (bpf/drift.h), and leaves to it what the gate is to look at.
 */
#include "bpf/drift.h"

char LICENSE[] SEC("license") = "GPL";

#define NOT_PERMITTED (-1) /* -EPERM */

static __always_inline bool is_script(struct linux_binprm *bprm) {
  char start[2] = {};
  bpf_probe_read_kernel(start, sizeof start, bprm->buf);
  return start[0] == '#' && start[1] == '!';
}

static __always_inline void tell(struct task_struct *task, struct linux_binprm *bprm,
                                 const struct drift_verdict *verdict) {
  struct scratch *s = take_scratch();
  if (!s) {
    count_lost(cgroup_of(task), DOORMAN_LOST_RING_FULL);
    return;
  }
  drift_tell_exec(s, task, bprm, verdict);
  give_back(s);
}

/* Asked for each file of an execution: a script, then its interpreter; after the gate has answered for it. */
SEC("lsm/bprm_check_security")
int BPF_PROG(on_bprm_check, struct linux_binprm *bprm) {
  struct task_struct *task = bpf_get_current_task_btf();
  __u64 cgroup = cgroup_of(task);
  const struct doorman_container *container = bpf_map_lookup_elem(&containers, &cgroup);
  if (!container) return 0;
  struct drift_verdict verdict = drift_find(task, bprm, container);
  if (!drift_is_to_be_stopped(&verdict)) return 0;
  bool script = is_script(bprm);
  /* What runs is held once it is loaded. A script never is: of that the gate's answer stands. */
  if (drift_may_be_image(verdict.reason) && (script ? drift_gate_lives() : drift_can_hold(task))) return 0;
  if (script) verdict.reason = DOORMAN_DRIFT_SCRIPT;
  verdict.done = DOORMAN_DRIFT_REFUSED;
  if (verdict.mode == DOORMAN_DRIFT_KILL) {
    bpf_send_signal(DRIFT_SIGKILL);
    verdict.done = DOORMAN_DRIFT_KILLED;
  }
  tell(task, bprm, &verdict);
  return NOT_PERMITTED;
}
