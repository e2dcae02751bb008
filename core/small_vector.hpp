// A vector of plain values that keeps the first few inline and never gives memory back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace tapedeck {

/// Holds a tensor's elements, and its shape. Up to `Inline` elements live in the object itself; beyond that
/// on the heap, aligned to `Align` bytes: never both, and counted in 32 bits, since a long tape is as fast as
/// its entries are small. Capacity only grows, so that a slot of the tape that sees a shorter
/// last batch allocates nothing. Its type and size are the same under every compiler flag (xtensor's own
/// containers change both with the SIMD flags, so that files compiled differently would not fit together).
///
/// resize() leaves new elements uninitialised, as xtensor expects of its storage.
template <class T, std::size_t Inline, std::size_t Align = alignof(T)>
class SmallVector {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

  public:
    using value_type = T;
    using allocator_type = std::allocator<T>;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using reference = T&;
    using const_reference = const T&;
    using pointer = T*;
    using const_pointer = const T*;
    using iterator = T*;
    using const_iterator = const T*;
    using reverse_iterator = std::reverse_iterator<iterator>;
    using const_reverse_iterator = std::reverse_iterator<const_iterator>;

    SmallVector() noexcept {}
    explicit SmallVector(size_type n) : SmallVector() { resize(n); }
    SmallVector(size_type n, const T& value) : SmallVector() { resize(n, value); }
    SmallVector(std::initializer_list<T> values) : SmallVector(values.begin(), values.end()) {}
    template <std::input_iterator It>
    SmallVector(It first, It last) : SmallVector() {
        assign(first, last);
    }
    SmallVector(const SmallVector& other) : SmallVector(other.begin(), other.end()) {}
    SmallVector(SmallVector&& other) noexcept : SmallVector() { take(other); }
    SmallVector& operator=(const SmallVector& other) {
        if (this != &other) assign(other.begin(), other.end());
        return *this;
    }
    SmallVector& operator=(SmallVector&& other) noexcept {
        if (this != &other) {
            release();
            take(other);
        }
        return *this;
    }
    ~SmallVector() { release(); }

    template <std::input_iterator It>
    void assign(It first, It last) {
        resize(static_cast<size_type>(std::distance(first, last)));
        std::copy(first, last, data());
    }
    /// @throws std::length_error beyond 2^32 - 1 elements.
    void resize(size_type n) {
        if (n > capacity_) grow(n);
        size_ = static_cast<std::uint32_t>(n);
    }
    void resize(size_type n, const T& value) {
        const T copy = value;  // it may live in the memory that grow() gives back
        const size_type old = size_;
        resize(n);
        if (n > old) std::fill(data() + old, end(), copy);
    }
    void reserve(size_type n) {
        if (n > capacity_) grow(n);
    }
    void push_back(const T& value) {
        const T copy = value;  // it may live in the memory that grow() gives back
        if (size_ == capacity_) grow(2 * capacity());
        data()[size_++] = copy;
    }
    void pop_back() { --size_; }
    void clear() { size_ = 0; }
    iterator insert(const_iterator position, const T& value) {
        const auto at = position - begin();
        push_back(value);
        std::rotate(begin() + at, end() - 1, end());
        return begin() + at;
    }
    iterator erase(const_iterator position) {
        iterator at = begin() + (position - begin());
        std::copy(at + 1, end(), at);
        --size_;
        return at;
    }
    void swap(SmallVector& other) noexcept { std::swap(*this, other); }

    size_type size() const noexcept { return size_; }
    size_type capacity() const noexcept { return capacity_; }
    bool empty() const noexcept { return size_ == 0; }
    T* data() noexcept { return on_heap() ? heap_ : inline_; }
    const T* data() const noexcept { return on_heap() ? heap_ : inline_; }
    T& operator[](size_type i) noexcept { return data()[i]; }
    const T& operator[](size_type i) const noexcept { return data()[i]; }
    T& front() noexcept { return *begin(); }
    const T& front() const noexcept { return *begin(); }
    T& back() noexcept { return *(end() - 1); }
    const T& back() const noexcept { return *(end() - 1); }

    iterator begin() noexcept { return data(); }
    iterator end() noexcept { return data() + size_; }
    const_iterator begin() const noexcept { return data(); }
    const_iterator end() const noexcept { return data() + size_; }
    const_iterator cbegin() const noexcept { return begin(); }
    const_iterator cend() const noexcept { return end(); }
    reverse_iterator rbegin() noexcept { return reverse_iterator(end()); }
    reverse_iterator rend() noexcept { return reverse_iterator(begin()); }
    const_reverse_iterator rbegin() const noexcept { return const_reverse_iterator(end()); }
    const_reverse_iterator rend() const noexcept { return const_reverse_iterator(begin()); }
    const_reverse_iterator crbegin() const noexcept { return rbegin(); }
    const_reverse_iterator crend() const noexcept { return rend(); }

    friend bool operator==(const SmallVector& a, const SmallVector& b) {
        if (a.size_ != b.size_) return false;
        for (size_type i = 0; i < a.size_; ++i) {  // std::equal calls memcmp, which is slow for a few
            if (!(a[i] == b[i])) return false;
        }
        return true;
    }
    friend auto operator<=>(const SmallVector& a, const SmallVector& b) {
        return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
    }

  private:
    static constexpr size_type kMost = std::numeric_limits<std::uint32_t>::max();

    bool on_heap() const noexcept { return capacity_ > Inline; }
    // Not inlined: g++ 14 would warn of copying the elements of a vector that is known to have none.
    [[gnu::noinline]] void grow(size_type n) {
        if (n > kMost) throw std::length_error("more than 4294967295 elements");
        T* memory = static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{Align}));
        std::copy(begin(), end(), memory);
        const std::uint32_t kept = size_;
        release();
        heap_ = memory;
        size_ = kept;
        capacity_ = static_cast<std::uint32_t>(n);
    }
    void release() noexcept {
        if (on_heap()) ::operator delete (heap_, std::align_val_t{Align});
        size_ = 0;
        capacity_ = Inline;
    }
    // Not inlined: within xtensor's resize() g++ 12 would warn of a loop that never runs.
    [[gnu::noinline]] void take(SmallVector& other) noexcept {
        if (other.on_heap()) {
            heap_ = other.heap_;
            capacity_ = std::exchange(other.capacity_, Inline);
        } else {
            std::copy(other.begin(), other.end(), inline_);
        }
        size_ = std::exchange(other.size_, 0);
    }

    union {
        T* heap_;
        T inline_[Inline];
    };
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = Inline;  // decides which of the two it is
};

}  // namespace tapedeck
