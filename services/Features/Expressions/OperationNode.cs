namespace ModelServing.Features.Expressions;

/// <summary>An operation on numbers and bools.</summary>
internal sealed class OperationNode(Operation operation, ExpressionType type, ExpressionNode[] operands) : ExpressionNode
{
    private const long HourMicroseconds = 3_600_000_000;
    private const long DayMicroseconds = 24 * HourMicroseconds;

    internal override ExpressionType Type => type;

    internal override double Evaluate(ReadOnlySpan<double> numbers, ReadOnlySpan<string?> texts)
    {
        var first = operands[0].Evaluate(numbers, texts);
        if (operation == Operation.If)
            return operands[first == 1 ? 1 : 2].Evaluate(numbers, texts);
        if (operands.Length == 1)
            return Evaluate(operation, first);
        var value = Evaluate(operation, first, operands[1].Evaluate(numbers, texts));
        for (var i = 2; i < operands.Length; i++)
            value = Evaluate(operation, value, operands[i].Evaluate(numbers, texts));
        return value;
    }

    public override string ToString() => operation switch
    {
        Operation.Not => $"(not {operands[0]})",
        Operation.Negate => $"(-{operands[0]})",
        _ when ExpressionSyntax.SymbolOf(operation) is { } symbol => $"({operands[0]} {symbol} {operands[1]})",
        _ => $"{ExpressionSyntax.NameOf(operation)}({string.Join(", ", operands.Select(static operand => operand.ToString()))})",
    };

    private static double Evaluate(Operation operation, double value) => operation switch
    {
        // A missing bool is not a number, and its opposite is missing too.
        Operation.Not => double.IsNaN(value) ? value : 1 - value,
        Operation.Negate => -value,
        Operation.Abs => Math.Abs(value),
        Operation.Floor => Math.Floor(value),
        Operation.Sqrt => Math.Sqrt(value),
        Operation.Hour => IsInstant(value) ? (long)value / HourMicroseconds % 24 : double.NaN,
        // The first day of 1970 was a Thursday.
        Operation.Weekday => IsInstant(value) ? ((long)value / DayMicroseconds + 3) % 7 : double.NaN,
        Operation.Missing => double.IsNaN(value) ? 1 : 0,
        _ => throw new InvalidOperationException($"{operation} needs two operands"),
    };

    private static double Evaluate(Operation operation, double left, double right) => operation switch
    {
        Operation.Or => left == 1 || right == 1 ? 1 : 0,
        Operation.And => left == 1 && right == 1 ? 1 : 0,
        Operation.Equal => left == right ? 1 : 0,
        Operation.NotEqual => left != right ? 1 : 0,
        Operation.Less => left < right ? 1 : 0,
        Operation.LessOrEqual => left <= right ? 1 : 0,
        Operation.Greater => left > right ? 1 : 0,
        Operation.GreaterOrEqual => left >= right ? 1 : 0,
        Operation.Add => left + right,
        Operation.Subtract => left - right,
        Operation.Multiply => left * right,
        Operation.Divide => left / right,
        Operation.Min => Math.Min(left, right),
        Operation.Max => Math.Max(left, right),
        _ => throw new InvalidOperationException($"{operation} needs one operand"),
    };

    private static bool IsInstant(double value) => value is >= 0 and <= Instant.MaxMicroseconds;
}
