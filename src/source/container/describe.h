// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "source/container/finder.h"

namespace doorman::source::container {

/// Reads the bundle in `folder` and adds what it says: settings, root, hostname, mounts, namespaces of the host,
/// and whether it is privileged where nobody said so before. False: there is no bundle (yet).
base::Result<bool> add_bundle(const std::string& folder, const std::string& proc, Finding& finding);
/// The same of a bundle that was read already.
void add_settings(const std::string& folder, parse::container::Bundle bundle, const std::string& proc,
                  Finding& finding);

/// /etc/passwd and /etc/group of the container's root. What cannot be read is left empty: the files are the
/// container's own.
void add_users(Finding& finding);

/// Repository, tag and digest that a name of an image holds (`host/name:tag@sha256:…`). What is set already stays.
void add_image_name(std::string_view name, model::Container& container);

/// The pod from the labels and annotations that Kubernetes and its runtimes put on containers. What is set already
/// stays.
void add_pod(const model::Container::Labels& labels, model::Container& container);
void add_cri_annotations(const parse::container::Bundle& bundle, model::Container& container);

/// Whether a file of a namespace is that of the host, by which is meant the first process or our own: engines that
/// run beside us give containers ours. `file` is its name in /proc/PID/ns.
bool is_namespace_of_host(const std::string& path, std::string_view file, const std::string& proc);

/// `sha256:` before 64 digits that stand alone.
std::string as_digest(std::string_view id);

/// The first IPv4 address, else the first.
std::string first_address(const std::vector<base::IpAddress>& addresses);

}  // namespace doorman::source::container
