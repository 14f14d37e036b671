// SPDX-License-Identifier: Apache-2.0
#include "net/curl_library.h"

#include <dlfcn.h>

#include <string>

namespace doorman::net {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* file_name = "libcurl.so.4";

Error why_not() {
  const char* reason = ::dlerror();
  return {ErrorCode::unsupported,
          std::string("libcurl is needed here: ") + (reason == nullptr ? file_name : reason)};
}

Result<CurlLibrary> load() {
  // Never closed: handles and threads of it may live as long as the program.
  void* const library = ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return why_not();
  CurlLibrary loaded;
#define DOORMAN_CURL_LOAD(name)                                                           \
  loaded.name = reinterpret_cast<decltype(loaded.name)>(::dlsym(library, "curl_" #name)); \
  if (loaded.name == nullptr) return why_not();
  DOORMAN_CURL_FUNCTIONS(DOORMAN_CURL_LOAD)
#undef DOORMAN_CURL_LOAD
  if (loaded.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return Error(ErrorCode::io, "libcurl does not start");
  return loaded;
}

const Result<CurlLibrary>& library() {
  static const Result<CurlLibrary> loaded = load();
  return loaded;
}

}  // namespace

base::Status load_curl() { return library().ok() ? base::Status() : library().error(); }

const CurlLibrary& curl() { return library().value(); }

}  // namespace doorman::net
