//! How long days and years are: looked at now and then, and changed where they do not fit what is scheduled.

use super::{
    CalendarSchedule, EVENTS_PER_DAY, FEW, FIRST_DAY, LONGEST_YEAR, NOTHING, Node, Place, Watch,
    due,
};

/// A year sees at least so many times as many events as are scheduled. Of those with exponential delays, which are due later than after
/// half a year with probability exp(−2) at most, few are then put into the list of what is due later, to be looked at again and again.
pub(super) const YEAR: usize = 4;

impl CalendarSchedule {
    /// Gives days another length where too many or too few events fell on one, and the year another where there are more events. Drops
    /// what is out of date where that is much.
    #[cold]
    pub(super) fn look_after(&mut self) {
        let count = self.due_count();
        let now = match self.first {
            NOTHING => 0.0,
            first => f64::from_bits(first.time),
        };
        let Watch {
            entered,
            days,
            since,
            ..
        } = self.watch;
        let year = (YEAR * count / EVENTS_PER_DAY as usize).next_power_of_two();
        let year = year.min(LONGEST_YEAR).max(self.days.year());
        let per_day = entered as f64 / days.max(1) as f64;
        let fits = self.days_per_time > 0.0
            && (EVENTS_PER_DAY / 2.0..=EVENTS_PER_DAY * 2.0).contains(&per_day);
        let elapsed = now - since;
        let frequency = if count <= FEW || fits && year == self.days.year() {
            0.0
        // Of few events nobody knows how often they come; at the start nothing has left yet.
        } else if elapsed > 0.0 && 2 * entered >= count {
            entered as f64 / elapsed
        } else {
            self.estimate()
        };
        if frequency > 0.0 && frequency.is_finite() {
            self.rebuild(frequency / EVENTS_PER_DAY, year);
        } else if self.entries() > FEW.max(2 * count) {
            self.rebuild(self.days_per_time, self.days.year());
        }
        self.watch = Watch {
            since: now,
            period: count.max(FEW),
            ..Watch::default()
        };
    }

    /// How many events per unit of time are due next, guessed from some that are scheduled.
    fn estimate(&self) -> f64 {
        const SAMPLE: usize = 64;
        let count = self.due_count();
        let times = self.nodes().map(|node| node.time);
        let mut times: Vec<u64> = times.step_by(count / SAMPLE).collect();
        times.sort_unstable();
        let first_half = f64::from_bits(times[times.len() / 2]) - f64::from_bits(times[0]);
        count as f64 / 2.0 / first_half
    }

    /// Gives days and year other lengths, and drops all entries that are out of date.
    pub(super) fn rebuild(&mut self, days_per_time: f64, year: usize) {
        self.today.clear();
        self.later.clear();
        self.days.reset(year);
        self.days_per_time = days_per_time;
        let first = self.nodes().min();
        self.day = first.map_or(FIRST_DAY, |first| self.day_of(first.time));
        self.new_year = self.day.saturating_add(year as u64);
        self.first = NOTHING;
        for slot in 0..self.places.len() {
            let Place { time, order, .. } = self.places[slot];
            if due(time) {
                let slot = slot as u32;
                self.put(Node { time, order, slot });
            }
        }
    }
}
