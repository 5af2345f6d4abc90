namespace ModelServing.Features.Expressions;

/// <summary>A part of an expression. A bool is the number 1 or 0.</summary>
internal abstract class ExpressionNode
{
    internal abstract ExpressionType Type { get; }

    /// <summary>Computes the value.</summary>
    /// <param name="numbers">The inputs that are numbers or bools; not a number for a missing one.</param>
    /// <param name="texts">The inputs that are texts; null for a missing one.</param>
    internal abstract double Evaluate(ReadOnlySpan<double> numbers, ReadOnlySpan<string?> texts);

    /// <summary>The canonical text. Two texts of one expression that differ in spaces or brackets have one canonical text.</summary>
    public abstract override string ToString();
}
