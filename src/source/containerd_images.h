// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "model/image.h"
#include "source/image_source.h"

namespace doorman::source {

/// Which image of a containerd is meant.
struct ContainerdName {
  std::string name_space;  ///< empty: the first that has it of default, k8s.io, moby, and then the others by name
  std::string root;        ///< /var/lib/containerd; empty: that of each containerd of this machine
  std::string name;        ///< as find_stored_image takes it; an id is the target's, or that of CRI

  /// What `containerd:` stands before: `NAME`, `[NAMESPACE]NAME`, `[FOLDER]NAME` or `[NAMESPACE@FOLDER]NAME`.
  static base::Result<ContainerdName> parse(std::string_view text);
  /// The image with that digest of a manifest or index, and no other, as `parse` takes it.
  static std::string of_target(std::string_view name_space, std::string_view root, const base::Digest& target);
};

/// An image in containerd's content store, read in place like a layout: no daemon is asked and no lock taken.
/// ROOT/io.containerd.metadata.v1.bolt/meta.db says which content a name leads to, and the content lies by its
/// digest in ROOT/io.containerd.content.v1.content; only what is whole is moved there. Content that is not there is
/// an error that says so, `not_found`, when it is asked for. Source: containerd metadata/buckets.go,
/// docs/content-flow.md.
///
/// Where no namespace is named it is $CONTAINERD_NAMESPACE, as for ctr and nerdctl.
base::Result<std::unique_ptr<ImageSource>> open_containerd_image(std::string_view text,
                                                                 const model::Platform& platform);
/// The same with `roots` for a name without one, and without a look at the environment.
base::Result<std::unique_ptr<ImageSource>> open_containerd_image(const ContainerdName& name,
                                                                 const std::vector<std::string>& roots,
                                                                 const model::Platform& platform);

}  // namespace doorman::source
