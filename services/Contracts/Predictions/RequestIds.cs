using System.Buffers;

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
}
