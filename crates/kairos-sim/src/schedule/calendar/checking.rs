//! What must always be true of a calendar.

use super::{ABSENT, CalendarSchedule, NOTHING, Node, Place, due};

impl CalendarSchedule {
    /// Recomputes everything that must hold; panics where it does not.
    pub(super) fn check(&self) {
        let scheduled = (0..).zip(&self.places).filter(|(_, p)| p.time != ABSENT);
        let mut nodes = Vec::with_capacity(self.scheduled);
        nodes.extend(scheduled.map(|(slot, &Place { time, order, .. })| Node {
            time,
            order,
            slot,
        }));
        assert_eq!(nodes.len(), self.scheduled, "slots are miscounted");
        nodes.retain(|node| due(node.time));
        assert_eq!(nodes.len(), self.due_count(), "parked slots are miscounted");
        let first = nodes.iter().min().copied();
        assert_eq!(
            first.unwrap_or(NOTHING),
            self.first,
            "something else is due next"
        );
        if self.is_least() {
            return;
        }
        let mut written: Vec<Node> = Vec::with_capacity(self.entries());
        written.extend(self.today.iter().filter_map(|&e| self.node_of(e)));
        assert!(written.is_sorted(), "the day is out of order");
        written.extend(self.today.iter_added());
        assert!(
            written
                .iter()
                .all(|node| self.day_of(node.time) <= self.day),
            "something is due today before its day"
        );
        let in_days = self.days.iter().map(|(index, entry)| (Some(index), entry));
        let later = self.later.iter().map(|entry| (None, entry));
        let mut written_there = 0;
        for (index, entry) in in_days.chain(later) {
            written_there += usize::from(index.is_some());
            let day = self.day_of(entry.time);
            let right = match index {
                Some(index) => {
                    self.days.index(day) == index && (self.day + 1..self.new_year).contains(&day)
                }
                None => day >= self.new_year,
            };
            assert!(right, "{entry:?} stands on the wrong day");
            written.extend(self.node_of(*entry));
        }
        assert_eq!(written_there, self.days.len(), "entries are miscounted");
        written.sort_unstable();
        let is_written = |node: &Node| written.binary_search(node).is_ok();
        assert!(nodes.iter().all(is_written), "a slot is in no list");
    }
}
