namespace ModelServing.Features.Expressions;

/// <summary>The value of a name.</summary>
internal sealed class InputNode(string name, ExpressionInput input) : ExpressionNode
{
    internal override ExpressionType Type => input.Type;

    internal int Index => input.Index;

    internal override double Evaluate(ReadOnlySpan<double> numbers, ReadOnlySpan<string?> texts) => numbers[input.Index];

    public override string ToString() => name;
}
