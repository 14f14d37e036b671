# SPDX-License-Identifier: Apache-2.0
# What is installed, and the Debian package made of it: `cmake --install build/release`, or `cpack` in that folder.
include(GNUInstallDirs)

install(TARGETS doorman doorman-runtime RUNTIME)

# The program writes its own manual page and completions, so that they cannot differ from it.
set(share ${CMAKE_BINARY_DIR}/share)
install(CODE "
  function(doorman_writes file)
    execute_process(COMMAND \"$<TARGET_FILE:doorman>\" \${ARGN} OUTPUT_FILE \"${share}/\${file}\" COMMAND_ERROR_IS_FATAL ANY)
  endfunction()
  file(MAKE_DIRECTORY \"${share}\")
  doorman_writes(doorman.1 help --man)
  doorman_writes(doorman completion bash)
  doorman_writes(_doorman completion zsh)
  doorman_writes(doorman.fish completion fish)
  execute_process(COMMAND gzip -9nf \"${share}/doorman.1\" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9nc \"${PROJECT_SOURCE_DIR}/CHANGELOG.md\" OUTPUT_FILE \"${share}/changelog.gz\"
    COMMAND_ERROR_IS_FATAL ANY)
")
install(FILES ${share}/doorman.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${share}/doorman DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${share}/_doorman DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${share}/doorman.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES packaging/doorman.service DESTINATION lib/systemd/system)
install(DIRECTORY policies DESTINATION ${CMAKE_INSTALL_DATADIR}/doorman)
install(FILES README.md ARCHITECTURE.md SECURITY.md docs/configuration.md docs/policy-language.md
  docs/fields.md docs/verdict.md docs/runtime.md packaging/copyright ${share}/changelog.gz
  DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGE_VENDOR Doorman)
set(CPACK_PACKAGE_CONTACT "Doorman contributors <doorman@localhost>")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "checks what a container is, at each of the doors that it passes")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"doorman scan lists the packages of a container image, a root file system or
this machine, compares them with a database of advisories, and tells what is
known to be wrong, as a table, JSON, CycloneDX, SPDX or SARIF.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4 (>= 7.85)")  # loaded by name: dpkg-shlibdeps does not see it
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
include(CPack)
