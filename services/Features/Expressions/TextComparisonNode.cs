namespace ModelServing.Features.Expressions;

/// <summary>Whether two texts are equal, character by character. A missing text equals no text, not even a missing one.</summary>
internal sealed class TextComparisonNode(ExpressionNode left, ExpressionNode right, bool isEqual) : ExpressionNode
{
    internal override ExpressionType Type => ExpressionType.Bool;

    internal override double Evaluate(ReadOnlySpan<double> numbers, ReadOnlySpan<string?> texts) =>
        (Find(left, texts) is { } first && first == Find(right, texts)) == isEqual ? 1 : 0;

    public override string ToString() => $"({left} {(isEqual ? "==" : "!=")} {right})";

    private static string? Find(ExpressionNode node, ReadOnlySpan<string?> texts) =>
        node is TextNode text ? text.Text : texts[((InputNode)node).Index];
}
