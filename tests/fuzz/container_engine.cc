// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "fuzz/fuzz.h"
#include "parse/container/addresses.h"
#include "parse/container/control_group.h"
#include "parse/container/docker.h"
#include "parse/container/podman.h"
#include "parse/container/runtime_state.h"

namespace doorman::fuzz {

/// What engines and runtimes write, each document read as each of them.
void container_engine(base::Bytes input) {
  namespace container = parse::container;
  (void)container::parse_docker_container(input);
  (void)container::parse_docker_host_config(input);
  (void)container::parse_docker_repositories(input);
  auto podman = container::parse_podman_container(input);
  if (podman.ok()) (void)container::parse_podman_state(input, *podman);
  (void)container::parse_podman_pod(input);
  (void)container::parse_stored_containers(input);
  (void)container::parse_stored_images(input);
  (void)container::parse_runc_state(input);
  (void)container::parse_crun_status(input);
  (void)container::parse_fib_trie(input);
  (void)container::parse_if_inet6(input);
  const auto group = container::parse_control_group(input);
  if (group.kind == container::ControlGroup::Kind::container) {
    if (!input.starts_with(group.group) || !container::is_container_id(group.id)) std::abort();
    if (!container::is_group_of(group.group, group.group)) std::abort();
  }
  (void)container::is_group_of(input, "/a/b");
}

}  // namespace doorman::fuzz
