# SPDX-License-Identifier: Apache-2.0
# Warnings, hardening, sanitizers: the same for every room.

option(DOORMAN_TESTS "Build the tests" ON)
option(DOORMAN_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
set(DOORMAN_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(doorman_options INTERFACE)
target_include_directories(doorman_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(doorman_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Werror -fstack-protector-strong -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_compile_definitions(doorman_options INTERFACE _GLIBCXX_ASSERTIONS DOORMAN_VERSION="${PROJECT_VERSION}")
target_link_options(doorman_options INTERFACE -pie -Wl,-z,relro,-z,now)

if(DOORMAN_SANITIZE)
  target_compile_options(doorman_options INTERFACE -fsanitize=${DOORMAN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(doorman_options INTERFACE -fsanitize=${DOORMAN_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  target_compile_definitions(doorman_options INTERFACE _FORTIFY_SOURCE=3)
endif()
if(DOORMAN_FUZZ)
  target_compile_options(doorman_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
