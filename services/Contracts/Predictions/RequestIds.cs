using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts.Predictions;

/// <summary>The identifiers of requests: ULIDs in their text form (github.com/ulid/spec), which the router makes.</summary>
public static class RequestIds
{
    /// <summary>The form of an identifier, for messages.</summary>
    public const string Form = "the 26 characters of a ULID, from the header " + HeaderNames.RequestId;

    private const int Length = 26;

    // Crockford's Base32, in the case in which it is written.
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789ABCDEFGHJKMNPQRSTVWXYZ");

    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length == Length && text[0] <= '7' && !text.ContainsAnyExcept(Digits);

    /// <summary>Reads an identifier in upper or lower case.</summary>
    /// <param name="id">The identifier as stores hold it, in upper case.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out string? id)
    {
        id = text?.ToUpperInvariant();
        if (id is not null && IsValid(id))
            return true;
        id = null;
        return false;
    }

    /// <summary>A text that is not an identifier, cut off for a message.</summary>
    public static string Shortened(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= 2 * Length ? text : text[..(2 * Length)] + "...";
    }
}
