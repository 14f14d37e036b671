/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Programs that do nothing: loaded and attached for a moment, to see which hooks this kernel lets through. */
#include "bpf/types.h"

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/sched_process_exec")
int BPF_PROG(probe_tracepoint, struct task_struct *task, int old_pid, struct linux_binprm *bprm) { return 0; }

SEC("tp_btf/sys_exit")
int BPF_PROG(probe_calls, struct pt_regs *regs, long result) { return 0; }

SEC("iter/task")
int probe_iterator(struct bpf_iter__task *ctx) { return 0; }

SEC("lsm/bprm_check_security")
int BPF_PROG(probe_lsm, struct linux_binprm *bprm) { return 0; }

/* Hooks may be there and never called: when bpf is not among the names that the kernel was started with (lsm=). */
__u32 lsm_calls;

SEC("lsm/task_getsid")
int BPF_PROG(probe_lsm_call, struct task_struct *task) {
  lsm_calls = 1;
  return 0;
}

SEC("cgroup/connect4")
int probe_connect(struct bpf_sock_addr *ctx) { return 1; }
