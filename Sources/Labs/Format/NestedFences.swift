import Support

/// Fences inside lists, quotes, hints and the like are only shown. Mechanics there would be dropped
/// without a word, so they are refused.
enum NestedFences {
  /// What is wrong with the fences inside the containers among `blocks`; those that stand there
  /// themselves are the caller's.
  static func problems(in blocks: [Block]) -> [Diagnostic] {
    blocks.flatMap { block -> [Diagnostic] in
      switch block.kind {
      case .list(_, let items):
        return items.flatMap { shownOnly($0, "a list", ko: "목록") }
      case .quote(let inside): return shownOnly(inside, "a quote", ko: "인용문")
      default: return []
      }
    }
  }

  /// The mechanics that stand in lists and quotes among `blocks`. They have been told of; what else
  /// speaks of them should not be wrong because of that.
  static func mechanics(in blocks: [Block]) -> [Fence] {
    blocks.flatMap { block -> [Fence] in
      switch block.kind {
      case .list(_, let items): items.flatMap { fences($0) }
      case .quote(let inside): fences(inside)
      default: []
      }
    }
  }

  private static func fences(_ blocks: [Block]) -> [Fence] {
    let here = blocks.compactMap { block -> Fence? in
      guard case .fence(let fence) = block.kind, FenceKind.isMechanics(fence.kind) else {
        return nil
      }
      return fence
    }
    return here + mechanics(in: blocks)
  }

  /// What is wrong with `blocks`, in which nothing but shown fences has a place.
  static func shownOnly(_ blocks: [Block], _ place: String, ko korean: String) -> [Diagnostic] {
    let here = blocks.compactMap { block -> Diagnostic? in
      guard case .fence(let fence) = block.kind else { return nil }
      return FenceKind.isShown(fence.kind)
        ? nil : FenceKind.misplaced(fence, place, ko: korean)
    }
    return here + problems(in: blocks)
  }
}
