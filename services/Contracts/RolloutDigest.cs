using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace ModelServing.Contracts;

/// <summary>The identity of a rollout with everything in it, weights too: the SHA-256 of its JSON as this program writes it, on one line,
/// with members in their order and without nulls.</summary>
/// <remarks>Two rollouts with one <see cref="RolloutPlan.Revision"/> assign the same versions; with one digest they are the same.</remarks>
public static class RolloutDigest
{
    /// <summary>The form of a digest, for messages.</summary>
    public const string Form = "64 of 0-9 and a-f";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>The digest of a rollout, in lower-case hexadecimal.</summary>
    public static string Compute(RolloutPlan rollout)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(rollout, ContractsJson.Compact.RolloutPlan)));
    }

    internal static bool IsDigest(string text) => text.Length == 2 * SHA256.HashSizeInBytes && !text.AsSpan().ContainsAnyExcept(Digits);
}
