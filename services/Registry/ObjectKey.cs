using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Registry;

/// <summary>
/// An object's key: segments of <c>A-Z a-z 0-9 . _ -</c>, separated by <c>/</c>. No segment is empty or begins with a dot. So a key can't
/// lead out of a folder, and it can't be one of a store's internal names, which begin with a dot.
/// </summary>
public sealed record ObjectKey : IComparable<ObjectKey>
{
    /// <summary>The maximum length of a key, in characters (Object Storage's own limit).</summary>
    public const int MaxLength = 1024;

    private ObjectKey(string text) => Text = text;

    public string Text { get; }

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a key.</exception>
    public static ObjectKey Parse(string text) => TryParse(text, out var key) ? key : throw new FormatException(
        $"'{text}' is not an object key; a key has segments of A-Z a-z 0-9 . _ -, separated by '/'; " +
        "no segment is empty or begins with a dot");

    /// <summary>Reads a key; false if <paramref name="text"/> is not a key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [MaybeNullWhen(false)] out ObjectKey key)
    {
        key = null;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
            return false;
        var startsSegment = true;
        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c is '.' or '/' && !startsSegment)))
                return false;
            startsSegment = c == '/';
        }

        if (startsSegment)
            return false;
        key = new ObjectKey(text);
        return true;
    }

    /// <summary>Orders keys by code point, as Object Storage lists them.</summary>
    public int CompareTo(ObjectKey? other) => string.CompareOrdinal(Text, other?.Text);

    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;

    public override string ToString() => Text;
}
