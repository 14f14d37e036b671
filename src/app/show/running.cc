// SPDX-License-Identifier: Apache-2.0
#include "app/show/running.h"

#include <map>
#include <string_view>

namespace doorman::app {

void add_running_of_log(const LogStory& story, source::LocalImages& local) {
  if (!story.is_there) return;
  local.knows_running = true;
  std::map<std::string_view, const model::Container*> there;
  for (const model::ContainerHistory* history : story.histories) {
    if (history->is_there) there.emplace(history->container.id, &history->container);
  }
  for (model::LocalContainer& container : local.containers) container.running = there.erase(container.id) != 0;
  for (const auto& [id, container] : there) {
    local.containers.push_back(
        {container->id, container->name, container->engine, container->image, container->image_id, true});
  }
}

}  // namespace doorman::app
