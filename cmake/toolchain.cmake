# SPDX-License-Identifier: Apache-2.0
# Warnings, hardening, sanitizers: the same for every room.

option(DOORMAN_TESTS "Build the tests" ON)
option(DOORMAN_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
option(DOORMAN_PRECOMPILE "Precompile the headers of the standard library, fmt and GoogleTest" OFF)
set(DOORMAN_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  # What ccache must overlook where headers are precompiled (its manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(doorman_options INTERFACE)
target_include_directories(doorman_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(doorman_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Werror -fstack-protector-strong -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # It blames us for what libstdc++ 12 itself uses inside stable_sort; GCC still tells of what we use.
  target_compile_options(doorman_options INTERFACE -Wno-deprecated-declarations)
endif()
target_compile_definitions(doorman_options INTERFACE _GLIBCXX_ASSERTIONS DOORMAN_VERSION="${PROJECT_VERSION}")
# doorman-runtime says itself what kind of program it is (cmake/door.cmake).
target_link_options(doorman_options INTERFACE $<$<NOT:$<BOOL:$<TARGET_PROPERTY:DOORMAN_STATIC>>>:-pie> -Wl,-z,relro,-z,now)

if(DOORMAN_SANITIZE)
  # AddressSanitizer finds a null pointer too, and the checks for it take a tenth of the build.
  target_compile_options(doorman_options INTERFACE -fsanitize=${DOORMAN_SANITIZE} -fno-sanitize=null -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(doorman_options INTERFACE -fsanitize=${DOORMAN_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  target_compile_definitions(doorman_options INTERFACE _FORTIFY_SOURCE=3)
endif()
if(DOORMAN_FUZZ)
  target_compile_options(doorman_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
