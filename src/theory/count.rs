//! Counts, possibly beyond every machine number.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize, Serializer};

use super::ln;

/// Whole numbers below this are exact in an f64, and so are their sums as long as they stay below.
const EXACT: f64 = (1_u64 << 53) as f64;

/// A number of neurons: 0, or a number that may be beyond u64 and beyond f64.
///
/// Counted numbers are exact below 2⁵³: whole numbers and sums of them. Every other number is a rounded real one: a ratio or a
/// product to 2⁻⁵³ of itself, a number from a logarithm ([`from_ln`](Self::from_ln), [`times_exp`](Self::times_exp)) to
/// (|ln| + 1)·2⁻⁵¹ of itself, with |ln| of the logarithm or exponent given, itself right to 2 ulps: 6·10⁻¹⁴ for a
/// probability of e⁻¹³⁵, below 10⁻¹⁴ above e⁻²⁰. So a bound ⌈ln(K/δ)/p⌉ may differ by one from exact arithmetic, below
/// 2⁵³ too. Beyond 1.8e308 only the logarithm is left (absolute error |ln|·2⁻⁵¹). A sum of n of them adds n·2⁻⁵³ to the
/// relative error, or n·|ln|·2⁻⁵² to the logarithm's.
///
/// In JSON and other text formats it is a whole number if exact, else a real one, and a text (`"1.5000e681"`) beyond f64,
/// since many readers of JSON refuse such a number. Binary formats keep number and logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Count {
    number: f64,
    ln: f64,
}

impl Count {
    /// No draws at all.
    pub const ZERO: Self = Self { number: 0.0, ln: f64::NEG_INFINITY };

    /// The number itself, finite and not negative.
    pub fn new(number: f64) -> Self {
        Self { number, ln: ln(number) }
    }

    /// The number with this natural logarithm.
    pub fn from_ln(ln: f64) -> Self {
        Self { number: pxfm::f_exp(ln), ln }
    }

    /// The number if it is whole and below 2⁵³: exact if it was counted, see [`Count`].
    pub fn whole(self) -> Option<u64> {
        (self.number < EXACT && self.number.fract() == 0.0).then_some(self.number as u64)
    }

    /// The number, or `u64::MAX` beyond.
    pub fn saturated(self) -> u64 {
        self.number as u64
    }

    /// The number; infinite beyond f64.
    pub fn as_f64(self) -> f64 {
        self.number
    }

    /// Its decimal logarithm; −∞ for [`Count::ZERO`].
    pub fn log10(self) -> f64 {
        self.ln * std::f64::consts::LOG10_E
    }

    /// The number times a finite `factor` ≥ 0.
    pub fn times(self, factor: f64) -> Self {
        let number = self.number * factor;
        if factor == 0.0 || self.number == 0.0 {
            Self::ZERO
        } else if number.is_finite() {
            Self::new(number)
        } else {
            Self { number, ln: self.ln + ln(factor) }
        }
    }

    /// The number times e^`exponent`, for any exponent.
    pub fn times_exp(self, exponent: f64) -> Self {
        let number = self.number / pxfm::f_exp(-exponent);
        if number.is_finite() { Self::new(number) } else { Self::from_ln(self.ln + exponent) }
    }

    /// The next whole number; one beyond f64 stays what it is.
    pub fn ceil(self) -> Self {
        if self.number.is_finite() { Self::new(self.number.ceil()) } else { self }
    }

    /// How many times `other` it is; infinite beyond f64, NaN for 0 of 0.
    pub fn ratio(self, other: Self) -> Self {
        if self.number.is_finite() && other.number.is_finite() {
            Self::new(self.number / other.number)
        } else {
            Self::from_ln(self.ln - other.ln)
        }
    }

    /// The smaller one.
    pub fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    /// Whether it is a number of neurons, 0 or at least 1, and its logarithm the number's: values read from a file
    /// may be neither.
    pub fn is_possible(self) -> bool {
        self.is_sound() && (self.number == 0.0 || self.number >= 1.0)
    }

    /// Whether it is a number, not negative, and its logarithm the number's.
    pub fn is_sound(self) -> bool {
        let Self { number, ln: given } = self;
        match number {
            0.0 => given == f64::NEG_INFINITY,
            _ if number.is_infinite() => number > 0.0 && given.is_finite() && given > ln(f64::MAX) - 1.0,
            _ => number > 0.0 && (given - ln(number)).abs() <= 1e-9 * (1.0 + given.abs()),
        }
    }

    /// Its natural logarithm; −∞ for [`Count::ZERO`].
    pub fn ln(self) -> f64 {
        self.ln
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.whole() {
            _ if !serializer.is_human_readable() => (self.number, self.ln).serialize(serializer),
            Some(whole) => whole.serialize(serializer),
            None if self.number.is_finite() => self.number.serialize(serializer),
            None => serializer.collect_str(self),
        }
    }
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        Self::new(count as f64)
    }
}

impl PartialOrd for Count {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self.number.is_infinite() && other.number.is_infinite() {
            self.ln.partial_cmp(&other.ln)
        } else {
            self.number.partial_cmp(&other.number)
        }
    }
}

impl fmt::Display for Count {
    /// With an exponent of ten, `precision` digits behind the point; also beyond f64, and below it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = f.precision().unwrap_or(4);
        let is_below_f64 = self.number == 0.0 && self.ln.is_finite();
        if self.number.is_finite() && !is_below_f64 {
            return write!(f, "{:.precision$e}", self.number);
        }
        let mut exponent = self.log10().floor();
        let digits = |exponent: f64| format!("{:.precision$}", pxfm::f_exp10(self.log10() - exponent));
        let mut mantissa = digits(exponent);
        if mantissa.starts_with("10") {
            exponent += 1.0;
            mantissa = digits(exponent);
        }
        write!(f, "{mantissa}e{exponent}")
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let number = self.number + other.number;
        if number == 0.0 {
            Self::ZERO
        } else if number.is_finite() {
            Self::new(number)
        } else {
            let (low, high) = (self.ln.min(other.ln), self.ln.max(other.ln));
            Self { number, ln: high + pxfm::f_log1p(pxfm::f_exp(low - high)) }
        }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(waitings: I) -> Self {
        waitings.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_as_long_as_they_are_shown() {
        let (large, one) = (Count::new(EXACT - 1.0), Count::from(1));
        assert_eq!(large.whole(), Some((1 << 53) - 1));
        assert_eq!((large + one).whole(), None);
        assert_eq!((large + one).as_f64(), EXACT);
        assert_eq!((Count::from(5) + one).whole(), Some(6));
        assert_eq!([one; 7].into_iter().sum::<Count>().whole(), Some(7));
        assert_eq!(Count::from(0) + Count::ZERO, Count::ZERO);
        assert_eq!(Count::ZERO.whole(), Some(0));
    }

    /// Against 200-bit arithmetic on the exponent as it should be, not as f64 has it: the rounding in the docs.
    #[test]
    fn numbers_from_logarithms_are_rounded_as_said() {
        use dashu::float::FBig;
        let real = |x: f64| -> FBig { FBig::try_from(x).unwrap().with_precision(200).value() };
        let mut worst = 0.0_f64;
        for p in 1..400_u32 {
            // ln p = −p·0.7 + a third, in exact arithmetic, and as f64 has it.
            let exact = -(real(f64::from(p)) * real(7.0) / real(10.0)) + real(1.0) / real(3.0);
            let near = -f64::from(p) * 0.7 + 1.0 / 3.0;
            let found = Count::new(9.5).times_exp(-near).as_f64();
            let expected = real(9.5) * (-exact).exp();
            let off = ((real(found) - &expected) / &expected).to_f64().value().abs();
            assert!(off <= (near.abs() + 1.0) * 2.0 * f64::EPSILON, "{near}: {off:e}");
            worst = worst.max(off);
        }
        // No more than said, and not exact either.
        assert!(worst > 1e-15, "{worst:e}");
    }

    #[test]
    fn numbers_beyond_f64_add_up_in_logarithms() {
        let huge = |ln| Count::from_ln(ln);
        assert!(((huge(2000.0) + huge(2000.0)).ln() - 2000.0 - std::f64::consts::LN_2).abs() < 1e-12);
        assert_eq!((huge(2000.0) + Count::from(9)).ln(), 2000.0);
        assert_eq!((Count::ZERO + huge(2000.0)).ln(), 2000.0);
        // Two fit, their sum does not.
        let sum = Count::new(1.5e308) + Count::new(1.5e308);
        assert!(
            sum.as_f64().is_infinite() && (sum.ln() - ln(1.5e308) - std::f64::consts::LN_2).abs() < 1e-12
        );
    }

    #[test]
    fn numbers_beyond_f64_are_compared_scaled_and_written() {
        let huge = Count::from_ln(681.0 * std::f64::consts::LN_10);
        assert_eq!(format!("{huge:.2}"), "1.00e681");
        assert_eq!(format!("{:.1}", Count::new(1.0759e15)), "1.1e15");
        assert!(huge > Count::new(1e308) && huge < huge.times(2.0) && Count::ZERO < huge);
        assert_eq!(format!("{:.2}", huge.times(250.0)), "2.50e683");
        assert!((huge.ratio(huge.times(0.5)).as_f64() - 2.0).abs() < 1e-9);
        assert!(huge.ratio(Count::new(1e300)).as_f64().is_infinite());
        assert_eq!(Count::new(6.0).ratio(Count::new(4.0)).as_f64(), 1.5);
        // Rounded up to ten, the exponent grows by one.
        assert_eq!(format!("{:.1}", Count::from_ln(400.0 * std::f64::consts::LN_10 - 1e-6)), "1.0e400");
        assert_eq!(Count::new(7.5).whole(), None);
    }
}
