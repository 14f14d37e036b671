// SPDX-License-Identifier: Apache-2.0
// The built-in advisory database; SNAPSHOT_FILE is set by cmake/snapshot.cmake.
    .section .rodata
    .balign 8
    .global doorman_snapshot_begin
    .global doorman_snapshot_end
    .hidden doorman_snapshot_begin
    .hidden doorman_snapshot_end
doorman_snapshot_begin:
    .incbin SNAPSHOT_FILE
doorman_snapshot_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
