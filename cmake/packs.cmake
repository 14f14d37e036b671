# SPDX-License-Identifier: Apache-2.0
# The files of policies/ become a part of the program: library doorman_packs, which every program with src/app/packs.cc
# needs. Each is an entry of sizes, path and content; src/app/packs.cc reads them.

file(GLOB_RECURSE pack_files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/policies ${PROJECT_SOURCE_DIR}/policies/*.yaml
     ${PROJECT_SOURCE_DIR}/policies/*.json)
list(SORT pack_files)
set(pack_assembly ${PROJECT_BINARY_DIR}/packs.S)
set(text [[
    .section .rodata
    .global doorman_packs_begin
    .global doorman_packs_end
    .hidden doorman_packs_begin
    .hidden doorman_packs_end
doorman_packs_begin:
]])
set(pack_sources "")
foreach(path ${pack_files})
  string(LENGTH ${path} length)
  set(file ${PROJECT_SOURCE_DIR}/policies/${path})
  list(APPEND pack_sources ${file})
  string(APPEND text
    "    .long ${length}, 2f - 1f\n    .ascii \"${path}\"\n1:\n    .incbin \"${file}\"\n2:\n")
endforeach()
string(APPEND text "doorman_packs_end:\n    .byte 0\n    .section .note.GNU-stack, \"\", %progbits\n")
file(CONFIGURE OUTPUT ${pack_assembly} CONTENT "${text}" @ONLY)

add_library(doorman_packs STATIC ${pack_assembly})
set_source_files_properties(${pack_assembly} PROPERTIES OBJECT_DEPENDS "${pack_sources}")
target_link_libraries(doorman_app PUBLIC doorman_packs)
