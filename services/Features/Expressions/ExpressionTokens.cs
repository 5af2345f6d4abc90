namespace ModelServing.Features.Expressions;

/// <summary>Divides the text of an expression into numbers, texts, names and symbols.</summary>
internal sealed class ExpressionTokens
{
    private readonly string text;
    private int end;

    internal ExpressionTokens(string text)
    {
        this.text = text;
        MoveNext();
    }

    /// <summary>The token; empty after the last one. A text in quotes keeps its quotes.</summary>
    internal string Current { get; private set; } = "";

    /// <summary>The column of the token, from 1.</summary>
    internal int Column { get; private set; }

    internal bool IsName => Current.Length > 0 && IsNameStart(Current[0]);

    internal bool IsNumber => Current.Length > 0 && char.IsAsciiDigit(Current[0]);

    internal bool IsText => Current.Length > 0 && Current[0] == '\'';

    internal void MoveNext()
    {
        while (end < text.Length && text[end] == ' ')
            end++;
        Column = end + 1;
        var start = end;
        if (end == text.Length)
        {
            Current = "";
            return;
        }

        var first = text[end++];
        if (IsNameStart(first))
            Skip(static c => IsNameStart(c) || char.IsAsciiDigit(c));
        else if (char.IsAsciiDigit(first))
            Skip(static c => char.IsAsciiDigit(c) || c == '.');
        else if (first == '\'')
            SkipText(start);
        else if (first is '=' or '!' or '<' or '>' && end < text.Length && text[end] == '=')
            end++;
        else if (!"+-*/(),<>".Contains(first, StringComparison.Ordinal))
            throw new ExpressionException(
                $"column {Column}: '{first}' is not part of an expression{(first == '=' ? "; compare with ==" : "")}");
        Current = text[start..end];
    }

    /// <summary>Takes the token if it is <paramref name="symbol"/>.</summary>
    internal bool TryTake(string symbol)
    {
        if (Current != symbol)
            return false;
        MoveNext();
        return true;
    }

    /// <summary>Takes a token that must be there.</summary>
    internal void Take(string symbol)
    {
        if (!TryTake(symbol))
            throw Fault($"'{symbol}' is expected");
    }

    /// <summary>A fault at the token.</summary>
    internal ExpressionException Fault(string expected) =>
        new($"column {Column}: {(Current.Length == 0 ? "the expression ends" : $"this is '{Current}'")}; {expected}");

    private void Skip(Func<char, bool> isPart)
    {
        while (end < text.Length && isPart(text[end]))
            end++;
    }

    private void SkipText(int start)
    {
        Skip(static c => c != '\'');
        if (end++ == text.Length)
            throw new ExpressionException($"column {start + 1}: the text has no closing quote");
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';
}
