//! The page of small results, whole and damaged.
