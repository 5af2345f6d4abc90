namespace ModelServing.Features.Expressions;

/// <summary>A text in quotes, which can only be compared.</summary>
internal sealed class TextNode(string text) : ExpressionNode
{
    internal override ExpressionType Type => ExpressionType.Text;

    internal string Text => text;

    internal override double Evaluate(ReadOnlySpan<double> numbers, ReadOnlySpan<string?> texts) =>
        throw new InvalidOperationException("a text has no number");

    public override string ToString() => $"'{text}'";
}
