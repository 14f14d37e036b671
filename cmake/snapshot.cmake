# SPDX-License-Identifier: Apache-2.0
# The facts in data/snapshot become a database file, and the file a part of the program: library doorman_snapshot,
# which every program with src/app/db.cc needs.

add_executable(doorman_compile_snapshot
  ${PROJECT_SOURCE_DIR}/src/app/snapshot/main.cc ${PROJECT_SOURCE_DIR}/src/app/compile_advisories.cc)
target_link_libraries(doorman_compile_snapshot PRIVATE doorman_source doorman_derive)

set(snapshot_file ${PROJECT_BINARY_DIR}/snapshot.db)
set(snapshot_assembly ${PROJECT_SOURCE_DIR}/src/app/snapshot/snapshot.S)
file(GLOB_RECURSE snapshot_facts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/data/snapshot/*)
add_custom_command(OUTPUT ${snapshot_file}
  COMMAND doorman_compile_snapshot ${PROJECT_SOURCE_DIR}/data/snapshot ${snapshot_file}
  DEPENDS doorman_compile_snapshot ${snapshot_facts}
  COMMENT "Compiling the built-in advisories" VERBATIM)

add_library(doorman_snapshot STATIC ${snapshot_assembly})
set_source_files_properties(${snapshot_assembly} PROPERTIES
  COMPILE_DEFINITIONS "SNAPSHOT_FILE=\"${snapshot_file}\"" OBJECT_DEPENDS ${snapshot_file})
target_link_libraries(doorman_app PUBLIC doorman_snapshot)
