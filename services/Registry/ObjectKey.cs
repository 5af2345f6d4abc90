using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Registry;

/// <summary>
/// An object's key: segments of <c>A-Z a-z 0-9 . _ -</c>, separated by <c>/</c>, none empty and none beginning with a dot. Only a
/// text of that form becomes one, so a key can't climb out of a folder, and names that a store uses for itself (they begin
/// with a dot) are no keys.
/// </summary>
public sealed record ObjectKey : IComparable<ObjectKey>
{
    /// <summary>The most characters that a key may have (Object Storage's own limit).</summary>
    public const int MaxLength = 1024;

    private ObjectKey(string text) => Text = text;

    /// <summary>The key itself.</summary>
    public string Text { get; }

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a key.</exception>
    public static ObjectKey Parse(string text) => TryParse(text, out var key) ? key : throw new FormatException(
        $"'{text}' is not an object's key: segments of A-Z a-z 0-9 . _ -, separated by '/', none empty or beginning with a dot");

    /// <summary>Reads a key; false when <paramref name="text"/> is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [MaybeNullWhen(false)] out ObjectKey key)
    {
        key = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
            return false;
        var begins = true;
        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c is '.' or '/' && !begins)))
                return false;
            begins = c == '/';
        }

        if (begins)
            return false;
        key = new ObjectKey(text);
        return true;
    }

    /// <summary>Orders keys by their characters' code points, as Object Storage lists them.</summary>
    public int CompareTo(ObjectKey? other) => string.CompareOrdinal(Text, other?.Text);

    /// <summary>True when <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    /// <summary>True when <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    /// <summary>True when <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    /// <summary>True when <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;

    /// <summary>The key itself.</summary>
    public override string ToString() => Text;
}
