# SPDX-License-Identifier: Apache-2.0
# The kernel programs: each bpf/NAME.bpf.c becomes an object and the header <skeletons/NAME.h> with its bytes, which
# src/kern/*.cc alone include. Target doorman_bpf makes them all. docs/adr/0010-kernel-programs.md says why so.

find_program(BPF_CLANG NAMES clang-19 clang REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin /sbin REQUIRED)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  set(bpf_arch x86)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(bpf_arch arm64)
else()
  message(FATAL_ERROR "kernel programs for ${CMAKE_SYSTEM_PROCESSOR} are not known")
endif()

set(bpf_include_folder ${PROJECT_BINARY_DIR}/bpf/include)
set(skeleton_folder ${bpf_include_folder}/skeletons)
file(MAKE_DIRECTORY ${skeleton_folder})
file(GLOB bpf_programs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bpf/*.bpf.c)
set(skeletons "")
foreach(source ${bpf_programs})
  cmake_path(GET source STEM LAST_ONLY name)  # NAME.bpf
  string(REPLACE ".bpf" "" name ${name})
  set(raw ${PROJECT_BINARY_DIR}/bpf/${name}.raw.o)
  set(object ${PROJECT_BINARY_DIR}/bpf/${name}.o)
  set(skeleton ${skeleton_folder}/${name}.h)
  add_custom_command(OUTPUT ${raw}
    COMMAND ${BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_${bpf_arch}
      -Wall -Wextra -Wno-unused-parameter -Werror -fno-stack-protector
      -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -I${PROJECT_SOURCE_DIR} -I${PROJECT_SOURCE_DIR}/src
      -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
      -MD -MF ${raw}.d -MT ${raw} -c ${source} -o ${raw}
    DEPENDS ${source} DEPFILE ${raw}.d COMMENT "Compiling kernel programs ${name}" VERBATIM)
  # Linking takes the debug sections out; BTF stays. A temporary name, as a failed command must leave no output.
  add_custom_command(OUTPUT ${skeleton}
    COMMAND ${BPFTOOL} gen object ${object} ${raw}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name}_bpf > ${skeleton}.new
    COMMAND ${CMAKE_COMMAND} -E rename ${skeleton}.new ${skeleton}
    BYPRODUCTS ${object} DEPENDS ${raw} VERBATIM)
  list(APPEND skeletons ${skeleton})
endforeach()
add_custom_target(doorman_bpf DEPENDS ${skeletons})
