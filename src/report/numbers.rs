//! How numbers are written for people. JSON, CSV and error messages
//! ([`visible::number`](crate::visible::number)) keep all digits.

use crate::theory::Count;

/// Percentages below this are rounding errors of sums.
const SMALLEST_PERCENT: f64 = 1e-9;

/// Most characters of a typed number.
const LONGEST_TYPED: usize = 9;

/// Four significant digits: whole and grouped below 10⁷, else with an exponent if large or small.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if value.fract() == 0.0 && value.abs() < 1e7 {
        grouped(value as i64)
    } else if (0.01..10_000.0).contains(&value.abs()) {
        let digits = 3 - value.abs().log10().floor().max(0.0) as usize;
        format!("{value:.digits$}")
    } else {
        format!("{value:.3e}")
    }
}

/// A number from a setup: as it was typed, or four digits of a computed one.
pub fn asked(value: f64) -> String {
    let written = value.to_string();
    if written.len() <= LONGEST_TYPED { written } else { format!("{value:.3e}") }
}

/// A whole number with its thousands apart: `1,234,567`.
pub fn grouped(value: impl Into<i128>) -> String {
    let value = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with `digits` behind the point; a rounded 0 has no sign.
fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => text,
    }
}

/// A saved share in percent; small ones with an exponent.
pub fn saved_share(share: Option<f64>) -> String {
    match share.map(|share| 100.0 * share) {
        None => "-".to_owned(),
        Some(percent) if (SMALLEST_PERCENT..0.1).contains(&percent.abs()) => format!("{percent:.1e} %"),
        Some(percent) => format!("{} %", fixed(percent, 1)),
    }
}

/// A share from 0 to 1 in percent: one digit behind the point, two below 10 %.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        "-".to_owned()
    } else if share > 0.0 && share < 0.1 {
        format!("{:.2} %", 100.0 * share)
    } else {
        format!("{:.1} %", 100.0 * share)
    }
}

/// A share of G in percent, down to below f64.
pub fn share(share: Count) -> String {
    let percent = share.times(100.0);
    let value = percent.as_f64();
    if (0.01..=100.0).contains(&value) {
        format!("{value:.2} %")
    } else if share == Count::ZERO {
        "0 %".to_owned()
    } else {
        format!("{percent:.2} %")
    }
}

/// A number of neurons, whole below 10¹⁵.
pub fn number_of_neurons(neurons: Count) -> String {
    let value = neurons.as_f64();
    if value < 1e15 { grouped(value as i64) } else { format!("{neurons:.4}") }
}

/// A number as [`number`] writes it, up to beyond f64.
pub fn count(count: Count) -> String {
    if count.as_f64().is_finite() { number(count.as_f64()) } else { format!("{count:.3}") }
}

/// How many times: whole and grouped from 100 on, else two digits behind the point, or one.
pub fn times(ratio: Count) -> String {
    let value = ratio.as_f64();
    if value < 9.995 {
        format!("{value:.2}")
    } else if value < 99.95 {
        format!("{value:.1}")
    } else if value < 1e9 {
        grouped(value.round() as i64)
    } else {
        format!("{ratio:.3}")
    }
}

/// Neurons per weight.
pub fn per_weight(neurons: Count) -> String {
    let value = neurons.as_f64();
    if value < 1e6 { format!("{value:.2}") } else { format!("{neurons:.4}") }
}

/// 10^`log`, the label of a tick on a log axis: `0.05`, `2,000`, `1e-6`.
pub fn power_of_ten(log: f64) -> String {
    if (-2.01..3.999).contains(&log) {
        let value = 10_f64.powf(log);
        if value >= 9.99 {
            return grouped(value.round() as i64);
        }
        return format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let mut decade = log.floor();
    let mut digit = format!("{:.1}", 10_f64.powf(log - decade));
    if digit == "10.0" {
        (digit, decade) = ("1".to_owned(), decade + 1.0);
    }
    format!("{}e{decade}", digit.trim_end_matches(".0"))
}

/// Neurons per weight in at most seven characters.
pub fn per_weight_short(neurons: Count) -> String {
    let value = neurons.as_f64();
    if value < 1e5 { format!("{value:.1}") } else { format!("{neurons:.1}") }
}

/// A number for a mark on an axis: as [`number`], or one digit and an exponent.
pub fn number_short(value: f64) -> String {
    if (0.01..1e4).contains(&value) { number(value) } else { format!("{value:.0e}") }
}

/// A number with an exponent and `digits` behind the point.
pub fn scientific(value: f64, digits: usize) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.digits$e}") }
}

/// A difference with its sign.
pub fn difference(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:+.1e}") }
}

/// One format for all numbers of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decimals {
    /// digits behind the point; `None` for numbers with an exponent
    places: Option<usize>,
    digits: i32,
}

impl Decimals {
    /// As many that the largest value has `digits` of them.
    pub fn of<'a>(values: impl Iterator<Item = &'a f64>, digits: i32) -> Self {
        let largest = values.filter(|value| value.is_finite()).fold(0.0_f64, |m, value| m.max(value.abs()));
        let places = match largest {
            0.0 => Some(0),
            m if (0.01..10_f64.powi(digits)).contains(&m) => {
                Some((digits - 1 - m.log10().floor() as i32).max(0) as usize)
            }
            _ => None,
        };
        Self { places, digits }
    }

    /// A number in this format.
    pub fn write(self, value: f64) -> String {
        match self.places {
            Some(places) => format!("{value:.places$}"),
            None => format!("{value:.0$e}", (self.digits - 3).max(0) as usize),
        }
    }
}

/// Counts of a column are all written with an exponent if one of them reaches this.
const LARGEST_PLAIN: f64 = 1e7;

/// Counts of a column have two digits behind the point if one of them is below this, and is not whole.
const SMALLEST_WHOLE: f64 = 1e5;

/// One format for all counts of a column: whole, with two digits behind the point, or with an exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountFormat {
    /// `1,478`
    Whole,
    /// `1,478.40`
    Hundredths,
    /// `1.478e3`
    Exponent,
}

impl CountFormat {
    /// The shortest one that shows every count of the column.
    pub fn of(counts: impl Iterator<Item = Count>) -> Self {
        counts.fold(Self::Whole, |format, count| {
            let value = count.as_f64();
            if format == Self::Exponent || value >= LARGEST_PLAIN {
                Self::Exponent
            } else if value < SMALLEST_WHOLE && count.whole().is_none() {
                Self::Hundredths
            } else {
                format
            }
        })
    }

    /// A count in this format.
    pub fn write(self, count: Count) -> String {
        let value = count.as_f64();
        match self {
            Self::Whole => grouped(value.round() as i64),
            Self::Hundredths => {
                let hundredths = (100.0 * value).round() as i64;
                format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100)
            }
            Self::Exponent => format!("{count:.3}"),
        }
    }
}

/// As [`CountFormat`] for a narrow column and for ratios: at most nine characters up to 10⁹⁹, three digits of small counts too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NarrowCountFormat {
    /// digits behind the point of grouped numbers; `None` for numbers with an exponent
    places: Option<usize>,
}

impl NarrowCountFormat {
    /// Most characters of a grouped number.
    const LONGEST: usize = 9;

    /// Three digits of the smallest count, and thousands apart; an exponent where that takes too many characters.
    pub fn of(counts: impl Iterator<Item = Count> + Clone) -> Self {
        let smallest = counts
            .clone()
            .filter(|count| *count > Count::ZERO)
            .map(Count::log10)
            .fold(f64::INFINITY, f64::min);
        let places = if smallest >= 2.0 {
            0
        } else if smallest >= 1.0 {
            1
        } else {
            2
        };
        let grouped = Self { places: Some(places) };
        let fits = |count: Count| count.log10() < 15.0 && grouped.write(count).len() <= Self::LONGEST;
        let fit = counts.clone().all(fits) && (smallest >= -1.0 || !smallest.is_finite());
        if fit { grouped } else { Self { places: None } }
    }

    /// A count in this format.
    pub fn write(self, count: Count) -> String {
        let Some(places) = self.places else { return format!("{count:.3}") };
        let text = format!("{:.places$}", count.as_f64());
        let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
        whole.parse::<i64>().map_or(text.clone(), |whole| format!("{}{rest}", grouped(whole)))
    }
}

/// Widths n₀…n_ℓ; long lists are summarised.
pub fn widths(widths: &[usize]) -> String {
    let (layers, first) = (widths.len() - 1, widths[0]);
    let list = |widths: &[usize]| widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
    if widths.len() <= 6 {
        list(widths)
    } else if widths.iter().all(|&width| width == first) {
        format!("{layers} layers of {first}x{first}")
    } else {
        format!("{}-...-{} ({layers} layers)", list(&widths[..3]), widths[layers])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases = [
            (0.0, "0"),
            (6_286_927.0, "6,286,927"),
            (628.6927, "628.7"),
            (0.05, "0.050"),
            (3.2e-7, "3.200e-7"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!([fixed(-0.04, 1), fixed(-0.0, 2), fixed(-0.06, 1)], ["0.0", "0.00", "-0.1"]);
        assert_eq!([-0.0, -1e-17].map(|share| saved_share(Some(share))), ["0.0 %", "0.0 %"]);
        assert_eq!(saved_share(Some(-4e-4)), "-4.0e-2 %");
        assert_eq!([0.01, 0.035_843_733_654_3, 1e-12].map(asked), ["0.01", "3.584e-2", "1.000e-12"]);
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn ticks_are_short() {
        let decades = [-3, -2, -1, 0, 1, 2, 3, 4, 681];
        let expected = ["1e-3", "0.01", "0.1", "1", "10", "100", "1,000", "1e4", "1e681"];
        assert_eq!(decades.map(|decade| power_of_ten(f64::from(decade))), expected);
        let between = [0.005, 0.02, 0.5, 2.0, 50.0, 2e3, 5e11, 2.5e-7, 9.9999e6];
        let expected = ["5e-3", "0.02", "0.5", "2", "50", "2,000", "5e11", "2.5e-7", "1e7"];
        assert_eq!(between.map(|value: f64| power_of_ten(value.log10())), expected);
    }

    #[test]
    fn a_narrow_column_of_counts_has_one_format() {
        let written = |counts: &[f64]| -> Vec<String> {
            let counts: Vec<Count> = counts.iter().map(|&count| Count::new(count)).collect();
            let format = NarrowCountFormat::of(counts.iter().copied());
            counts.iter().map(|&count| format.write(count)).collect()
        };
        assert_eq!(written(&[45_699.44, 256.81]), ["45,699", "257"]);
        assert_eq!(written(&[1.0, 0.0055, 0.0]), ["1.000e0", "5.500e-3", "0.000e0"]);
        assert_eq!(written(&[460_500.0, 25.6, 0.0]), ["460,500.0", "25.6", "0.0"]);
        assert_eq!(written(&[4_605_001.0, 25.6]), ["4.605e6", "2.560e1"]);
        assert_eq!(written(&[2.25, 999.0]), ["2.25", "999.00"]);
        let beyond = [Count::from_ln(1000.0), Count::from(3)];
        let format = NarrowCountFormat::of(beyond.iter().copied());
        assert_eq!(beyond.map(|count| format.write(count)), ["1.970e434", "3.000e0"]);
        assert_eq!(NarrowCountFormat::of(std::iter::empty()).write(Count::ZERO), "0");
        let ratios = [1.6, 12.34, 6_662.3, 3.5e12].map(|ratio| times(Count::new(ratio)));
        assert_eq!(ratios, ["1.60", "12.3", "6,662", "3.500e12"]);
    }

    #[test]
    fn numbers_fit_their_columns() {
        for digits in [3, 4, 5] {
            for exponent in -300..300 {
                let values = [-9.876_543 * 10_f64.powi(exponent), 1.0 * 10_f64.powi(exponent - 9), 0.0];
                let decimals = Decimals::of(values.iter(), digits);
                // A sign and a mark beside it.
                let most = if exponent.abs() < 99 { digits as usize + 4 } else { digits as usize + 5 };
                for value in values {
                    assert!(decimals.write(value).len() <= most, "{}", decimals.write(value));
                }
            }
        }
        let decimals = Decimals::of([12.345_678, -0.5].iter(), 5);
        assert_eq!((decimals.write(12.345_678), decimals.write(-0.5)), ("12.346".into(), "-0.500".into()));
        assert_eq!(Decimals::of([0.0].iter(), 5).write(0.0), "0");
    }

    #[test]
    fn counts_of_a_column_are_alike() {
        let written = |values: &[f64]| {
            let counts = || values.iter().map(|&value| Count::new(value));
            let format = CountFormat::of(counts());
            counts().map(|count| format.write(count)).collect::<Vec<_>>()
        };
        assert_eq!(written(&[12.0, 223_553.0]), ["12", "223,553"]);
        assert_eq!(written(&[314.346, 291_111.43, 2_541_400.0]), ["314.35", "291,111.43", "2,541,400.00"]);
        assert_eq!(written(&[314.346, 7.8661e17, 0.991]), ["3.143e2", "7.866e17", "9.910e-1"]);
        let beyond = CountFormat::of([Count::from_ln(2000.0), Count::new(1.0)].into_iter());
        assert_eq!((beyond.write(Count::new(1.0)), beyond), ("1.000e0".to_owned(), CountFormat::Exponent));
        assert_eq!(CountFormat::of(std::iter::empty()), CountFormat::Whole);
    }
}
