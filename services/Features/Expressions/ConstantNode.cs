namespace ModelServing.Features.Expressions;

/// <summary>A number, or <c>true</c> or <c>false</c>.</summary>
/// <param name="value">The number; 1 or 0 for a bool.</param>
/// <param name="type">A number or a bool.</param>
/// <param name="text">Its text, because other texts of a double may not be read again.</param>
internal sealed class ConstantNode(double value, ExpressionType type, string text) : ExpressionNode
{
    internal override ExpressionType Type => type;

    internal override double Evaluate(ReadOnlySpan<double> numbers, ReadOnlySpan<string?> texts) => value;

    public override string ToString() => text;
}
