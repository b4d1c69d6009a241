//! IP network functions (RFC 4632 for IPv4, RFC 4291 for IPv6).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Arguments, Function, MANY, Needs, function};
use crate::terraform::datum::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function("cidrcontains", (2, 2), Needs::All, |of| {
        let (outer, text) = (network(of, 0)?, of.text(1)?);
        let inner = if text.contains('/') {
            network(of, 1)?
        } else {
            Network::host(&text).ok_or_else(|| of.wrong(1, "an address"))?
        };
        let inside =
            outer.bits == inner.bits && inner.length >= outer.length && outer.masked(inner.address) == outer.address;
        Ok(Datum::Bool(inside))
    }),
    function("cidrhost", (2, 2), Needs::All, |of| {
        let (network, number) = (network(of, 0)?, i128::from(of.whole(1)?));
        let free = u32::from(network.bits - network.length);
        let size = 1_u128.checked_shl(free).unwrap_or(u128::MAX);
        let offset = if number < 0 { size.checked_sub(number.unsigned_abs()) } else { Some(number.unsigned_abs()) };
        let offset = offset.filter(|offset| free >= 128 || *offset < size).ok_or("the network has no such host")?;
        Ok(Datum::text(network.show(network.address.wrapping_add(offset))))
    }),
    function("cidrnetmask", (1, 1), Needs::All, |of| {
        let network = network(of, 0)?;
        if network.bits == 32 {
            Ok(Datum::text(network.show(network.mask())))
        } else {
            Err("IPv6 has no netmasks".to_owned())
        }
    }),
    function("cidrsubnet", (3, 3), Needs::All, |of| {
        let (network, more, number) = (network(of, 0)?, of.whole(1)?, of.whole(2)?);
        let length = i64::from(network.length).checked_add(more).filter(|length| *length <= i64::from(network.bits));
        let length = length
            .filter(|_| more >= 0)
            .and_then(|length| u8::try_from(length).ok())
            .ok_or("there are not so many bits left")?;
        let number = u128::try_from(number).map_err(|_| "a subnet has no negative number")?;
        if more < 64 && number >> more != 0 {
            return Err("there is no such subnet".to_owned());
        }
        let shift = u32::from(network.bits - length);
        Ok(Datum::text(
            Network { address: network.address | number.checked_shl(shift).unwrap_or(0), length, ..network }.prefix(),
        ))
    }),
    function("cidrsubnets", (1, MANY), Needs::All, cidr_subnets),
];

#[derive(Clone, Copy)]
struct Network {
    address: u128,
    length: u8,
    /// How many an address has.
    bits: u8,
}

impl Network {
    fn host(text: &str) -> Option<Self> {
        Some(match text.parse().ok()? {
            IpAddr::V4(address) => Self { address: u128::from(address.to_bits()), length: 32, bits: 32 },
            IpAddr::V6(address) => Self { address: address.to_bits(), length: 128, bits: 128 },
        })
    }

    fn mask(&self) -> u128 {
        let all = if self.bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
        all & all.checked_shl(u32::from(self.bits - self.length)).unwrap_or(0)
    }

    fn masked(&self, address: u128) -> u128 {
        address & self.mask()
    }

    fn show(&self, address: u128) -> String {
        if self.bits == 32 {
            Ipv4Addr::from_bits(u32::try_from(address & u128::from(u32::MAX)).unwrap_or_default()).to_string()
        } else {
            Ipv6Addr::from_bits(address).to_string()
        }
    }

    fn prefix(&self) -> String {
        format!("{}/{}", self.show(self.address), self.length)
    }
}

fn network(of: &Arguments<'_, '_>, at: usize) -> Result<Network, String> {
    let text = of.text(at)?;
    let read = || {
        let (address, length) = text.split_once('/')?;
        let mut network = Network::host(address)?;
        network.length = length.parse().ok().filter(|length| *length <= network.bits)?;
        network.address = network.masked(network.address);
        Some(network)
    };
    read().ok_or_else(|| of.wrong(at, "a network like 10.0.0.0/8"))
}

/// One subnet after the other, each where the one before ends, as far as its own size allows.
fn cidr_subnets(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let network = network(of, 0)?;
    let mut next = Some(network.address);
    let mut subnets = Vec::new();
    for at in 1..of.len() {
        let length = i64::from(network.length) + of.whole(at)?;
        let length = u8::try_from(length).ok().filter(|length| *length > network.length && *length <= network.bits);
        let length = length.ok_or("there are not so many bits left")?;
        let size = 1_u128.checked_shl(u32::from(network.bits - length)).ok_or("the subnet is too large")?;
        let start = next.and_then(|next| next.checked_next_multiple_of(size));
        let start = start.filter(|start| network.masked(*start) == network.address).ok_or("there is no room left")?;
        subnets.push(Network { address: start, length, ..network }.prefix());
        next = start.checked_add(size);
    }
    Ok(super::text::list(subnets))
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            (r#"cidrhost("10.12.112.0/20", 16)"#, r#""10.12.112.16""#),
            (r#"cidrhost("10.12.112.0/20", 268)"#, r#""10.12.113.12""#),
            (r#"cidrhost("10.12.112.0/20", -1)"#, r#""10.12.127.255""#),
            (r#"cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)"#, r#""fd00:fd12:3456:7890::22""#),
            (r#"cidrhost("10.0.0.0/30", 4)"#, "!"),
            (r#"cidrnetmask("172.16.0.0/12")"#, r#""255.240.0.0""#),
            (r#"cidrsubnet("172.16.0.0/12", 4, 2)"#, r#""172.18.0.0/16""#),
            (r#"cidrsubnet("10.1.2.0/24", 4, 15)"#, r#""10.1.2.240/28""#),
            (r#"cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)"#, r#""fd00:fd12:3456:7800:a200::/72""#),
            (r#"cidrsubnet("10.0.0.0/8", 30, 0)"#, "!"),
            (r#"cidrsubnet("10.1.2.0/24", 4, 16)"#, "!"),
            (
                r#"cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)"#,
                r#"["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"]"#,
            ),
            (
                r#"cidrsubnets("fd00:fd12:3456:7890::/56", 16, 16, 16, 32)"#,
                r#"["fd00:fd12:3456:7800::/72","fd00:fd12:3456:7800:100::/72","fd00:fd12:3456:7800:200::/72","fd00:fd12:3456:7800:300::/88"]"#,
            ),
            (r#"cidrcontains("192.168.2.0/20", "192.168.2.1")"#, "true"),
            (r#"cidrcontains("192.168.2.0/20", "192.126.2.1/18")"#, "false"),
            (r#"cidrhost("nonsense", 1)"#, "!"),
            (r#"cidrsubnet("::/0", 128, 0)"#, r#""::/128""#),
        ]);
    }
}
