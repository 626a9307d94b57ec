//! Sorting by need.

/// Sorts `0..needs.len()` so that each comes after all that it needs. A need that closes a cycle is left out;
/// the cycles are returned, each starting with the member that was met first.
pub(super) fn sort_by_need(needs: &[Vec<usize>]) -> (Vec<usize>, Vec<Vec<usize>>) {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; needs.len()];
    let (mut order, mut cycles) = (Vec::new(), Vec::new());
    for root in 0..needs.len() {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        let mut path = vec![(root, 0)];
        while let Some((at, next)) = path.last_mut() {
            let Some(&need) = needs[*at].get(*next) else {
                state[*at] = State::Done;
                order.push(*at);
                path.pop();
                continue;
            };
            *next += 1;
            match state[need] {
                State::New => {
                    state[need] = State::Open;
                    path.push((need, 0));
                }
                State::Open => {
                    let members = path.iter().map(|&(member, _)| member);
                    cycles.push(members.skip_while(|&m| m != need).collect());
                }
                State::Done => {}
            }
        }
    }
    (order, cycles)
}

#[cfg(test)]
mod tests {
    use super::sort_by_need;

    #[test]
    fn needs_come_first_and_cycles_are_named() {
        let (order, cycles) = sort_by_need(&[vec![2], vec![0], vec![], vec![4], vec![3]]);
        assert_eq!(order, [2, 0, 1, 4, 3]);
        assert_eq!(cycles, [vec![3, 4]]);
    }
}
