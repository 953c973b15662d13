// SPDX-License-Identifier: MIT
// Collections and threads; with an argument, far too much at once, or ever more.
use std::collections::{BTreeMap, HashMap};
use std::thread;

fn churn(mut seed: u32) -> usize {
    let mut ordered: BTreeMap<u32, String> = BTreeMap::new();
    let mut hashed: HashMap<String, Vec<u32>> = HashMap::new();
    for i in 0..40000 {
        seed = seed.wrapping_mul(1103515245).wrapping_add(12345);
        ordered.entry(seed % 3000).or_default().push_str(&seed.to_string());
        hashed.entry((seed % 1000).to_string()).or_default().push(i);
    }
    ordered.values().map(String::len).sum::<usize>() + hashed.values().map(Vec::len).sum::<usize>()
}

fn main() {
    let mut all = Vec::new();
    let wish = std::env::args().nth(1);
    if wish.as_deref() == Some("giant") {
        println!("{}", Vec::<u8>::new().try_reserve(1 << 62).map_or_else(|_| "refused as it should be", |_| "had"));
        return;
    }
    while wish.is_some() {
        all.push(vec![1u8; 100_000]);
    }
    let parts: Vec<_> = (0..4).map(|i| thread::spawn(move || churn(i))).collect();
    for part in parts {
        println!("{}", part.join().unwrap());
    }
    let sum: u64 = (0..1_000_000u64).map(Box::new).filter(|n| **n % 3 == 0).map(|n| *n).sum();
    println!("{sum}");
}
