// SPDX-License-Identifier: Apache-2.0
#include "parse/container/bolt.h"

#include "fuzz/fuzz.h"
#include "parse/container/containerd.h"
#include "parse/container/podman.h"

namespace doorman::fuzz {
namespace {

// Recursion ends at the buckets' own limit; `left` bounds what lies side by side.
void walk(const parse::container::BoltBucket& bucket, int& left) {  // NOLINT(misc-no-recursion)
  std::vector<std::string> buckets;
  (void)bucket.for_each([&](base::Bytes key, const std::optional<base::Bytes>& value) {
    if (!value) buckets.emplace_back(key);
    return --left > 0;
  });
  for (const std::string& key : buckets) {
    if (--left <= 0) return;
    const auto inner = bucket.bucket(key);
    if (inner.ok() && *inner) walk(**inner, left);
  }
}

}  // namespace

void bolt(base::Bytes input) {
  const auto file = parse::container::BoltFile::open(input);
  if (!file.ok()) return;
  int left = 2000;
  walk(file->root(), left);
  (void)parse::container::find_podman_container(*file, std::string(64, 'a'));
  (void)parse::container::find_podman_pod(*file, std::string(64, 'b'));
  (void)parse::container::find_containerd_container(*file, "default", "web");
  (void)parse::container::list_containerd_names(*file);
}

}  // namespace doorman::fuzz
