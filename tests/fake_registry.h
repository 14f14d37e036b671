// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "loopback_server.h"

namespace doorman::tests {

/// A registry on the loopback with one repository, `app`. Fill it first; `before` may answer in its stead.
class FakeRegistry {
 public:
  using Request = LoopbackServer::Request;
  using Connection = LoopbackServer::Connection;
  static constexpr const char* oci_manifest = "application/vnd.oci.image.manifest.v1+json";
  static constexpr const char* oci_index = "application/vnd.oci.image.index.v1+json";

  /// Answers a request and returns true, or leaves it to the registry.
  std::function<bool(const Request&, Connection&)> before;

  /// Returns the digest.
  std::string add_blob(const std::string& bytes) {
    const std::string digest = base::digest_of(bytes).text();
    blobs_[digest] = bytes;
    return digest;
  }
  std::string add_manifest(const std::string& tag, const std::string& bytes) {
    const std::string digest = base::digest_of(bytes).text();
    manifests_[tag] = manifests_[digest] = bytes;
    return digest;
  }
  /// An image of these layers under the tag; returns the manifest's digest.
  std::string add_image(const std::string& tag, const std::vector<std::string>& layers,
                        const std::string& architecture = "amd64") {
    return add_manifest(tag, manifest(config(layers, architecture), layers));
  }

  std::string config(const std::vector<std::string>& layers, const std::string& architecture = "amd64") {
    std::string diff_ids;
    for (const std::string& layer : layers) {
      diff_ids += fmt::format(R"({}"{}")", diff_ids.empty() ? "" : ",", base::digest_of(layer).text());
    }
    return fmt::format(R"({{"os":"linux","architecture":"{}","config":{{"User":"me"}},)"
                       R"("rootfs":{{"type":"layers","diff_ids":[{}]}}}})",
                       architecture, diff_ids);
  }
  std::string manifest(const std::string& config_bytes, const std::vector<std::string>& layers,
                       const std::string& layer_type = "application/vnd.oci.image.layer.v1.tar") {
    std::string list;
    for (const std::string& layer : layers) list += (list.empty() ? "" : ",") + descriptor(layer, layer_type);
    return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})", oci_manifest,
                       descriptor(config_bytes, "application/vnd.oci.image.config.v1+json"), list);
  }
  /// Stores the bytes as a blob as well.
  std::string descriptor(const std::string& bytes, const std::string& type) {
    return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}}})", type, add_blob(bytes), bytes.size());
  }

  [[nodiscard]] LoopbackServer& server() { return server_; }
  [[nodiscard]] std::string host() const { return server_.host(); }
  /// Requests for paths that hold the text.
  [[nodiscard]] std::vector<Request> requests(std::string_view part = "") const {
    std::vector<Request> found;
    for (Request& request : server_.requests()) {
      if (request.target.find(part) != std::string::npos) found.push_back(std::move(request));
    }
    return found;
  }

  void serve(const Request& request, Connection& wire) {
    if (before && before(request, wire)) return;
    const std::size_t slash = request.target.rfind('/');
    const std::string name = request.target.substr(slash + 1);
    const std::string folder = request.target.substr(0, slash);
    if (folder == "/v2/app/manifests" && manifests_.count(name) != 0) {
      return wire.answer(200, manifests_.at(name), "Content-Type: application/json\r\n");
    }
    if (folder == "/v2/app/blobs" && blobs_.count(name) != 0) return wire.answer(200, blobs_.at(name));
    if (request.target == "/v2/") return wire.answer(200, "{}");
    wire.answer(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})");
  }

 private:
  std::map<std::string, std::string> manifests_, blobs_;
  LoopbackServer server_{[this](const Request& request, Connection& wire) { serve(request, wire); }};
};

}  // namespace doorman::tests
