// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace doorman::derive {

/// What hashes of texts that containers choose begin with, as they must not be foreseen.
std::uint64_t random_seed();

/// Values that many hold, each there once. Who holds a value counts as its user; without users it is gone.
template <typename T>
class SharedPool {
 public:
  struct Node {
    T value;
    std::uint64_t hash = 0;
    std::uint32_t users = 0;
    Node* next = nullptr;
  };

  SharedPool() : chains_(64) {}
  ~SharedPool() {
    for (Node* first : chains_) {
      while (first != nullptr) delete std::exchange(first, first->next);
    }
  }
  SharedPool(const SharedPool&) = delete;
  SharedPool& operator=(const SharedPool&) = delete;

  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  /// The value of that hash (made with the seed) which is `same`; nullptr when there is none. Does not count as a
  /// use.
  template <typename Same>
  Node* find(std::uint64_t hash, Same same) const {
    Node* node = chains_[hash & (chains_.size() - 1)];
    while (node != nullptr && (node->hash != hash || !same(node->value))) node = node->next;
    return node;
  }

  /// One that `find` did not find. Without users yet.
  Node* add(std::uint64_t hash, T value) {
    if (size_ >= chains_.size()) grow();
    Node*& first = chains_[hash & (chains_.size() - 1)];
    first = new Node{std::move(value), hash, 0, first};
    ++size_;
    return first;
  }

  /// To be called by the last user.
  void erase(Node* node) {
    Node** place = &chains_[node->hash & (chains_.size() - 1)];
    while (*place != node) place = &(*place)->next;
    *place = node->next;
    delete node;
    --size_;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void grow() {
    std::vector<Node*> old(chains_.size() * 2);
    old.swap(chains_);
    for (Node* node : old) {
      while (node != nullptr) {
        Node* const next = node->next;
        Node*& first = chains_[node->hash & (chains_.size() - 1)];
        node->next = std::exchange(first, node);
        node = next;
      }
    }
  }

  std::uint64_t seed_ = random_seed();
  std::vector<Node*> chains_;  // a power of two of them
  std::size_t size_ = 0;
};

}  // namespace doorman::derive
