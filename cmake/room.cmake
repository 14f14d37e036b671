# SPDX-License-Identifier: Apache-2.0

# doorman_room(NAME LIBRARY...): src/NAME becomes the library doorman_NAME, and its *_test.cc files, which stand
# beside the code that they test, become the test program NAME_tests. A new file needs no line anywhere.
function(doorman_room name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  add_library(doorman_${name} STATIC ${sources})
  target_link_libraries(doorman_${name} PUBLIC doorman_options ${ARGN})
  if(DOORMAN_TESTS AND tests)
    add_executable(${name}_tests ${tests})
    target_link_libraries(${name}_tests PRIVATE doorman_${name} GTest::gtest_main GTest::gmock)
    target_include_directories(${name}_tests PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${name}_tests PRIVATE DOORMAN_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
    add_test(NAME ${name} COMMAND ${name}_tests)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 600)
  endif()
endfunction()
