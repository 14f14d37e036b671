# SPDX-License-Identifier: Apache-2.0

set(precompiled_headers <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span>
  <string> <string_view> <unordered_map> <utility> <vector> <fmt/format.h>)
set(precompiled_test_headers ${precompiled_headers} <gmock/gmock.h> <gtest/gtest.h>)

# doorman_precompile(TARGET FIRST HEADER...): the headers are compiled with the target FIRST, and used by each target
# after it. Files name what they include all the same: release and tidy are built without.
function(doorman_precompile target first)
  if(NOT DOORMAN_PRECOMPILE)
    return()
  endif()
  target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  if(target STREQUAL first)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${first})
  endif()
endfunction()

# doorman_room(NAME LIBRARY...): src/NAME becomes the library doorman_NAME, and its *_test.cc files, which stand
# beside the code that they test, become the test program NAME_tests. A new file needs no line anywhere.
function(doorman_room name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main|/json_by_tree|/format)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(doorman_${name} STATIC ${sources})
    target_link_libraries(doorman_${name} PUBLIC doorman_options ${ARGN})
    doorman_precompile(doorman_${name} doorman_base ${precompiled_headers})
  else()
    add_library(doorman_${name} INTERFACE)
    target_link_libraries(doorman_${name} INTERFACE doorman_options ${ARGN})
  endif()
  if(DOORMAN_TESTS AND tests)
    add_executable(${name}_tests ${tests})
    target_link_libraries(${name}_tests PRIVATE doorman_${name} GTest::gtest_main GTest::gmock)
    target_include_directories(${name}_tests PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${name}_tests PRIVATE DOORMAN_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
    doorman_precompile(${name}_tests base_tests ${precompiled_test_headers})
    add_test(NAME ${name} COMMAND ${name}_tests)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 600)
  endif()
endfunction()
