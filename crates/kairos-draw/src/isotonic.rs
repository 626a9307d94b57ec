//! Places in a row, in a given order and with room between them, as near as possible to where each would be.

/// Where something would be, and how much it matters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub(crate) place: f64,
    pub(crate) weight: f64,
}

/// The places that minimise Σ weight·(place − wish)², each at least `gaps[i]` beyond the one before: isotonic regression by pooling
/// adjacent violators (Ayer et al. 1955), exact.
pub(crate) fn settle(wishes: &[Wish], gaps: &[f64]) -> Vec<f64> {
    struct Block {
        sum: f64,
        weight: f64,
        members: usize,
    }
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(wishes.len());
    let mut blocks: Vec<Block> = Vec::new();
    for (i, wish) in wishes.iter().enumerate() {
        offset += i.checked_sub(1).map_or(0.0, |g| gaps[g]);
        offsets.push(offset);
        let mut block = Block {
            sum: (wish.place - offset) * wish.weight,
            weight: wish.weight,
            members: 1,
        };
        while let Some(left) = blocks.pop_if(|b| b.sum / b.weight >= block.sum / block.weight) {
            block.sum += left.sum;
            block.weight += left.weight;
            block.members += left.members;
        }
        blocks.push(block);
    }
    let places = blocks
        .iter()
        .flat_map(|b| std::iter::repeat_n(b.sum / b.weight, b.members));
    places.zip(offsets).map(|(p, o)| p + o).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(wishes: &[(f64, f64)], gap: f64) -> Vec<f64> {
        let wishes: Vec<Wish> = wishes
            .iter()
            .map(|&(place, weight)| Wish { place, weight })
            .collect();
        settle(&wishes, &vec![gap; wishes.len().saturating_sub(1)])
    }

    #[test]
    fn wishes_that_leave_room_are_granted() {
        assert_eq!(
            places(&[(0.0, 1.0), (5.0, 1.0), (9.0, 2.0)], 3.0),
            [0.0, 5.0, 9.0]
        );
        assert!(places(&[], 1.0).is_empty());
    }

    #[test]
    fn others_meet_at_their_weighted_mean() {
        // both want 6; at gap 4 the heavier one moves a third as far
        assert_eq!(places(&[(6.0, 3.0), (6.0, 1.0)], 4.0), [5.0, 9.0]);
        // a later one that pushes a whole block
        assert_eq!(
            places(&[(0.0, 1.0), (1.0, 1.0), (-4.0, 1.0)], 1.0),
            [-2.0, -1.0, 0.0]
        );
    }
}
