using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts.Predictions;

/// <summary>The identifier of a request: a ULID, from the header <see cref="HeaderNames.RequestId"/> of its answer.</summary>
public static class RequestId
{
    /// <summary>The number of its characters.</summary>
    public const int Length = 26;

    /// <summary>The form of an identifier, for messages.</summary>
    public const string Form = "a request's identifier from " + HeaderNames.RequestId + ", as in 01J9Z3NDEKTSV4RRFFQ69G5FAV";

    // Crockford's base 32.
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Reads an identifier in upper or lower case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The identifier as stores hold it, in upper case.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out string? id)
    {
        id = text?.Length == Length ? text.ToUpperInvariant() : null;
        // 26 digits have 130 bits, and an identifier has 128.
        if (id is not null && id[0] <= '7' && id.All(static digit => Digits.Contains(digit, StringComparison.Ordinal)))
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
