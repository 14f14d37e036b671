// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include "base/result.h"

// Inside the room only: libcurl, loaded when something first goes to the network. It brings some thirty libraries
// with it, and linking them would cost every start of the program more than all of the others together.
namespace doorman::net {

// clang-format off
#define DOORMAN_CURL_FUNCTIONS(function) \
  function(easy_cleanup) function(easy_init) function(easy_pause) function(easy_setopt) function(easy_strerror) \
  function(free) function(getdate) function(global_init) \
  function(multi_add_handle) function(multi_cleanup) function(multi_info_read) function(multi_init) \
  function(multi_perform) function(multi_poll) function(multi_remove_handle) function(multi_strerror) \
  function(slist_append) function(slist_free_all) \
  function(url) function(url_cleanup) function(url_get) function(url_set) function(url_strerror)
// clang-format on

/// libcurl's functions, each by its name without `curl_`.
struct CurlLibrary {
#define DOORMAN_CURL_MEMBER(name) decltype(&::curl_##name) name = nullptr;
  DOORMAN_CURL_FUNCTIONS(DOORMAN_CURL_MEMBER)
#undef DOORMAN_CURL_MEMBER
};

/// Loads and initialises the library, once; an error where it is not installed. Whoever makes what the others need
/// (a URL, a client) calls it first.
[[nodiscard]] base::Status load_curl();
/// Only after `load_curl` succeeded.
const CurlLibrary& curl();

}  // namespace doorman::net
