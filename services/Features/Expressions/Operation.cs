namespace ModelServing.Features.Expressions;

/// <summary>The operations on numbers. IEEE 754 rounds each of them correctly, or it is exact, so the bits of a result are the same on
/// every processor.</summary>
internal enum Operation
{
    Or,
    And,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    If,
    Min,
    Max,
    Abs,
    Floor,
    Sqrt,

    /// <summary>The hour of a time, 0 to 23, in UTC.</summary>
    Hour,

    /// <summary>The day of a time, 0 for Monday to 6 for Sunday, in UTC.</summary>
    Weekday,

    /// <summary>True if a value is not a number.</summary>
    Missing,
}
