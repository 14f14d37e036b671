# SPDX-License-Identifier: Apache-2.0
# The program doorman-runtime: the door before the OCI runtime, without the rest of doorman. A container waits for it, so it
# is linked statically, which takes away the dynamic loader and most relocations, and with the libraries below
# alone: what drags another one in does not link. Debian has no static simdjson and fmt; what stands for them is in src/base.
# Where a static library is missing, and with sanitizers, which cannot be linked so, the program is like any other.

add_executable(doorman-runtime src/app/runtime/main.cc)

set(door_libraries "")
foreach(name yaml re2 sqlite3 xxhash crypto)
  find_library(door_${name} lib${name}.a)
  list(APPEND door_libraries ${door_${name}})
endforeach()
if(DOORMAN_SANITIZE OR door_libraries MATCHES NOTFOUND)
  target_link_libraries(doorman-runtime PRIVATE doorman_app)
  return()
endif()

target_sources(doorman-runtime PRIVATE src/base/json_by_tree.cc src/base/format.cc)
target_link_libraries(doorman-runtime PRIVATE doorman_options)
# In the order of who needs whom. Files, as the rooms' own lists name every library that doorman has.
foreach(room app packs source action sink store derive policy parse model base)
  add_dependencies(doorman-runtime doorman_${room})
  target_link_libraries(doorman-runtime PRIVATE $<TARGET_FILE:doorman_${room}>)
endforeach()
target_link_libraries(doorman-runtime PRIVATE ${door_libraries})
# The linker warns of dlopen, which is for extensions of SQLite: none is loaded.
# Of mold, other objects of an archive come along than those that are asked for.
set_target_properties(doorman-runtime PROPERTIES DOORMAN_STATIC ON)
target_link_options(doorman-runtime PRIVATE -static-pie -fuse-ld=bfd)
