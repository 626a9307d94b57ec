//! `models/bench/churn.ron`: the total rates decide when something happens, and the arrays what.

use super::{Chance, TimeMean, Twin};

const PLACES: usize = 64;

/// A super-node and its clients, in no order.
#[derive(Clone, Debug)]
struct SuperNode {
    taken: u32,
    clients: [u32; PLACES],
}

/// Where a linked client is.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    /// Its place in the list of linked clients.
    place: u32,
    super_node: u32,
    /// Its place at the super-node.
    seat: u32,
}

/// Clients and super-nodes.
#[derive(Debug)]
pub struct Churn {
    chance: Chance,
    n: f64,
    away: Vec<u32>,
    joined: Vec<u32>,
    /// Registered, and without a link.
    waiting: Vec<u32>,
    linked: Vec<u32>,
    links: Vec<Link>,
    super_nodes: Vec<SuperNode>,
    connected: TimeMean,
    steps: u64,
}

impl Churn {
    const WARM_UP: f64 = 50.0;

    const FRESH: SuperNode = SuperNode {
        taken: 0,
        clients: [0; PLACES],
    };

    pub(super) fn start(n: u32, chance: Chance) -> Self {
        Churn {
            chance,
            n: f64::from(n),
            away: (0..n).collect(),
            joined: Vec::new(),
            waiting: Vec::new(),
            linked: Vec::new(),
            links: vec![Link::default(); n as usize],
            super_nodes: vec![Self::FRESH; n as usize / 50],
            connected: TimeMean::new(Self::WARM_UP),
            steps: 0,
        }
    }

    /// The rates of join, register, leave, connect, come, and last fail.
    #[inline]
    fn rates(&self) -> [f64; 6] {
        let [away, joined, waiting, linked] =
            [&self.away, &self.joined, &self.waiting, &self.linked].map(|list| list.len() as f64);
        let super_nodes = self.super_nodes.len() as f64;
        let free = PLACES as f64 * super_nodes - linked;
        [
            0.1 * away,
            joined,
            0.05 * (joined + waiting + linked),
            10.0 / (0.28 * self.n) * waiting * free,
            0.02 * self.n / 50.0,
            0.02 * super_nodes,
        ]
    }

    #[inline]
    fn step(&mut self, which: usize) {
        match which {
            0 => move_any(&mut self.chance, &mut self.away, &mut self.joined),
            1 => move_any(&mut self.chance, &mut self.joined, &mut self.waiting),
            2 => self.leave(),
            3 => self.connect(),
            4 => self.super_nodes.push(Self::FRESH),
            _ => self.fail(),
        }
    }

    #[inline]
    fn leave(&mut self) {
        let mut place = self
            .chance
            .below(self.joined.len() + self.waiting.len() + self.linked.len());
        for list in [&mut self.joined, &mut self.waiting] {
            if place < list.len() {
                self.away.push(list.swap_remove(place));
                return;
            }
            place -= list.len();
        }
        let client = self.linked[place];
        self.unseat(self.links[client as usize]);
        self.unlink(client);
        self.away.push(client);
    }

    /// Any free place: any place, until it is a free one.
    #[inline]
    fn connect(&mut self) {
        let place = self.chance.below(self.waiting.len());
        let client = self.waiting.swap_remove(place);
        let places = PLACES * self.super_nodes.len();
        let super_node = loop {
            let place = self.chance.below(places);
            if place % PLACES >= self.super_nodes[place / PLACES].taken as usize {
                break place / PLACES;
            }
        };
        let node = &mut self.super_nodes[super_node];
        node.clients[node.taken as usize] = client;
        self.links[client as usize] = Link {
            place: self.linked.len() as u32,
            super_node: super_node as u32,
            seat: node.taken,
        };
        node.taken += 1;
        self.linked.push(client);
    }

    fn fail(&mut self) {
        let failed = self.chance.below(self.super_nodes.len());
        let node = self.super_nodes.swap_remove(failed);
        for &client in &node.clients[..node.taken as usize] {
            self.unlink(client);
            self.waiting.push(client);
        }
        if let Some(moved) = self.super_nodes.get(failed) {
            for &client in &moved.clients[..moved.taken as usize] {
                self.links[client as usize].super_node = failed as u32;
            }
        }
    }

    /// Takes a client from its super-node.
    #[inline]
    fn unseat(&mut self, link: Link) {
        let node = &mut self.super_nodes[link.super_node as usize];
        node.taken -= 1;
        let moved = node.clients[node.taken as usize];
        node.clients[link.seat as usize] = moved;
        self.links[moved as usize].seat = link.seat;
    }

    /// Takes a client from the list of linked ones.
    #[inline]
    fn unlink(&mut self, client: u32) {
        let place = self.links[client as usize].place;
        self.linked.swap_remove(place as usize);
        if let Some(&moved) = self.linked.get(place as usize) {
            self.links[moved as usize].place = place;
        }
    }
}

#[inline]
fn move_any(chance: &mut Chance, from: &mut Vec<u32>, to: &mut Vec<u32>) {
    to.push(from.swap_remove(chance.below(from.len())));
}

impl Twin for Churn {
    fn run(&mut self, until: f64) {
        let mut now = 0.0;
        loop {
            let rates = self.rates();
            let total: f64 = rates.iter().sum();
            now += self.chance.exponential(1.0) / total;
            self.connected.until(now.min(until), self.linked.len());
            if now > until {
                break;
            }
            let mut rest = self.chance.uniform() * total;
            let mut which = 0;
            while which < 5 && rest >= rates[which] {
                rest -= rates[which];
                which += 1;
            }
            self.step(which);
            self.steps += 1;
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        vec![("connected.mean", self.connected.mean())]
    }
}
