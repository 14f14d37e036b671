// SPDX-License-Identifier: Apache-2.0
#include "source/container/requester.h"

#include <fmt/format.h>

#include <algorithm>

#include "source/container/containerd.h"
#include "source/container/describe.h"
#include "source/container/docker.h"
#include "source/container/storage.h"

namespace doorman::source::container {
namespace {

using base::Result;
using parse::container::Bundle;

constexpr std::string_view docker_name_space = "moby";

/// STATE/io.containerd.runtime.v2.task/NAMESPACE/ID
struct TaskFolder {
  std::string_view state, name_space, id;
};

TaskFolder task_of_bundle(std::string_view folder) {
  const std::size_t tasks = folder.find("/io.containerd.runtime.v");
  if (tasks == folder.npos) return {};
  const std::size_t name_space = folder.find('/', tasks + 1);
  const std::size_t id = name_space == folder.npos ? name_space : folder.find('/', name_space + 1);
  if (id == folder.npos || folder.find('/', id + 1) != folder.npos) return {};
  return {folder.substr(0, tasks), folder.substr(name_space + 1, id - name_space - 1), folder.substr(id + 1)};
}

/// With the configured folders at first, and with those of the daemons that run when these know nothing.
template <typename Ask>
Result<bool> ask_folders(EngineFolders& folders, Ask&& ask) {
  DOORMAN_TRY(const bool known, ask());
  if (known) return true;
  folders.add_running_daemons();
  return ask();
}

Result<bool> ask_storage(const std::string& folder, std::string_view storage, Finding& finding) {
  const auto ask = [&](const std::string& root) {
    return ContainerStorage(root).describe(finding.container.id, finding);
  };
  DOORMAN_TRY(bool known, ask(std::string(storage)));
  // CRI-O's bundles lie in the storage's run root.
  for (const std::string& root : known ? std::vector<std::string>() : EngineFolders::configured().storage) {
    DOORMAN_TRY(known, ask(root));
    if (known) break;
  }
  finding.bundle = folder;
  return known;
}

Result<bool> ask_docker(EngineFolders& folders, Finding& finding) {
  finding.container.engine = "docker";
  return ask_folders(folders, [&]() -> Result<bool> {
    for (const std::string& root : folders.docker) {
      DOORMAN_TRY(const bool known, DockerRoot(root).describe(finding.container.id, finding));
      if (known) return true;
    }
    return false;
  });
}

Result<bool> ask_containerd(EngineFolders& folders, const TaskFolder& task, Finding& finding) {
  finding.container.engine = "containerd";
  return ask_folders(folders, [&]() -> Result<bool> {
    for (const auto& known : folders.containerd) {
      if (known.state != task.state) continue;
      ContainerdFolder containerd(known);
      DOORMAN_TRY(const bool found, containerd.describe(task.name_space, finding.container.id, finding));
      if (!found || finding.container.image.empty()) continue;
      containerd.add_pod_labels(task.name_space, finding.container);
      return true;
    }
    return false;
  });
}

Result<bool> ask_engine(const BundleFile& file, Finding& finding) {
  const std::string_view storage = storage_of_bundle(file.folder());
  if (!storage.empty()) return ask_storage(file.folder(), storage, finding);
  const TaskFolder task = task_of_bundle(file.folder());
  if (task.id.empty()) return true;
  EngineFolders folders = EngineFolders::configured();
  return task.name_space == docker_name_space ? ask_docker(folders, finding)
                                              : ask_containerd(folders, task, finding);
}

}  // namespace

Finding who_asks(const BundleFile& file, std::string_view id) {
  Finding finding;
  finding.state = Finding::State::container;
  finding.container.id = id;
  const Result<bool> known = ask_engine(file, finding);
  if (!known.ok()) finding.problem = known.error().message();
  else if (!*known) finding.problem = fmt::format("the files of its engine do not speak of container {}", id);
  const Bundle& bundle = file.bundle();
  if (!bundle.annotation("io.kubernetes.cri-o.ContainerType").empty()) finding.container.engine = "cri-o";
  add_settings(file.folder(), bundle, "/proc", finding);
  add_cri_annotations(bundle, finding.container);
  if (finding.container.repository.empty()) add_image_name(finding.container.image, finding.container);
  return finding;
}

}  // namespace doorman::source::container
