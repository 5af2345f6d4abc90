namespace ModelServing.Features.Expressions;

/// <summary>An expression of a view: a condition on the fields of an event, or a feature that is computed from others.</summary>
public sealed class Expression
{
    /// <summary>The most characters of an expression.</summary>
    public const int MaxLength = 1000;

    private readonly ExpressionNode root;

    private Expression(ExpressionNode root, IReadOnlyCollection<string> names)
    {
        this.root = root;
        Names = names;
    }

    public ExpressionType Type => root.Type;

    /// <summary>The names that it uses.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="inputs">The names that it may use.</param>
    /// <exception cref="ExpressionException">The text is not an expression of these names.</exception>
    public static Expression Parse(string text, IReadOnlyDictionary<string, ExpressionInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(inputs);
        if (text.Length > MaxLength)
            throw new ExpressionException($"the expression has {text.Length} characters; the limit is {MaxLength}");
        var parser = new ExpressionParser(text, inputs);
        return new Expression(parser.Parse(), parser.Names);
    }

    /// <summary>Computes the value; a bool is 1 or 0.</summary>
    /// <param name="numbers">The inputs that are numbers or bools; not a number for a missing one.</param>
    /// <param name="texts">The inputs that are texts; null for a missing one.</param>
    public double Evaluate(ReadOnlySpan<double> numbers, ReadOnlySpan<string?> texts) => root.Evaluate(numbers, texts);

    /// <summary>The canonical text, which does not depend on spaces and needless brackets.</summary>
    public override string ToString() => root.ToString() is ['(', .. var inner, ')'] ? inner : root.ToString();
}
